"""A dataset leaf by leaf: some neighbouring items at a time, under a key that names their content.

What is found out about the items of a leaf is kept under its key, and found again as long as none of
them changes; that is how filters, statistics and validation follow the change and not the dataset.
A leaf is one leaf of the tree of items, or the part of it that lies in one subset, with the leaves of
the tree of annotations that may speak of it. Listing the leaves reads none of them.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

import msgspec

from datum.dataset.dataset import Dataset, Row
from datum.dataset.keys import subset_range
from datum.objects import tree
from datum.objects.ids import ObjectId
from datum.objects.node import Node
from datum.objects.nodereader import NodeReader

__all__ = ["Leaf", "leaves", "rows_of_leaves"]

_BATCH = 64
"""Leaves read at a time: some ten thousand items."""


class Leaf(msgspec.Struct, frozen=True):
    """Some neighbouring items of one subset, as ids."""

    subset: str
    items: ObjectId
    """The leaf of the tree of items."""
    annotations: tuple[ObjectId, ...]
    """The leaves of the tree of annotations in which its items are, if they have any."""

    @property
    def key(self) -> bytes:
        """Equal for equal content: all ids have one length, and an id says all."""
        return b"".join((self.subset.encode(), b"\0", self.items, *self.annotations))


def leaves(dataset: Dataset, subset: str | None = None) -> Iterator[Leaf]:
    """The leaves of a dataset or of one subset, in the order of their items."""
    names = dataset.subsets() if subset is None else [subset]
    for name in names:
        yield from _of_subset(dataset, name)


def _of_subset(dataset: Dataset, subset: str) -> Iterator[Leaf]:
    """Pairs the leaves of the two trees, whose keys are ordered alike, by the last key of each."""
    start, stop = subset_range(subset)
    snapshot = dataset.snapshot
    notes = list(tree.leaf_ids(dataset.store, snapshot.annotations, start, stop))
    at = 0
    for oid, last in tree.leaf_ids(dataset.store, snapshot.items, start, stop):
        end = at
        while end < len(notes) and notes[end][1] < last:
            end += 1
        # the leaf at *end* goes on behind this one's last key, and is the next one's first
        yield Leaf(subset, oid, tuple(note for note, _ in notes[at : end + 1]))
        at = end + (end < len(notes) and notes[end][1] == last)


def rows_of_leaves(
    dataset: Dataset, wanted: Iterable[Leaf]
) -> Iterator[tuple[Leaf, list[tuple[bytes, Row]]]]:
    """Each leaf with the keys and ids of its items; nodes are read in batches, and no items."""
    waiting = iter(wanted)
    while batch := list(islice(waiting, _BATCH)):
        nodes = _read(dataset, batch)
        for leaf in batch:
            yield leaf, _rows(leaf, nodes)


def _read(dataset: Dataset, batch: Sequence[Leaf]) -> dict[ObjectId, Node]:
    oids = list(dict.fromkeys(chain.from_iterable((one.items, *one.annotations) for one in batch)))
    return dict(zip(oids, NodeReader(dataset.store).roots(oids), strict=True))


def _rows(leaf: Leaf, nodes: dict[ObjectId, Node]) -> list[tuple[bytes, Row]]:
    notes: dict[bytes, bytes] = {}
    for oid in leaf.annotations:
        notes.update(zip(nodes[oid].keys, nodes[oid].values, strict=True))
    node = nodes[leaf.items]
    start, stop = (bisect_left(node.keys, edge) for edge in subset_range(leaf.subset))
    return [
        (key, Row(ObjectId(item), ObjectId(note) if (note := notes.get(key)) else None))
        for key, item in zip(node.keys[start:stop], node.values[start:stop], strict=True)
    ]
