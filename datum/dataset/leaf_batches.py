"""Leaves as batches: the items of each, and their annotations as arrays."""

from collections.abc import Iterable, Iterator

from datum.dataset.batch_read import decode_batch
from datum.dataset.dataset import Dataset, Row
from datum.dataset.keys import split_key
from datum.dataset.leaves import Leaf, rows_of_leaves
from datum.dataset.values import decode_item
from datum.model.reading import Batch
from datum.objects.ids import ObjectId

__all__ = ["batches_of_leaves"]

_AT_ONCE = 1 << 19
"""Annotations whose objects are asked for at a time, about.

Objects lie in the order in which they were written, which need not be that of their keys: the more are
asked for together, the fewer frames of the packs are unpacked more than once.
"""

_Rows = list[tuple[bytes, Row]]


def batches_of_leaves(dataset: Dataset, wanted: Iterable[Leaf]) -> Iterator[tuple[Leaf, Batch]]:
    """Each leaf with its items, and their annotations as columns.

    Args:
        dataset: What the leaves are of.
        wanted: Which ones, best in order.
    """
    waiting = rows_of_leaves(dataset, wanted)
    # what an item has on average says how many items to read
    most = _AT_ONCE // (1 + dataset.annotation_count // max(len(dataset), 1))
    while window := _window(waiting, most):
        contents = _read(dataset, window)
        for leaf, rows in window:
            items = [decode_item(contents[row.item], *split_key(key)) for key, row in rows]
            notes = [contents.get(row.annotations) for _, row in rows]
            yield leaf, Batch(items, decode_batch(notes))


def _window(waiting: Iterator[tuple[Leaf, _Rows]], most: int) -> list[tuple[Leaf, _Rows]]:
    """The next leaves, until they have *most* items."""
    found: list[tuple[Leaf, _Rows]] = []
    count = 0
    for leaf, rows in waiting:
        found.append((leaf, rows))
        count += len(rows)
        if count >= most:
            break
    return found


def _read(dataset: Dataset, window: list[tuple[Leaf, _Rows]]) -> dict[ObjectId | None, bytes]:
    wanted: dict[ObjectId, None] = {}
    for _, rows in window:
        for _, row in rows:
            wanted[row.item] = None
            if row.annotations is not None:
                wanted[row.annotations] = None
    return dict(zip(wanted, dataset.store.get_many(list(wanted)), strict=True))
