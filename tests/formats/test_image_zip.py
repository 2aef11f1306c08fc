"""Images in a zip archive: names, subsets, the same bytes, archives that are hostile."""

import io
import struct
import zipfile

import pytest

from datum.detection import detect
from datum.errors import FormatError, UsageError
from datum.model import Box, Item
from datum.outputs import FolderOutput, MemoryOutput, write_dataset
from datum.plugins import parse_options
from datum.testing.datasets import ListDataset, image_bytes, image_item, same_ids_dataset
from datum_formats.image_zip import IMAGE_ZIP


def pack(path, *members, compression=zipfile.ZIP_STORED):
    """An archive: images by name, and others as (name, data)."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for seed, member in enumerate(members):
            name, data = (member, image_bytes(seed=seed)) if isinstance(member, str) else member
            archive.writestr(name, data)
    return path


def read(path, **options):
    options = parse_options(IMAGE_ZIP.read_options, options, "image_zip")
    return ListDataset(IMAGE_ZIP.read(path, options).items)


def written(items, **options):
    output = MemoryOutput()
    losses = write_dataset(IMAGE_ZIP, ListDataset(items), output, options)
    return output.files, losses.lines()


def test_images_in_any_folder_are_items(tmp_path):
    """Called by their paths; other members are passed over."""
    pack(tmp_path / "a.zip", "x.png", "d/", "d/y z.png", "d/y z.jpg", ("notes.txt", b"x"))
    dataset = read(tmp_path / "a.zip")
    assert [item.id for item in dataset] == ["d/y z.jpg", "d/y z.png", "x"]
    assert {(item.subset, item.size) for item in dataset} == {("default", (6, 8))}
    assert {item.subset for item in read(tmp_path, subset="val")} == {"val"}


def test_archives_of_a_folder_are_subsets(tmp_path):
    """Where there are several; one alone is not."""
    pack(tmp_path / "train.zip", "x.png")
    assert [item.key for item in read(tmp_path)] == [("default", "x")]
    pack(tmp_path / "val.zip", "x.png")
    assert [item.key for item in read(tmp_path)] == [("train", "x"), ("val", "x")]


@pytest.mark.parametrize("compression", ["ZIP_STORED", "ZIP_DEFLATED", "ZIP_BZIP2", "ZIP_LZMA"])
def test_every_compression_is_read_by_the_standard_library(compression):
    """Members are whole, in order, without a time; the same images make the same bytes."""
    items = [image_item(name, subset="default", seed=n) for n, name in enumerate("abc")]
    files, losses = written(items, name="my.zip", compression=compression)
    assert files == written(items, name="my.zip", compression=compression)[0]
    with zipfile.ZipFile(io.BytesIO(files["my.zip"])) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["a.jpg", "b.jpg", "c.jpg"]
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        # sizes stand before each member, not behind it, as readers of streams need it
        assert not any(info.flag_bits & 8 for info in archive.infolist())
        assert archive.read("b.jpg") == image_bytes(".jpg", seed=1)
    assert not losses


def test_several_subsets_become_folders(tmp_path):
    """And are counted as lost, as what has no place in an archive is."""
    items = [
        *same_ids_dataset(),
        image_item("b", Box(x=0.0, y=0.0, w=1.0, h=1.0)),
        Item(id="c", subset="train"),
    ]
    with FolderOutput(tmp_path / "out") as output:
        losses = write_dataset(IMAGE_ZIP, ListDataset(items), output)
    assert [item.id for item in read(tmp_path / "out")] == [
        *("test/same", "train/b", "train/same", "val/same"),
    ]
    assert [line.split(":")[0] for line in losses.lines()] == [
        *("4 × box", "1 × item", "3 × label", "5 × subset"),
    ]


@pytest.mark.parametrize("name", ["", "a/b.zip", "../b.zip", "b", ".zip/x.zip"])
def test_names_that_no_archive_has(name):
    """They are an error of usage; an empty one is the usual name."""
    if not name:
        assert list(written([], name=name)[0]) == ["default.zip"]
        return
    with pytest.raises(UsageError, match="no name of an archive"):
        written([], name=name)


@pytest.mark.parametrize("name", ["../x.png", "a/../../x.png", "/x.png", "..\\x.png"])
def test_members_that_leave_the_archive(tmp_path, name):
    """They are refused by name."""
    pack(tmp_path / "a.zip", name)
    with pytest.raises(FormatError, match="leaves the archive"):
        read(tmp_path)


def test_an_id_with_a_back_slash_is_refused():
    """For it would come back with a slash."""
    with pytest.raises(FormatError, match="has a back-slash"):
        written([image_item("a\\b", subset="default")])


def test_archives_that_are_none(tmp_path):
    """Nothing, other bytes, a truncated archive, a broken member."""
    with pytest.raises(FormatError, match="no archive"):
        read(tmp_path / "missing.zip")
    file = tmp_path / "a.zip"
    file.write_bytes(b"no archive")
    with pytest.raises(FormatError, match="no zip archive"):
        read(file)
    whole = pack(file, "x.png", compression=zipfile.ZIP_DEFLATED).read_bytes()
    file.write_bytes(whole[:-10])
    with pytest.raises(FormatError, match="no zip archive"):
        read(file)
    file.write_bytes(whole[:45] + b"\xff\xff\xff" + whole[48:])
    with pytest.raises(FormatError, match="broken"):
        read(file)


def changed(data, offset, form, value):
    """The archive with a field of its one central header changed."""
    at = data.index(b"PK\x01\x02") + offset
    return data[:at] + struct.pack(form, value) + data[at + struct.calcsize(form) :]


def test_members_that_are_too_large_or_encrypted(tmp_path):
    """Refused by what their headers say, before anything is unpacked."""
    file = tmp_path / "a.zip"
    whole = pack(file, "x.png").read_bytes()
    file.write_bytes(changed(whole, 24, "<I", 1 << 31))
    with pytest.raises(FormatError, match=r"'x\.png' has 2147483648 bytes"):
        read(file)
    file.write_bytes(changed(whole, 8, "<H", 1))
    with pytest.raises(FormatError, match=r"'x\.png' is encrypted"):
        read(file)


def test_one_name_twice(tmp_path):
    """Of two members, and of two ids that the meta file gives."""
    with pytest.warns(UserWarning, match="Duplicate"):
        pack(tmp_path / "a.zip", "x.png", "x.png")
    with pytest.raises(FormatError, match=r"'x\.png' is there twice"):
        read(tmp_path)
    meta = ("dataset_meta.json", b'{"ids": {"x.png": "a", "y.png": "a"}}')
    pack(tmp_path / "a.zip", "x.png", "y.png", meta)
    with pytest.raises(FormatError, match="two images are called 'a'"):
        read(tmp_path)


def test_images_of_another_type():
    """Are made of that type, or refused by the item."""
    (data,) = written([image_item("a", subset="default")])[0].values()
    output = MemoryOutput()
    items = ListDataset([image_item("a", subset="default")])
    write_dataset(IMAGE_ZIP, items, output, image_ext="png")
    with zipfile.ZipFile(io.BytesIO(output.files["default.zip"])) as archive:
        assert archive.read("a.png").startswith(b"\x89PNG")
    assert zipfile.ZipFile(io.BytesIO(data)).namelist() == ["a.jpg"]


def test_detection(tmp_path):
    """By the name of the first member."""
    pack(tmp_path / "a.zip", "x.png")
    for path in (tmp_path, tmp_path / "a.zip"):
        first, *_ = detect(path).matches
        assert first.name == "image_zip"
    pack(tmp_path / "a.zip", ("x.xml", b"<a/>"))
    assert "image_zip" not in {match.name for match in detect(tmp_path).matches}
