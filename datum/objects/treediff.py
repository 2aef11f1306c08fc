"""What differs between two trees. Equal nodes are skipped by their ids, level by level."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from datum.objects.ids import ObjectId
from datum.objects.node import Node
from datum.objects.nodereader import NodeReader
from datum.objects.store import ObjectReader

__all__ = ["Difference", "diff"]

Difference = tuple[bytes, bytes | None, bytes | None]
"""A key, its value in the first tree and in the second; None where it is absent."""

_BATCH = 256
"""The most leaves fetched at once."""


class _Part(NamedTuple):
    """A subtree that only one side has, as far as is known; read, or still to be read."""

    oid: ObjectId
    node: Node | None
    place: tuple[Node, int] | None
    """Parent and position; None for a root."""


def diff(reader: ObjectReader, a: ObjectId | None, b: ObjectId | None) -> Iterator[Difference]:
    """The keys whose values differ, ascending. Where *a* equals *b* nothing is read.

    Reads no node that both trees have: what is above the leaves in one batch for each level,
    then leaves in batches while results are consumed. Two trees with nothing in common are
    scanned side by side.
    """
    if a == b:
        return
    nodes = NodeReader(reader)
    ids = [oid for oid in (a, b) if oid is not None]
    parts = {oid: _Part(oid, node, None) for oid, node in zip(ids, nodes.roots(ids), strict=True)}
    left, right = ([] if oid is None else [parts[oid]] for oid in (a, b))
    for level in range(max(_level(left), _level(right)), 0, -1):
        left, right = _without_shared(_opened(left, level), _opened(right, level))
        if level > 1:
            left, right = _fetched(nodes, left, right)
    if len(left) + len(right) <= _BATCH:
        left, right = _fetched(nodes, left, right)
    yield from _compare(_entries(nodes, left), _entries(nodes, right))


def _level(parts: list[_Part]) -> int:
    return max((part.node.level for part in parts if part.node is not None), default=0)


def _opened(parts: list[_Part], level: int) -> list[_Part]:
    """Nodes of *level* replaced by their children; a lower root stays until its level comes."""
    opened: list[_Part] = []
    for part in parts:
        node = part.node
        if node is None or node.level < level:
            opened.append(part)
        else:
            indexes = range(len(node.keys))
            opened.extend(_Part(node.child(index), None, (node, index)) for index in indexes)
    return opened


def _without_shared(left: list[_Part], right: list[_Part]) -> tuple[list[_Part], list[_Part]]:
    """Both sides without the subtrees that both have: an id says keys and values at once."""
    shared = {part.oid for part in left} & {part.oid for part in right}
    if not shared:
        return left, right
    return (
        [part for part in left if part.oid not in shared],
        [part for part in right if part.oid not in shared],
    )


def _fetched(
    nodes: NodeReader, left: list[_Part], right: list[_Part]
) -> tuple[list[_Part], list[_Part]]:
    """Both sides with every part read, as one batch."""
    found = iter(
        nodes.children([part.place for part in chain(left, right) if part.place and not part.node])
    )

    def filled(parts: list[_Part]) -> list[_Part]:
        return [part._replace(node=next(found)) if part.node is None else part for part in parts]

    return filled(left), filled(right)


def _entries(nodes: NodeReader, leaves: list[_Part]) -> Iterator[tuple[bytes, bytes]]:
    for at in range(0, len(leaves), _BATCH):
        batch, _ = _fetched(nodes, leaves[at : at + _BATCH], [])
        for part in batch:
            if part.node is not None:
                yield from zip(part.node.keys, part.node.values, strict=True)


def _compare(
    left: Iterator[tuple[bytes, bytes]], right: Iterator[tuple[bytes, bytes]]
) -> Iterator[Difference]:
    one, other = next(left, None), next(right, None)
    while one is not None and other is not None:
        if one[0] == other[0]:
            if one[1] != other[1]:
                yield one[0], one[1], other[1]
            one, other = next(left, None), next(right, None)
        elif one[0] < other[0]:
            yield one[0], one[1], None
            one = next(left, None)
        else:
            yield other[0], None, other[1]
            other = next(right, None)
    yield from ((key, value, None) for key, value in _rest(one, left))
    yield from ((key, None, value) for key, value in _rest(other, right))


def _rest(
    first: tuple[bytes, bytes] | None, others: Iterable[tuple[bytes, bytes]]
) -> Iterable[tuple[bytes, bytes]]:
    return () if first is None else chain((first,), others)
