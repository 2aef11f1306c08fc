"""Reading MNIST's IDX files."""

import gzip
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec

from datum.errors import FormatError
from datum.model import Categories, Item, Label
from datum.plugins import Reading
from datum_formats._common.dataset_meta import DatasetMeta, read_meta
from datum_formats._common.pixels import encode_pixels
from datum_formats.mnist.names import labels_of

__all__ = ["read_idx"]

_NAME = re.compile(r"(.+)-(images|labels)[-.]idx[13]-ubyte(\.gz)?")
_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4"}
_NONE = 255
_IMAGES, _LABELS = 3, 1
"""Dimensions."""
_MOST_PIXELS = 1 << 26
"""Of one image."""


class _File(msgspec.Struct, frozen=True):
    """An IDX file, open behind its header."""

    path: Path
    file: BinaryIO
    kind: str
    shape: tuple[int, ...]

    def take(self, size: int) -> bytes:
        """The next bytes.

        Raises:
            FormatError: There are fewer.
        """
        data = _read(self.path, self.file, size)
        if len(data) != size:
            raise FormatError("the file ends before its last value", path=self.path)
        return data


def read_idx(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read the pairs of files in the folder *path*, or the pair that it is one of.

    Raises:
        FormatError: There is none, or one is broken.
    """
    root = path.parent if path.is_file() else path
    meta = read_meta(root)
    pairs: dict[str, dict[str, Path]] = {}
    for file in sorted(root.iterdir()) if root.is_dir() else []:
        found = _NAME.fullmatch(file.name)
        if found and file.is_file():
            pairs.setdefault(found[1], {}).setdefault(found[2], file)
    if path.is_file():
        pairs = {stem: pair for stem, pair in pairs.items() if path in pair.values()}
    if not root.is_dir() or (path.is_file() and not pairs):
        raise FormatError("no IDX files", path=path)
    labels = labels_of(root, meta)
    items = (
        item
        for stem, pair in sorted(pairs.items())
        for item in _items(stem, pair, meta, len(labels))
    )
    return Reading(categories=Categories.of(labels), items=items)


def _items(stem: str, pair: Mapping[str, Path], meta: DatasetMeta, labels: int) -> Iterator[Item]:
    if "images" not in pair:
        raise FormatError("the file of images is missing", path=pair["labels"])
    subset = meta.subsets.get(stem, "test" if stem == "t10k" else stem)
    with _open(pair["images"]) as opened:
        images = _start(pair["images"], opened, _IMAGES)
        count, height, width = images.shape
        if "labels" not in pair:
            numbers: Iterator[int | None] = iter([None] * count)
        else:
            numbers, known = _numbers(pair["labels"], labels)
            if count == known * height * width:
                count = known  # as the known tool counts
            if count != known:
                raise FormatError(f"{count} images, but {known} labels", path=pair["images"])
        for number in range(count):
            pixels = _pixels(images, height, width)
            label = next(numbers)
            item_id = meta.ids.get(f"{stem}/{number}", str(number))
            yield Item(
                id=item_id,
                subset=subset,
                media=(encode_pixels(pixels, f"{number}.png"),),
                annotations=() if label is None else (Label(label=label),),
            )


def _pixels(images: _File, height: int, width: int) -> Any:
    import numpy as np

    return np.frombuffer(images.take(height * width), np.uint8).reshape(height, width)


def _numbers(path: Path, labels: int) -> tuple[Iterator[int | None], int]:
    """The label of each image, and how many there are."""
    with _open(path) as opened:
        file = _start(path, opened, _LABELS)
    return _each_number(path, labels, file.shape[0]), file.shape[0]


def _each_number(path: Path, labels: int, count: int) -> Iterator[int | None]:
    import numpy as np

    with _open(path) as opened:
        file = _start(path, opened, _LABELS)
        kind = np.dtype(file.kind)
        for number in range(count):
            value = int(np.frombuffer(file.take(kind.itemsize), kind)[0])
            none = value < 0 or (kind.itemsize == 1 and value == _NONE)
            if not none and value >= labels:
                reason = f"image {number} has label {value}, but there are {labels}"
                raise FormatError(reason, path=path)
            yield None if none else value


@contextmanager
def _open(path: Path) -> Iterator[BinaryIO]:
    """The file, which may be compressed.

    Raises:
        FormatError: It cannot be read.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise FormatError(error.strerror or str(error), path=path) from error
    with file:
        is_gzip = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        yield cast("BinaryIO", gzip.GzipFile(fileobj=file)) if is_gzip else file


def _start(path: Path, file: BinaryIO, dimensions: int) -> _File:
    """Read the header.

    Raises:
        FormatError: It is none, or says what no image is.
    """
    head = _read(path, file, 4 + 4 * dimensions)
    if len(head) != 4 + 4 * dimensions or head[:2] != b"\0\0" or head[3] != dimensions:
        raise FormatError("the header is not that of an IDX file", path=path)
    kind = _TYPES.get(head[2])
    if kind is None or (dimensions == _IMAGES and kind != "u1"):
        raise FormatError(f"values of type {head[2]:#04x}", path=path)
    shape = struct.unpack(f">{dimensions}I", head[4:])
    if dimensions == _IMAGES and not 0 < shape[1] * shape[2] <= _MOST_PIXELS and shape[0]:
        raise FormatError(f"images of {shape[1]} x {shape[2]} pixels", path=path)
    return _File(path, file, kind, shape)


def _read(path: Path, file: BinaryIO, size: int) -> bytes:
    try:
        return file.read(size)
    except (OSError, EOFError, zlib.error) as error:
        raise FormatError(f"broken: {error}", path=path) from error
