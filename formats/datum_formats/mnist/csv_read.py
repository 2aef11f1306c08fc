"""Reading MNIST as CSV."""

import re
from collections.abc import Iterator, Mapping
from math import isqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datum.errors import FormatError
from datum.model import Categories, Item, Label
from datum.plugins import Reading
from datum_formats._common.csvfile import csv_rows
from datum_formats._common.dataset_meta import read_meta
from datum_formats._common.pixels import BYTE, encode_pixels
from datum_formats.mnist.names import labels_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["read_csv"]

_NAME = re.compile(r"mnist_(.+)\.csv")
_META_COLUMNS = 3
_MOST_DIGITS = 10


def read_csv(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read the files in the folder *path*, or the one file that it is.

    Raises:
        FormatError: There is none, or one is broken.
    """
    root = path.parent if path.is_file() else path
    if not path.exists():
        raise FormatError("no mnist_*.csv", path=path)
    meta = read_meta(root)
    files = [path] if path.is_file() else sorted(root.glob("mnist_*.csv"))
    stems = {(found[1] if (found := _NAME.fullmatch(f.name)) else f.stem): f for f in files}
    labels = labels_of(root, meta)
    items = (
        item
        for stem, file in sorted(stems.items())
        for item in _items(
            meta.subsets.get(stem, stem), file, root / f"meta_{stem}.csv", len(labels)
        )
    )
    return Reading(categories=Categories.of(labels), items=items)


def _items(subset: str, file: Path, sizes: Path, labels: int) -> Iterator[Item]:
    """The items of one file; *sizes* has a row for each, where there is such a file."""
    known = [_id_and_size(sizes, *row) for row in csv_rows(sizes)] if sizes.is_file() else None
    count = 0
    for line, row in csv_rows(file):
        if count == 0 and not _is_number(row[0]) and row[0]:
            continue  # names of columns
        if known is not None and count >= len(known):
            raise FormatError(f"there is no row for image {count}", path=sizes)
        item_id, height, width = (str(count), None, None) if known is None else known[count]
        pixels = _pixels(row[1:], height, width)
        label = int(row[0]) if _is_number(row[0]) else None
        if pixels is None or (label is None) != (not row[0]):
            raise FormatError("no label and grey levels of an image", path=file, line=line)
        if label is not None and label >= labels:
            reason = f"label {label}, but there are {labels}"
            raise FormatError(reason, path=file, line=line)
        yield Item(
            id=item_id,
            subset=subset,
            media=(encode_pixels(pixels, f"{count}.png"),),
            annotations=() if label is None else (Label(label=label),),
        )
        count += 1
    if known is not None and count != len(known):
        raise FormatError(f"{len(known)} rows, but {count} images", path=sizes)


def _is_number(cell: str) -> bool:
    return cell.isascii() and cell.isdecimal() and len(cell) < _MOST_DIGITS


def _id_and_size(path: Path, line: int, row: list[str]) -> tuple[str, int, int]:
    if len(row) != _META_COLUMNS or not row[0] or not all(map(_is_number, row[1:])):
        raise FormatError("no id, height and width", path=path, line=line)
    return row[0], int(row[1]), int(row[2])


def _pixels(cells: list[str], height: int | None, width: int | None) -> "NDArray[Any] | None":
    """Grey levels of shape (height, width); square where nothing is said. None for what is no image."""
    import numpy as np

    if height is None or width is None:
        height = width = isqrt(len(cells))
    if height * width != len(cells) or not cells:
        return None
    try:
        values = np.array(cells, dtype=np.int64)
    except (ValueError, OverflowError):
        return None
    if values.min() < 0 or values.max() >= BYTE:
        return None
    return values.astype(np.uint8).reshape(height, width)
