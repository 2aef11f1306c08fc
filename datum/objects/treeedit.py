"""Editing trees: only the nodes on the way to a change are read, and written anew.

Each level is the same task: apply sorted changes to a sequence of entries that is cut into nodes.
What became of the nodes are the changes of the level above. A node that starts where one of the old
nodes started, and has the same entries, ends where that one ended; so cutting stops as soon as
it is again at the start of an old node that no change concerns.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from typing import TypeVar

from datum.objects.ids import ObjectId
from datum.objects.node import Node
from datum.objects.nodereader import NodeReader
from datum.objects.store import ObjectWriter
from datum.objects.treebuild import Child, Cutter, build, finish, inner_cutter, leaf_cutter

__all__ = ["Change", "edit"]

Change = tuple[bytes, bytes | None]
"""A key and its new value, or None to delete it."""

Payload = TypeVar("Payload")


def edit(writer: ObjectWriter, root: ObjectId | None, changes: Iterable[Change]) -> ObjectId | None:
    """The root of the tree with *changes* made: the same as if it had been built from scratch.

    Args:
        writer: Takes the new nodes, and reads the old ones.
        root: The tree to start from; None is the empty tree.
        changes: In any order; of several for one key the last one counts. To delete a key that
            is absent changes nothing. Values have the length of those in the tree.

    Returns:
        The new root, *root* itself where nothing changed, None where no entry is left.

    Raises:
        UsageError: a key too long, or a value of another length than the others.
    """
    latest = sorted(dict(changes).items())
    if root is None:
        return build(writer, ((key, value) for key, value in latest if value is not None))
    if not latest:
        return root
    reader = NodeReader(writer, keep_inner=True)
    top = reader.root(root)
    cutter = leaf_cutter(writer, top.width)
    nodes = _Level(reader, root, top, 0, [key for key, _ in latest])
    made, above = _apply(nodes, _leaf_entries, latest, cutter)
    entries = cutter.entries_of_last
    for level in range(1, top.level + 1):
        if not above:
            return root
        nodes = _Level(reader, root, top, level, [key for key, _ in above])
        inner = inner_cutter(writer, level, top.width)
        made, above = _apply(nodes, _inner_entries, above, inner)
        entries = inner.entries_of_last
    new = finish(writer, iter(made), top.level, top.width)
    return _collapsed(reader, new) if top.level and len(made) == entries == 1 else new


def _collapsed(reader: NodeReader, root: ObjectId | None) -> ObjectId | None:
    """The lowest node that alone holds everything."""
    while root is not None:
        node = reader.root(root)
        if not node.level or len(node.keys) > 1:
            break
        root = node.child(0)
    return root


class _Level:
    """The old nodes of one level, visited from left to right at sorted *keys*."""

    def __init__(
        self, reader: NodeReader, root: ObjectId, top: Node, level: int, keys: list[bytes]
    ) -> None:
        self._reader = reader
        self._root = root
        self._level = level
        self._keys = keys
        self._ready: dict[ObjectId, Node] = {}
        self._path = [top]
        self._at: list[int] = []
        self._fetch_ahead()

    @property
    def node(self) -> Node:
        """The node at which the visit is."""
        return self._path[-1]

    @property
    def child(self) -> Child:
        """The same node, as its parent sees it."""
        return (self._path[-2].child(self._at[-1]) if self._at else self._root), self.node.total

    @property
    def is_last(self) -> bool:
        """Whether no node of the level comes after this one."""
        parents = zip(self._path, self._at, strict=False)
        return all(at == len(node.keys) - 1 for node, at in parents)

    def seek(self, key: bytes) -> None:
        """Go on to the node where *key* is or would be; beyond all keys, to the last node."""
        while self._at and key > self.node.keys[-1]:
            self._leave()
        while self.node.level > self._level:
            self._enter(_place(self.node, key))

    def advance(self) -> None:
        """Go on to the next node; there must be one."""
        index = self._leave() + 1
        while index == len(self.node.keys):
            index = self._leave() + 1
        self._enter(index)
        while self.node.level > self._level:
            self._enter(0)

    def _leave(self) -> int:
        self._path.pop()
        return self._at.pop()

    def _enter(self, index: int) -> None:
        parent = self.node
        child = self._ready.pop(parent.child(index), None)
        self._path.append(child or self._reader.child(parent, index))
        self._at.append(index)
        self._fetch_ahead()

    def _fetch_ahead(self) -> None:
        """On arriving at a node, read the children that the keys will lead to, as one batch."""
        node = self.node
        if node.level == self._level:
            return
        keys = self._keys
        start = bisect_right(keys, self._key_before())
        stop = len(keys) if self.is_last else bisect_right(keys, node.keys[-1], start)
        wanted = sorted({_place(node, key) for key in keys[start:stop]})
        found = self._reader.children([(node, index) for index in wanted])
        self._ready.update(zip((node.child(index) for index in wanted), found, strict=True))

    def _key_before(self) -> bytes:
        """The last key before those of the current node; empty at the left edge."""
        for depth in range(len(self._at) - 1, -1, -1):
            if self._at[depth]:
                return self._path[depth].keys[self._at[depth] - 1]
        return b""


def _place(node: Node, key: bytes) -> int:
    """Which child has the key, or would have it."""
    return min(bisect_left(node.keys, key), len(node.keys) - 1)


def _apply(
    nodes: _Level,
    payloads: Callable[[Node], list[Payload]],
    changes: list[tuple[bytes, Payload | None]],
    cutter: Cutter[Payload],
) -> tuple[list[tuple[bytes, Child]], list[tuple[bytes, Child | None]]]:
    """Make sorted *changes* at one level: the new nodes, and the changes of the level above."""
    old: dict[bytes, Child] = {}
    made: list[tuple[bytes, Child]] = []
    at = 0
    while at < len(changes):
        nodes.seek(changes[at][0])
        while True:
            node, is_last = nodes.node, nodes.is_last
            last = node.keys[-1]
            old[last] = nodes.child
            stop = len(changes) if is_last else bisect_right(changes, last, at, key=itemgetter(0))
            made.extend(cutter.feed(_merged(node.keys, payloads(node), changes[at:stop])))
            at = stop
            if cutter.empty or is_last:
                break
            nodes.advance()
    made.extend(cutter.rest())
    above: dict[bytes, Child | None] = {**dict.fromkeys(old), **dict(made)}
    return made, sorted((key, new) for key, new in above.items() if old.get(key) != new)


def _merged(
    keys: list[bytes], payloads: list[Payload], changes: list[tuple[bytes, Payload | None]]
) -> Iterator[tuple[bytes, Payload]]:
    """The entries of a node after the changes."""
    start = 0
    for key, new in changes:
        place = bisect_left(keys, key, start)
        yield from zip(keys[start:place], payloads[start:place], strict=True)
        start = place + (place < len(keys) and keys[place] == key)
        if new is not None:
            yield key, new
    yield from zip(keys[start:], payloads[start:], strict=True)


def _leaf_entries(node: Node) -> list[bytes]:
    return node.values


def _inner_entries(node: Node) -> list[Child]:
    return [(ObjectId(oid), count) for oid, count in zip(node.values, node.counts, strict=True)]
