"""Image files: which they are, the media values for them, and their sizes from the header alone."""

import struct
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from datum.errors import FormatError
from datum.model import FileOnDisk, Media
from datum_formats._common.files import walk

__all__ = [
    "IMAGE_EXTENSIONS",
    "find_images",
    "image_files",
    "image_media",
    "image_names",
    "image_size",
    "size_of",
]

IMAGE_EXTENSIONS = frozenset(
    [
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jp2",
        ".png",
        ".bmp",
        ".dib",
        ".tif",
        ".tiff",
        ".webp",
        ".gif",
        ".pbm",
        ".pgm",
        ".ppm",
        ".pnm",
        ".hdr",
        ".exr",
        ".avif",
    ]
)
"""Extensions, in lower case with the dot, of files taken for images."""


def image_files(folder: Path) -> Iterator[Path]:
    """The images under *folder*, at any depth, in the order of their relative names."""
    return (path for path in walk(folder) if path.suffix.lower() in IMAGE_EXTENSIONS)


def find_images(folder: Path) -> dict[str, Path]:
    """The images under *folder* by their names; see :func:`image_names`.

    Raises:
        FormatError: The name of a file is no text.
    """
    paths = {path.relative_to(folder).as_posix(): path for path in image_files(folder)}
    return {name: paths[path] for path, name in image_names(paths).items()}


def image_names(paths: Iterable[str]) -> dict[str, str]:
    """What images are called, by their relative paths: the path without its extension.

    Where two differ by extension alone, both go by their whole relative path.

    Raises:
        FormatError: A path has no bytes in UTF-8; names of files need not.
    """
    by_stem: dict[str, list[str]] = {}
    for path in paths:
        try:
            path.encode()
        except UnicodeEncodeError as error:
            raise FormatError("the name of the file is not UTF-8", path=ascii(path)) from error
        by_stem.setdefault(str(PurePosixPath(path).with_suffix("")), []).append(path)
    return {
        path: stem if len(same) == 1 else path for stem, same in by_stem.items() for path in same
    }


def image_media(file: Path | None, name: str, size: tuple[int, int] | None = None) -> Media:
    """The media value of an image.

    Args:
        file: Where it is; None, or a path that does not exist, where it is absent.
        name: Its relative name in the dataset, with extension.
        size: Height and width as the dataset states them; None to read the header.
    """
    present = file is not None and file.is_file()
    if size is None and file is not None and present:
        size = image_size(file)
    height, width = size or (None, None)
    content = FileOnDisk(str(file)) if present else None
    return Media(path=name, height=height, width=width, content=content)


def image_size(path: Path) -> tuple[int, int] | None:
    """Height and width of an image file from its header, no EXIF rotation applied.

    None where the file is absent, or its kind is not JPEG, PNG, GIF, BMP, WebP or PNM.
    """
    try:
        with path.open("rb") as file:
            return size_of(file)
    except OSError:
        return None


def size_of(file: BinaryIO) -> tuple[int, int] | None:
    """As :func:`image_size`, for an open file at its beginning."""
    head = file.read(32)
    for magic, parse in _PARSERS:
        if head.startswith(magic):
            try:
                return parse(file, head)
            except (struct.error, ValueError, IndexError):
                return None
    return None


def _jpeg(file: BinaryIO, _head: bytes) -> tuple[int, int] | None:
    file.seek(2)
    while True:
        marker = file.read(2)
        while len(marker) == 2 and marker[1] == 0xFF:  # noqa: PLR2004 (fill bytes before a marker)
            marker = marker[1:] + file.read(1)
        if len(marker) < 2 or marker[0] != 0xFF:  # noqa: PLR2004 (ISO/IEC 10918-1, B.1.1.2)
            return None
        (length,) = struct.unpack(">H", file.read(2))
        is_frame = 0xC0 <= marker[1] <= 0xCF and marker[1] not in (0xC4, 0xC8, 0xCC)  # noqa: PLR2004
        if is_frame:
            _, height, width = struct.unpack(">BHH", file.read(5))
            return (height, width)
        file.seek(length - 2, 1)


def _png(_file: BinaryIO, head: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", head[16:24])
    return (height, width)


def _gif(_file: BinaryIO, head: bytes) -> tuple[int, int]:
    width, height = struct.unpack("<HH", head[6:10])
    return (height, width)


def _bmp(_file: BinaryIO, head: bytes) -> tuple[int, int]:
    width, height = struct.unpack("<ii", head[18:26])
    return (abs(height), width)


def _webp(_file: BinaryIO, head: bytes) -> tuple[int, int] | None:
    kind = head[12:16]
    if kind == b"VP8X":
        width = int.from_bytes(head[24:27], "little") + 1
        return (int.from_bytes(head[27:30], "little") + 1, width)
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (((bits >> 14) & 0x3FFF) + 1, (bits & 0x3FFF) + 1)
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", head[26:30])
        return (height & 0x3FFF, width & 0x3FFF)
    return None


def _pnm(_file: BinaryIO, head: bytes) -> tuple[int, int] | None:
    words = head.split(maxsplit=3)
    if len(words) < 4 or words[1].startswith(b"#"):  # noqa: PLR2004 (magic, width, height, rest)
        return None
    return (int(words[2]), int(words[1]))


_PARSERS: tuple[tuple[bytes, Callable[[BinaryIO, bytes], tuple[int, int] | None]], ...] = (
    (b"\xff\xd8", _jpeg),
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"GIF8", _gif),
    (b"BM", _bmp),
    (b"RIFF", _webp),
    *((b"P%d" % kind, _pnm) for kind in (1, 2, 3, 4, 5, 6)),
)
