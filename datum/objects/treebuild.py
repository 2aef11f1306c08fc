"""Building trees: cutting a level's entries into nodes, level upon level."""

import operator
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, count, islice
from typing import Generic, TypeVar

import xxhash

from datum.errors import UsageError
from datum.objects.ids import ObjectId
from datum.objects.kinds import Kind
from datum.objects.node import WIDTH_LIMIT, Node, encode_node
from datum.objects.rule import LEVEL_LIMIT, Splitter, entry_limit
from datum.objects.store import ObjectWriter

__all__ = ["Child", "Cutter", "build", "finish", "inner_cutter", "leaf_cutter"]

Child = tuple[ObjectId, int]
"""A node as its parent sees it: its id and the number of leaf entries below it."""

Payload = TypeVar("Payload")
"""What belongs to a key: a value in a leaf, a ``Child`` above."""


class Cutter(Generic[Payload]):
    """Cuts the entries of one level into nodes, writes these, and gives the entries of the next.

    Args:
        writer: Takes the nodes.
        level: Of the nodes.
        width: Logical bytes of what belongs to a key.
        make: The node of keys and payloads; checks them where they come from outside.
    """

    def __init__(
        self,
        writer: ObjectWriter,
        level: int,
        width: int,
        make: Callable[[list[bytes], list[Payload]], Node],
    ) -> None:
        self._writer = writer
        self._width = width
        self._make = make
        self._rule = Splitter(writer.tree_rule, level)
        self._keys: list[bytes] = []
        self._payloads: list[Payload] = []
        self._size = 0
        self.entries_of_last = 0
        """Entries of the node that ended last."""

    @property
    def empty(self) -> bool:
        """Whether the last entry ended a node, so that what follows does not depend on it."""
        return not self._keys

    def feed(self, entries: Iterable[tuple[bytes, Payload]]) -> Iterator[tuple[bytes, Child]]:
        """Take further entries, and give an entry of the next level for each node that ended."""
        keys, payloads, size = self._keys, self._payloads, self._size
        width, rule, digest = self._width, self._rule, xxhash.xxh3_64_intdigest
        # The test that spares most keys Splitter.ends, inlined: this loop runs for every entry.
        minimum, full, seed, slope, power = rule.quick
        for key, payload in entries:
            keys.append(key)
            payloads.append(payload)
            this = len(key) + width
            size += this
            if size < minimum or (
                size <= full and digest(key, seed) & 0xFFFFFFFF > this * size**power * slope
            ):
                continue
            if len(keys) > 1 and rule.ends(key, this, size):
                yield self._end()
                size = 0
        self._size = size

    def rest(self) -> Iterator[tuple[bytes, Child]]:
        """The last node of the level, if the last entry did not end one."""
        if self._keys:
            yield self._end()

    def _end(self) -> tuple[bytes, Child]:
        node = self._make(self._keys, self._payloads)
        oid = self._writer.put(Kind.NODE, encode_node(node))
        last, total = node.keys[-1], node.total
        self.entries_of_last = len(node.keys)
        self._keys.clear()
        self._payloads.clear()
        self._size = 0
        return last, (oid, total)


def leaf_cutter(writer: ObjectWriter, width: int) -> Cutter[bytes]:
    """Cuts keys and values into leaves. Raises UsageError for entries that no tree can have."""
    limit = entry_limit(writer.tree_rule) - max(width, writer.hasher.width)
    before: bytes | None = None

    def make(keys: list[bytes], values: list[bytes]) -> Node:
        nonlocal before
        _check_entries(keys, values, width, limit, before)
        before = keys[-1]
        return Node(level=0, width=width, keys=keys, values=values, counts=[])

    return Cutter(writer, 0, width, make)


def inner_cutter(writer: ObjectWriter, level: int, width: int) -> Cutter[Child]:
    """Cuts the entries of nodes at *level* - 1 into nodes at *level*."""
    if level > LEVEL_LIMIT:
        raise UsageError(f"a tree of more than {LEVEL_LIMIT} levels")

    def make(keys: list[bytes], children: list[Child]) -> Node:
        oids, counts = zip(*children, strict=True)
        return Node(level=level, width=width, keys=keys, values=list(oids), counts=list(counts))

    return Cutter(writer, level, writer.hasher.width, make)


def build(writer: ObjectWriter, entries: Iterable[tuple[bytes, bytes]]) -> ObjectId | None:
    """Write the tree of *entries*, which are streamed.

    Args:
        writer: Takes the nodes.
        entries: Keys and values, keys strictly ascending, all values of the same length.

    Returns:
        The root, or None where there are no entries.

    Raises:
        UsageError: keys out of order or too long, values of several lengths or too long.
    """
    stream = iter(entries)
    first = next(stream, None)
    if first is None:
        return None
    width = len(first[1])
    cutter = leaf_cutter(writer, width)
    return finish(writer, _cut(cutter, chain((first,), stream)), 0, width)


def finish(
    writer: ObjectWriter, nodes: Iterator[tuple[bytes, Child]], level: int, width: int
) -> ObjectId | None:
    """The root over all the nodes of one level: the lowest level that is a single node."""
    for above in count(level + 1):
        pair = tuple(islice(nodes, 2))
        if len(pair) < 2:  # noqa: PLR2004  # none, or the root
            return pair[0][1][0] if pair else None
        nodes = _cut(inner_cutter(writer, above, width), chain(pair, nodes))
    return None  # pragma: no cover  # count() does not end


def _cut(
    cutter: Cutter[Payload], entries: Iterable[tuple[bytes, Payload]]
) -> Iterator[tuple[bytes, Child]]:
    yield from cutter.feed(entries)
    yield from cutter.rest()


def _check_entries(
    keys: list[bytes], values: list[bytes], width: int, limit: int, before: bytes | None
) -> None:
    if (before is not None and keys[0] <= before) or not all(
        map(operator.lt, keys, islice(keys, 1, None))
    ):
        raise UsageError(f"the keys of a tree must ascend; they do not near {keys[0]!r}")
    if width > WIDTH_LIMIT or set(map(len, values)) != {width}:
        raise UsageError(
            f"the values of a tree must all have one length, at most {WIDTH_LIMIT} bytes; "
            f"near {keys[0]!r} they do not"
        )
    if max(map(len, keys)) > limit:
        start = max(keys, key=len)[:40].replace(b"\0", b"/").decode(errors="replace")
        raise UsageError(f"subset and id of '{start}…' have more than {limit} bytes together")
