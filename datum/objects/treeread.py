"""Reading trees: one key, a range, how many, the n-th."""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate

from datum.errors import UsageError
from datum.objects.ids import ObjectId
from datum.objects.node import Node
from datum.objects.nodereader import NodeReader
from datum.objects.store import ObjectReader

__all__ = ["count", "get", "iterate", "leaf_ids", "leaves", "node_ids", "nth"]

_BATCH = 128
"""The most nodes fetched at once; the first fetch is of one, and each doubles."""

Entry = tuple[bytes, bytes]


def get(reader: ObjectReader, root: ObjectId | None, key: bytes) -> bytes | None:
    """The value of *key*, or None where it is absent."""
    if root is None:
        return None
    nodes = NodeReader(reader)
    node = nodes.root(root)
    while True:
        place = bisect_left(node.keys, key)
        if place == len(node.keys):
            return None
        if not node.level:
            return node.values[place] if node.keys[place] == key else None
        node = nodes.child(node, place)


def iterate(
    reader: ObjectReader, root: ObjectId | None, start: bytes = b"", stop: bytes | None = None
) -> Iterator[Entry]:
    """Entries with start ≤ key < stop, ascending; nodes are read in batches, as needed."""
    for _, entries in leaves(reader, root, start, stop):
        yield from entries


def leaves(
    reader: ObjectReader, root: ObjectId | None, start: bytes = b"", stop: bytes | None = None
) -> Iterator[tuple[ObjectId, list[Entry]]]:
    """The same entries by leaf, each with the id of its node; a leaf without any is left out.

    A leaf at either end of the range may have more entries than are given here.
    """
    if root is None or (stop is not None and stop <= start):
        return
    nodes = NodeReader(reader)
    for oid, node in _leaf_nodes(nodes, root, nodes.root(root), start, stop):
        low = bisect_left(node.keys, start)
        high = len(node.keys) if stop is None else bisect_left(node.keys, stop)
        if low < high:
            yield oid, list(zip(node.keys[low:high], node.values[low:high], strict=True))


def _leaf_nodes(
    nodes: NodeReader, oid: ObjectId, node: Node, start: bytes, stop: bytes | None
) -> Iterator[tuple[ObjectId, Node]]:
    if not node.level:
        yield oid, node
        return
    at = bisect_left(node.keys, start)
    last = len(node.keys) - 1
    end = 1 + (last if stop is None else min(bisect_left(node.keys, stop), last))
    size = 1
    while at < end:
        batch = range(at, min(at + size, end))
        for index, child in zip(batch, nodes.children([(node, i) for i in batch]), strict=True):
            yield from _leaf_nodes(nodes, node.child(index), child, start, stop)
        at, size = batch.stop, min(size * 2, _BATCH)


def leaf_ids(
    reader: ObjectReader, root: ObjectId | None, start: bytes = b"", stop: bytes | None = None
) -> Iterator[tuple[ObjectId, bytes]]:
    """Ids of the leaves that hold keys with start ≤ key < stop, each with its last key.

    No leaf is read, but for a tree that is one leaf alone. The first and the last may turn out to
    have no key of the range.
    """
    if root is None or (stop is not None and stop <= start):
        return
    nodes = NodeReader(reader)
    node = nodes.root(root)
    if node.level:
        yield from _leaf_ids_below(nodes, node, start, stop)
    elif node.keys[-1] >= start and (stop is None or node.keys[0] < stop):
        yield root, node.keys[-1]


def _leaf_ids_below(
    nodes: NodeReader, node: Node, start: bytes, stop: bytes | None
) -> Iterator[tuple[ObjectId, bytes]]:
    last = len(node.keys) - 1
    at = bisect_left(node.keys, start)
    end = 1 + (last if stop is None else min(bisect_left(node.keys, stop), last))
    if node.level == 1:
        yield from ((node.child(index), node.keys[index]) for index in range(at, end))
        return
    for child in nodes.children([(node, index) for index in range(at, end)]):
        yield from _leaf_ids_below(nodes, child, start, stop)


def count(
    reader: ObjectReader, root: ObjectId | None, start: bytes = b"", stop: bytes | None = None
) -> int:
    """How many entries have start ≤ key < stop, read from the two edges of the range alone."""
    if root is None or (stop is not None and stop <= start):
        return 0
    nodes = NodeReader(reader, keep_inner=True)
    node = nodes.root(root)
    below_stop = node.total if stop is None else _rank(nodes, node, stop)
    return below_stop - (_rank(nodes, node, start) if start else 0)


def _rank(nodes: NodeReader, node: Node, key: bytes) -> int:
    """How many entries have keys below *key*."""
    rank = 0
    while node.level:
        place = bisect_left(node.keys, key)
        rank += sum(node.counts[:place])
        if place == len(node.keys):
            return rank
        node = nodes.child(node, place)
    return rank + bisect_left(node.keys, key)


def nth(reader: ObjectReader, root: ObjectId | None, n: int) -> Entry:
    """The entry that has *n* entries before it.

    Raises:
        UsageError: *n* is negative, or not less than the number of entries.
    """
    nodes = NodeReader(reader)
    node = None if root is None else nodes.root(root)
    total = 0 if node is None else node.total
    if node is None or not 0 <= n < total:
        raise UsageError(f"there is no entry {n} among {total}; they count from 0")
    while node.level:
        ends = list(accumulate(node.counts))
        place = bisect_left(ends, n + 1)
        n -= ends[place] - node.counts[place]
        node = nodes.child(node, place)
    return node.keys[n], node.values[n]


def node_ids(reader: ObjectReader, root: ObjectId | None) -> Iterator[ObjectId]:
    """The id of every node, parents first; leaves are named without being read."""
    if root is None:
        return
    yield root
    nodes = NodeReader(reader)
    yield from _ids_below(nodes, nodes.root(root))


def _ids_below(nodes: NodeReader, node: Node) -> Iterator[ObjectId]:
    if not node.level:
        return
    indexes = range(len(node.keys))
    yield from map(node.child, indexes)
    if node.level == 1:
        return
    for at in range(0, len(indexes), _BATCH):
        for child in nodes.children([(node, index) for index in indexes[at : at + _BATCH]]):
            yield from _ids_below(nodes, child)
