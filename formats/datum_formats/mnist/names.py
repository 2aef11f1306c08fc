"""Names of files, and what both layouts have in common."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from datum.model import Item
from datum.plugins import Writing
from datum_formats._common.dataset_meta import DatasetMeta
from datum_formats._common.labels_file import label_lines, read_labels
from datum_formats._common.names import check_name
from datum_formats._common.pixels import greys, picture_of
from datum_formats._common.single_label import label_of
from datum_formats._common.unkept import Unkept

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LABELS", "SIDE", "Row", "collect", "labels_of", "write_labels"]

LABELS = "labels.txt"
SIDE = 28
_DIGITS = tuple("0123456789")


class Row(msgspec.Struct, frozen=True):
    """One image."""

    item_id: str
    label: int | None
    pixels: "NDArray"  # type: ignore[type-arg]
    """8-bit grey levels, shape (height, width)."""


def labels_of(root: Path, meta: DatasetMeta) -> tuple[str, ...]:
    """The labels of a dataset: of the meta file, of ``labels.txt``, or the digits."""
    if meta.labels is not None:
        return meta.labels
    return read_labels(root / LABELS) if (root / LABELS).is_file() else _DIGITS


def write_labels(writing: Writing) -> tuple[str, ...] | None:
    """Write ``labels.txt``; the labels where it cannot hold them, to be written elsewhere."""
    labels = writing.dataset.categories.names()
    text, plain = label_lines(labels)
    writing.output.write(LABELS, text)
    return None if plain else labels


def collect(
    writing: Writing,
    unkept: Unkept,
    subset: str,
    fits: Callable[[Item, "NDArray"], bool],  # type: ignore[type-arg]
) -> tuple[list[Row], bool]:
    """The images of a subset, and whether their ids are those that running numbers give.

    Args:
        writing: The export.
        unkept: Counts what is lost.
        subset: Its name.
        fits: Whether an image can be written; counts it where not.
    """
    rows: list[Row] = []
    for item in writing.dataset.items(subset):
        unkept.item(item)
        pixels = picture_of(item, writing)
        if pixels is None:
            where = f"{item.subset}/{item.id}"
            writing.losses.add("item", "it has no pixels to write", where=where)
            continue
        pixels = greys(pixels, item, writing)
        if fits(item, pixels):
            rows.append(Row(check_name(item), label_of(item, writing), pixels))
    running = {str(number): number for number in range(len(rows))}
    if all(row.item_id in running for row in rows):
        rows.sort(key=lambda row: running[row.item_id])
        return rows, True
    return rows, False
