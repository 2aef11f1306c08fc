"""Writing the objects of many items at once; what did not change keeps its bytes, and its ids."""

from collections.abc import Sequence

import numpy as np

from datum.dataset.annotations import decode_annotations, encode_annotations
from datum.dataset.batch import encode_batch, fill_ids
from datum.dataset.batch_read import decode_ids
from datum.dataset.dataset import Row
from datum.dataset.values import encode_item
from datum.model import Batch
from datum.model.columns import Columns, Ints, annotations_of
from datum.model.pairing import choose_ids
from datum.objects.kinds import Kind
from datum.objects.store import ObjectWriter

__all__ = ["write_batch"]


def write_batch(
    writer: ObjectWriter,
    batch: Batch,
    *,
    before: Sequence[Row | None],
    trust_ids: bool = True,
) -> list[Row]:
    """Write the items of a batch, whose media are in the store; gives their ids.

    Args:
        writer: Takes the objects.
        batch: Items and their annotations.
        before: Each item's earlier self, from which annotations without ids inherit theirs.
        trust_ids: Whether the annotation ids of the batch mean the same as those of *before*.
    """
    columns = batch.columns
    items = [writer.put(Kind.ITEM, encode_item(item)) for item in batch.items]
    old = _objects(writer, before)
    if any(data is not None for data in old):
        objects = _inherited(columns, old, trust_ids=trust_ids)
    else:
        objects = encode_batch(columns, fill_ids(columns, trusted=trust_ids))
    notes = [
        writer.put(Kind.ANNOTATIONS, data) if count else None
        for data, count in zip(objects, np.diff(columns.starts).tolist(), strict=True)
    ]
    return [Row(item, note) for item, note in zip(items, notes, strict=True)]


def _objects(writer: ObjectWriter, rows: Sequence[Row | None]) -> list[bytes | None]:
    """The annotations that the items had, as bytes; None for an item that had none."""
    oids = [None if row is None else row.annotations for row in rows]
    found = iter(writer.get_many([oid for oid in oids if oid is not None]))
    return [None if oid is None else next(found) for oid in oids]


def _inherited(columns: Columns, old: Sequence[bytes | None], *, trust_ids: bool) -> list[bytes]:
    """The bytes of each item's annotations, with the ids of earlier ones where they go on.

    With the ids of the old ones in their order, most items come out as the bytes that they were:
    these did not change. The others are looked at one by one.
    """
    had = np.array([data is not None for data in old], np.bool_)
    ids = np.where(
        had[columns.owners()],
        _in_order(columns, *decode_ids(old), trust_ids=trust_ids),
        fill_ids(columns, trusted=trust_ids),
    )
    objects = encode_batch(columns, ids)
    filled = had & (np.diff(columns.starts) > 0)
    changed = [n for n in np.flatnonzero(filled).tolist() if objects[n] != old[n]]
    values = list(annotations_of(columns)) if changed else []
    for n in changed:
        earlier = decode_annotations(old[n] or b"")
        chosen = choose_ids(values[n], earlier, trust_ids=trust_ids)
        objects[n] = encode_annotations(values[n], chosen)
    return objects


def _in_order(columns: Columns, old_starts: Ints, old_ids: Ints, *, trust_ids: bool) -> Ints:
    """(n,): the ids of the annotations; of those without one, that of the old one at its place."""
    owners = columns.owners()
    place = np.arange(columns.total) - columns.starts[owners] + old_starts[owners]
    there = place < old_starts[owners + 1]
    ids = np.zeros(columns.total, np.int64)
    ids[there] = old_ids[place[there]]
    return np.where(columns.known & trust_ids, columns.ids, ids)
