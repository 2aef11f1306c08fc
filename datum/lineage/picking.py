"""What filters make of the rows of a dataset: many at a time, by arrays."""

from collections.abc import Iterator
from itertools import islice

import numpy as np

from datum.dataset.batch import encode_batch
from datum.dataset.dataset import Dataset, Row
from datum.dataset.stored_batch import StoredBatch
from datum.lineage.edits import Output
from datum.lineage.operations import BatchPick
from datum.model.choosing import chosen
from datum.model.columns import Bools
from datum.objects.kinds import Kind
from datum.objects.store import ObjectWriter

__all__ = ["picked_outputs"]

_AT_ONCE = 1 << 20
"""Annotations read at a time, about.

Objects lie in the order in which they were written, which need not be that of their keys: the more are
asked for together, the fewer frames of the packs are unpacked more than once.
"""

Keyed = tuple[bytes, Row]


def picked_outputs(
    writer: ObjectWriter,
    pick: BatchPick,
    dataset: Dataset,
    rows: Iterator[Keyed],
    *,
    counted: bool = False,
) -> Iterator[tuple[Output, Output | None]]:
    """Each item as it was and as it is; None where it goes. What is left of annotations is written.

    Args:
        writer: Takes the objects.
        pick: Says what stays of a batch.
        dataset: Where the items are.
        rows: Which items.
        counted: Whether the number of annotations is wanted of items that stay as they are too, for
            which they may have to be read.
    """
    # what an item has on average says how many items to read
    most = _AT_ONCE // (1 + dataset.annotation_count // max(len(dataset), 1))
    while held := list(islice(rows, most)):
        batch = StoredBatch(dataset.store, held)
        picked = pick(batch)
        if picked.notes is None:
            yield from _of_items(batch, picked.items, counted=counted)
        else:
            yield from _of_notes(writer, batch, picked.items, picked.notes)


def _of_items(
    batch: StoredBatch, keep: Bools, *, counted: bool
) -> Iterator[tuple[Output, Output | None]]:
    """Items stay as they are, or go."""
    wanted = np.flatnonzero(~keep | counted).tolist()
    counts = dict(zip(wanted, batch.note_counts(wanted), strict=True))
    for n, ((key, row), stays) in enumerate(zip(batch.rows, keep.tolist(), strict=True)):
        one = Output(key, row, counts.get(n, 0))
        yield one, one if stays else None


def _of_notes(
    writer: ObjectWriter, batch: StoredBatch, items: Bools, notes: Bools
) -> Iterator[tuple[Output, Output | None]]:
    """Annotations go, and items perhaps; those that keep all are as they were."""
    starts, owners = batch.plain.starts, batch.plain.owners()
    before = np.diff(starts)
    after = np.bincount(owners[notes], minlength=len(before))
    fewer = items & (after < before)
    rest = chosen(batch.columns, notes & fewer[owners]) if fewer.any() else batch.plain
    objects = encode_batch(rest, rest.ids) if fewer.any() else []
    counts = zip(before.tolist(), after.tolist(), strict=True)
    for n, ((key, row), (had, has)) in enumerate(zip(batch.rows, counts, strict=True)):
        old = Output(key, row, had)
        if not items[n]:
            yield old, None
        elif not fewer[n]:
            yield old, old
        else:
            oid = writer.put(Kind.ANNOTATIONS, objects[n]) if has else None
            yield old, Output(key, Row(row.item, oid), has)
