"""Where exports are written."""

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from datum.errors import FormatError, LossError, MediaError, OutputExistsError, UsageError
from datum.losses import LossReport
from datum.model import ArchiveMember, Blob, FileOnDisk, InMemory, Media
from datum.outputs import (
    DryOutput,
    FolderOutput,
    MemoryOutput,
    convert_image,
    load_media,
    place_media,
    write_dataset,
)
from datum.outputs.paths import ClaimedPaths, check_path
from datum.plugins import Format, Option, Writing
from datum.testing.datasets import detection_dataset, image_bytes, picture


def tree(root: Path) -> dict[str, bytes]:
    """Every file under a folder, hidden ones too."""
    found = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def export(output: FolderOutput, *paths: str, then: BaseException | None = None) -> None:
    """Write files that hold their own paths, and raise *then*, if any."""
    with output:
        for path in paths:
            output.write(path, path.encode())
        if then is not None:
            raise then


def decode(data: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)


def encode(ext: str, pixels: np.ndarray) -> bytes:
    return cv2.imencode(ext, pixels)[1].tobytes()


ESCAPES = ["../x", "a/../../x", "/x", "\\x", "a\\..\\..\\x", "C:\\x", "C:/x", "..", "a/.."]
BAD_NAMES = ["", "a\0b", "a//b", "a/", "./a", ".", "x" * 256, "\ud800"]


@pytest.mark.parametrize("path", ESCAPES + BAD_NAMES)
@pytest.mark.parametrize("kind", ["folder", "memory", "dry"])
def test_paths_that_leave_or_are_no_names_are_refused(tmp_path: Path, path: str, kind: str):
    """Every output refuses them, and nothing is left behind."""
    if kind == "folder":
        with pytest.raises(FormatError), FolderOutput(tmp_path / "out") as output:
            output.write(path, b"")
        assert list(tmp_path.iterdir()) == []
    else:
        with pytest.raises(FormatError):
            (MemoryOutput() if kind == "memory" else DryOutput()).write(path, b"")


@given(st.text(max_size=12))
def test_a_path_that_is_accepted_stays_inside(path: str):
    """Whatever is accepted is below the folder, on this system and on those of back-slashes."""
    try:
        parts = check_path(path)
    except FormatError:
        return
    for spelling in ("/".join(parts), path.replace("\\", "/")):
        assert os.path.normpath("/root/" + spelling) == "/root/" + spelling


@pytest.mark.parametrize(
    ("first", "second"), [("a", "a"), ("a/b", "a/b"), ("a", "a/b"), ("a/b", "a"), ("a/b", "a/b/c")]
)
def test_a_path_is_written_once(tmp_path: Path, first: str, second: str):
    """A second file of that name, and a file where a folder is, are refused by every output."""
    claimed = ClaimedPaths()
    claimed.claim(first)
    with pytest.raises(FormatError, match="twice"):
        claimed.claim(second)
    with pytest.raises(FormatError, match="twice"):
        export(FolderOutput(tmp_path / "out"), first, second)


def test_a_folder_shows_only_when_it_is_whole(tmp_path: Path):
    """The final place is not there until the end, then it has every file."""
    with FolderOutput(tmp_path / "new" / "out") as output:
        output.write("a.txt", b"a")
        output.stream("deep/er/b.txt", iter([b"b", b"c"]))
        assert not (tmp_path / "new" / "out").exists()
    assert tree(tmp_path) == {"new/out/a.txt": b"a", "new/out/deep/er/b.txt": b"bc"}
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["out"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_exception_leaves_nothing(tmp_path: Path, error: type[BaseException]):
    """After any exception nothing is left, folders above the place included."""
    with pytest.raises(error):
        export(FolderOutput(tmp_path / "new" / "out"), "a.txt", then=error())
    assert list(tmp_path.iterdir()) == []


def test_an_exception_leaves_what_was_there(tmp_path: Path):
    """An export that was to replace another and fails does not touch it."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old").write_bytes(b"old")
    with pytest.raises(ValueError, match="no"):
        export(FolderOutput(tmp_path / "out", overwrite=True), "new", then=ValueError("no"))
    assert tree(tmp_path) == {"out/old": b"old"}


def test_an_empty_folder_is_replaced(tmp_path: Path):
    """An empty folder at the place is no obstacle."""
    (tmp_path / "out").mkdir()
    with FolderOutput(tmp_path / "out") as output:
        output.write("a", b"a")
    assert tree(tmp_path) == {"out/a": b"a"}


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_is_there_is_not_replaced(tmp_path: Path, kind: str):
    """A folder with content, or a file, is refused before anything is written."""
    taken = tmp_path / "out" / "old" if kind == "folder" else tmp_path / "out"
    taken.parent.mkdir(exist_ok=True)
    taken.write_bytes(b"old")
    with pytest.raises(OutputExistsError), FolderOutput(tmp_path / "out"):
        raise AssertionError("it was entered")
    assert list(tree(tmp_path).values()) == [b"old"]
    with FolderOutput(tmp_path / "out", overwrite=True) as output:
        output.write("new", b"new")
    assert tree(tmp_path) == {"out/new": b"new"}
    assert len(list(tmp_path.iterdir())) == 1


def test_what_comes_there_meanwhile_is_not_replaced(tmp_path: Path):
    """A folder that somebody else fills during the export wins."""

    def chunks() -> Iterator[bytes]:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "theirs").write_bytes(b"theirs")
        yield b"ours"

    output = FolderOutput(tmp_path / "out")
    with pytest.raises(OutputExistsError), output:
        output.stream("new", chunks())
    assert tree(tmp_path) == {"out/theirs": b"theirs"}


def test_the_working_directory_is_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The folder one is in is not renamed away from under the shell; its content is replaced."""
    monkeypatch.chdir(tmp_path)
    inode = tmp_path.stat().st_ino
    with FolderOutput(Path()) as output:
        output.write("a/b", b"1")
    assert tree(tmp_path) == {"a/b": b"1"}
    with FolderOutput(Path(), overwrite=True) as output:
        output.write("c", b"2")
    assert tree(tmp_path) == {"c": b"2"}
    assert tmp_path.stat().st_ino == inode


def test_a_folder_that_cannot_be_filled_is_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Where moving the new content in fails half-way, the old content is back."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old").write_bytes(b"old")
    (tmp_path / "a").write_bytes(b"a")
    rename = Path.rename

    def failing(path: Path, target: Path) -> Path:
        if path.name == "new" and target.parent == tmp_path:
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(KeyboardInterrupt):
        export(FolderOutput(Path(), overwrite=True), "made", "new")
    assert tree(tmp_path) == {"old": b"old", "a": b"a"}
    assert len(list(tmp_path.iterdir())) == 2


def test_a_link_to_a_folder_stays(tmp_path: Path):
    """The folder that a link leads to is replaced, not the link."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with FolderOutput(tmp_path / "link") as output:
        output.write("a", b"a")
    assert (tmp_path / "link").is_symlink()
    assert tree(tmp_path / "real") == {"a": b"a"}


def test_an_output_that_is_not_open(tmp_path: Path):
    """Writing outside of the with statement is an error."""
    with pytest.raises(UsageError, match="not open"):
        FolderOutput(tmp_path / "out").write("a", b"a")


def test_files_are_those_of_the_umask(tmp_path: Path):
    """The export is not private to its maker, as temporary folders are."""
    (tmp_path / "plain").mkdir()
    with FolderOutput(tmp_path / "out") as output:
        output.write("a", b"a")
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "plain").stat().st_mode


# ---------------------------------------------------------------------- media


def sources(folder: Path, data: bytes) -> list[Media]:
    """The same image in a file, in an archive and in memory."""
    (folder / "in.png").write_bytes(data)
    with zipfile.ZipFile(folder / "in.zip", "w") as archive:
        archive.writestr("x/in.png", data)
    contents = (
        FileOnDisk(str(folder / "in.png")),
        ArchiveMember(str(folder / "in.zip"), "x/in.png"),
        InMemory(data),
    )
    return [Media(path="in.png", content=content) for content in contents]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_media_keeps_its_bytes(tmp_path: Path, number: int):
    """Where the extension stays, bytes stay, wherever they are; `.JPG` and `.jpeg` are one."""
    data = image_bytes(".png")
    media = sources(tmp_path, data)[number]
    memory, dry = MemoryOutput(), DryOutput()
    with FolderOutput(tmp_path / "out") as output:
        for one in (output, memory, dry):
            one.media("a/b.PNG", media)
            one.media("none", media)
    assert tree(tmp_path / "out") == memory.files == {"a/b.PNG": data, "none": data}
    assert (dry.files, dry.size) == (2, 2 * len(data))


@pytest.mark.parametrize("number", [0, 1, 2])
def test_media_is_converted(tmp_path: Path, number: int):
    """Where the extension differs, the pixels stay, and the file is of the other type."""
    data = image_bytes(".png")
    media = sources(tmp_path, data)[number]
    with FolderOutput(tmp_path / "out") as output:
        output.media("a.bmp", media)
    made = tree(tmp_path / "out")["a.bmp"]
    assert made.startswith(b"BM")
    assert (decode(made) == decode(data)).all()


def test_spellings_of_a_type_are_one():
    """A `.jpeg` that becomes a `.jpg` is not encoded again."""
    output = MemoryOutput()
    output.media("a.jpg", picture("a", ".jpeg"))
    assert output.files["a.jpg"] == image_bytes(".jpeg")


def test_a_type_that_no_name_tells_is_seen_in_the_bytes(tmp_path: Path):
    """Media without an extension is taken for what its first bytes say."""
    (tmp_path / "in").write_bytes(image_bytes(".png"))
    named = Media(content=FileOnDisk(str(tmp_path / "in")))
    with FolderOutput(tmp_path / "out") as output:
        output.media("a.png", named)
        output.media("a.bmp", named)
        output.media("b.png", Media(path="b", content=InMemory(image_bytes(".png"))))
    assert tree(tmp_path / "out")["a.png"] == tree(tmp_path / "out")["b.png"] == image_bytes(".png")
    assert tree(tmp_path / "out")["a.bmp"].startswith(b"BM")


def test_place_says_where_to_copy_from(tmp_path: Path):
    """A caller who knows the file of stored media spares the loading."""
    (tmp_path / "blob").write_bytes(b"bytes")
    media = Media(path="a.png", content=Blob(b"oid", 5, "sha256:00"))
    with FolderOutput(tmp_path / "out", place=lambda _: tmp_path / "blob") as output:
        output.media("a.png", media)
    assert tree(tmp_path / "out") == {"a.png": b"bytes"}
    dry = DryOutput()
    dry.media("a.png", media)
    assert dry.size == 5


@pytest.mark.parametrize(
    "media",
    [
        Media(path="x/a.png"),
        Media(path="x/a.png", content=FileOnDisk("/nowhere/a.png")),
        Media(path="x/a.png", content=ArchiveMember("/nowhere/a.zip", "a.png")),
        Media(path="x/a.png", content=Blob(b"oid", 5, "sha256:00")),
        Media(path="x/a.png", frame=3, content=FileOnDisk("/nowhere/video.mp4")),
    ],
)
def test_media_that_is_not_to_be_had(tmp_path: Path, media: Media):
    """The error names the item's path, and no file is made."""
    with FolderOutput(tmp_path / "out") as folder:
        for output in (folder, MemoryOutput()):
            with pytest.raises(MediaError, match=r"^x/a\.png: "):
                output.media("a.png", media)
    assert tree(tmp_path) == {}


def test_a_broken_archive_is_an_error_of_media(tmp_path: Path):
    """A file that is no archive, and a member that is not in it, name the media."""
    (tmp_path / "a.zip").write_bytes(b"no archive")
    with zipfile.ZipFile(tmp_path / "b.zip", "w"):
        pass
    for name in ("a.zip", "b.zip"):
        content = ArchiveMember(str(tmp_path / name), "a.png")
        with pytest.raises(MediaError, match=r"a\.png: broken archive"):
            load_media(Media(path="a.png", content=content))


def test_a_frame_is_not_its_video(tmp_path: Path):
    """A frame of a video has no file of its own to copy."""
    (tmp_path / "video.mp4").write_bytes(b"video")
    media = Media(frame=0, content=FileOnDisk(str(tmp_path / "video.mp4")))
    assert load_media(media) is None
    assert place_media(media) is None


@pytest.mark.parametrize("data", [b"", b"no image", image_bytes(".png")[:40]])
def test_what_does_not_decode_is_not_converted(data: bytes):
    """Bytes that are no image are an error that names the item's path."""
    media = Media(path="x/a.png", content=InMemory(data))
    with pytest.raises(MediaError, match=r"^x/a\.png: does not decode"):
        MemoryOutput().media("a.jpg", media)


@pytest.mark.parametrize(
    ("pixels", "ext"),
    [
        (np.arange(48, dtype=np.uint16).reshape(6, 8) * 1000, ".tif"),
        (np.arange(48, dtype=np.uint8).reshape(6, 8), ".bmp"),
        (np.arange(144, dtype=np.uint8).reshape(6, 8, 3), ".webp"),
        (np.arange(192, dtype=np.uint8).reshape(6, 8, 4) | 1, ".tif"),
    ],
)
def test_conversion_keeps_depth_and_channels(pixels: np.ndarray, ext: str):
    """16 bits, one channel and transparency come out as they went in."""
    made = decode(convert_image(encode(".png", pixels), "a" + ext, "a"))
    assert made.dtype == pixels.dtype
    assert made.shape == pixels.shape
    assert (made == pixels).all()


def test_conversion_never_loses_depth_or_transparency():
    """A type that cannot hold them is refused; alpha that hides nothing may go."""
    deep = encode(".png", np.full((6, 8), 1000, np.uint16))
    with pytest.raises(MediaError, match=r"a: a \.jpg file cannot hold 16 bits"):
        convert_image(deep, "a.jpg", "a")
    clear = np.zeros((6, 8, 4), np.uint8)
    with pytest.raises(MediaError, match="transparency"):
        convert_image(encode(".png", clear), "a.jpg", "a")
    clear[:, :, 3] = 255
    assert decode(convert_image(encode(".png", clear), "a.jpg", "a")).shape == (6, 8, 3)


def test_conversion_gives_the_same_bytes():
    """Encoding the same image twice gives the same file."""
    data = image_bytes(".png", 40, 30)
    for ext in (".jpg", ".png", ".webp", ".tif", ".bmp"):
        assert convert_image(data, f"a{ext}", "a") == convert_image(data, f"b{ext}", "b")


def test_an_unknown_extension_is_refused():
    """An image cannot become a file of a type that is not one of images."""
    with pytest.raises(MediaError, match=r"cannot be made a \.xyz file"):
        convert_image(image_bytes(".png"), "a.xyz", "a")


# ---------------------------------------------------------------------- formats


def write_boxes(writing: Writing) -> None:
    """A writer that keeps ids and images, and says that it loses annotations."""
    for item in writing.dataset:
        writing.output.write(f"{item.id}.txt", str(writing.options["mark"]).encode())
        for one in item.annotations:
            writing.losses.add(one.kind, "no place for it", where=item.id)
        if writing.save_media and item.image is not None:
            writing.output.media(f"{item.id}{writing.image_ext or '.jpg'}", item.image)


CARD = Format(
    name="boxes",
    title="Boxes",
    link="https://example.org",
    keeps=frozenset(),
    write=write_boxes,
    write_options=(Option(name="mark", type=int, default=1),),
)


def test_a_dataset_is_written_in_one_call():
    """Options are checked and given defaults, and the losses come back."""
    output = MemoryOutput()
    losses = write_dataset(CARD, detection_dataset(), output)
    assert output.files == {"a.txt": b"1", "b.txt": b"1", "c.txt": b"1"}
    assert [(what, count) for what, _, count, _ in losses.rows()] == [
        ("box", 2),
        ("label", 1),
        ("polygon", 1),
    ]
    report = LossReport()
    assert write_dataset(CARD, detection_dataset(), MemoryOutput(), losses=report) is report


def test_media_is_saved_where_asked_for_or_needed():
    """Media is written on demand, and by formats that cannot go without."""
    asked, needed, without = MemoryOutput(), MemoryOutput(), MemoryOutput()
    write_dataset(CARD, detection_dataset(), asked, {"mark": "5"}, save_media=True, image_ext="png")
    write_dataset(replace(CARD, needs_media=True), detection_dataset(), needed)
    write_dataset(CARD, detection_dataset(), without)
    assert asked.files["a.txt"] == b"5"
    assert asked.files["a.png"].startswith(b"\x89PNG")
    assert needed.files["a.jpg"] == image_bytes(".jpg")
    assert not any(name.endswith(".jpg") for name in without.files)


def test_strict_refuses_loss(tmp_path: Path):
    """With strict, loss is an error that lists it, and nothing is at the place."""
    with (
        pytest.raises(LossError, match="boxes cannot keep everything: 2 × box") as caught,
        FolderOutput(tmp_path / "out") as output,
    ):
        write_dataset(CARD, detection_dataset(), output, strict=True)
    assert len(caught.value.losses) == 3
    assert list(tmp_path.iterdir()) == []


def test_strict_writes_what_fits():
    """With strict, a dataset that loses nothing is written, and its losses counted once."""
    output = MemoryOutput()
    write_dataset(
        CARD, [item for item in detection_dataset() if item.id == "b"], output, strict=True
    )
    assert list(output.files) == ["b.txt"]


def test_a_format_that_is_only_read():
    """A format without a writer is an error of usage."""
    with pytest.raises(UsageError, match="'boxes' can be read, but not written"):
        write_dataset(replace(CARD, write=None), detection_dataset(), MemoryOutput())
