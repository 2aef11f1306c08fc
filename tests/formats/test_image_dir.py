"""A folder of images: ids, subsets, and what is counted as lost."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from datum.errors import FormatError
from datum.model import Item, Media
from datum.outputs import FolderOutput, MemoryOutput, write_dataset
from datum.plugins import parse_options
from datum.testing.datasets import ListDataset, image_bytes, image_item, same_ids_dataset
from datum_formats.image_dir import IMAGE_DIR


def _make(root: Path, *names: str) -> None:
    for seed, name in enumerate(names):
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(image_bytes(seed=seed))


def _read(path: Path, **options: str) -> list[Item]:
    assert IMAGE_DIR.read is not None
    return list(IMAGE_DIR.read(path, parse_options(IMAGE_DIR.read_options, options, "")).items)


def _round(items: list[Item], tmp_path: Path) -> tuple[list[Item], list[str]]:
    with FolderOutput(tmp_path / "out") as output:
        losses = write_dataset(IMAGE_DIR, ListDataset(items), output)
    return _read(tmp_path / "out"), losses.lines()


def test_images_at_any_depth_are_items_called_by_their_paths(tmp_path: Path) -> None:
    """Folders are part of the id, never a subset; other files are passed over."""
    _make(tmp_path, "a.png", "train/b c.png", "train/deep/d.e.png", "notes.txt")
    items = _read(tmp_path)
    assert [item.id for item in items] == ["a", "train/b c", "train/deep/d.e"]
    assert {item.subset for item in items} == {"default"}
    assert items[0].size == (6, 8)
    assert items[1].media[0].path == "train/b c.png"


def test_the_subset_can_be_named(tmp_path: Path) -> None:
    """--subset is the subset of all items."""
    _make(tmp_path, "a.png")
    assert [item.key for item in _read(tmp_path, subset="val")] == [("val", "a")]


def test_one_image_is_a_dataset(tmp_path: Path) -> None:
    """A path to an image gives this image alone."""
    _make(tmp_path, "a.png", "b.png")
    assert [item.id for item in _read(tmp_path / "b.png")] == ["b"]


def test_what_is_no_image_is_refused(tmp_path: Path) -> None:
    """A missing path, and a file of another kind, are errors that name it."""
    _make(tmp_path, "notes.txt")
    for name in ("notes.txt", "missing"):
        with pytest.raises(FormatError, match=name):
            _read(tmp_path / name)


def test_images_that_differ_by_extension_alone_keep_their_names(tmp_path: Path) -> None:
    """They go by their whole names, and are written under them again."""
    _make(tmp_path / "in", "x/a.jpg", "x/a.png", "b.png")
    items = _read(tmp_path / "in")
    assert [item.id for item in items] == ["b", "x/a.jpg", "x/a.png"]
    found, losses = _round(items, tmp_path)
    assert [item.id for item in found] == ["b", "x/a.jpg", "x/a.png"]
    assert sorted(p.name for p in (tmp_path / "out/x").iterdir()) == ["a.jpg", "a.png"]
    assert not losses


@pytest.mark.parametrize(
    "names", [["a.png"], ["a", "a.png"], ["a", "a.jpg", "a.png"], ["a.png", "a.png.png"]]
)
def test_ids_that_look_like_file_names_come_back(names: list[str], tmp_path: Path) -> None:
    """No two items share a file, and none comes back under another id."""
    items = [
        image_item(name, subset="default", ext=".jpg" if name.endswith("jpg") else ".png", seed=n)
        for n, name in enumerate(names)
    ]
    items = [
        replace(item, media=(replace(item.media[0], path=f"{item.id.split('.')[0]}.png"),))
        if not item.id.endswith("jpg")
        else item
        for item in items
    ]
    found, losses = _round(items, tmp_path)
    assert sorted(item.id for item in found) == sorted(names)
    assert not losses


def test_several_subsets_become_folders_and_are_counted_as_lost(tmp_path: Path) -> None:
    """Items of one id do not overwrite each other; that their subset is lost is said."""
    found, losses = _round(list(same_ids_dataset()), tmp_path)
    assert [item.key for item in found] == [
        ("default", f"{subset}/same") for subset in ("test", "train", "val")
    ]
    assert "3 × subset: all items come back in one subset" in losses


def test_one_subset_is_written_without_a_folder(tmp_path: Path) -> None:
    """The name of a single subset is lost, and counted, without changing any id."""
    found, losses = _round([image_item("a/b", subset="train")], tmp_path)
    assert [item.key for item in found] == [("default", "a/b")]
    assert losses == ["1 × subset: all items come back in one subset"]


def test_items_without_an_image_are_counted() -> None:
    """An item whose bytes are not to be had, and one that has no image, are reported."""
    items = [
        Item(id="bare"),
        Item(id="named", media=(Media(path="named.jpg"),)),
        Item(id="cloud", media=(replace(image_item("c").media[0], path="c.pcd"),)),
    ]
    output = MemoryOutput()
    losses = write_dataset(IMAGE_DIR, ListDataset(items), output)
    assert not output.files
    assert sorted(losses.lines()) == [
        "1 × item: its media is no image",
        "2 × item: it has no image to write",
    ]


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """A file name that is not UTF-8 is an error, not a crash further on."""
    file = tmp_path / "a\udcff.png"
    try:
        file.write_bytes(image_bytes())
    except (OSError, UnicodeError):
        pytest.skip("the file system has UTF-8 names alone")
    with pytest.raises(FormatError, match="not UTF-8"):
        _read(tmp_path)
