"""Reading nodes, with everything checked that parent and child say of each other."""

from collections.abc import Sequence

from datum.errors import CorruptObjectError
from datum.objects.ids import ObjectId
from datum.objects.node import Node, decode_node
from datum.objects.store import ObjectReader

__all__ = ["NodeReader"]


class NodeReader:
    """Reads nodes of the trees of one store.

    Args:
        reader: The store, or a writer.
        keep_inner: Remember nodes above the leaves, some hundredth of a tree, for as long as
            this reader lives.
    """

    def __init__(self, reader: ObjectReader, *, keep_inner: bool = False) -> None:
        self._reader = reader
        self._maximum = reader.tree_rule.maximum
        self._keep = keep_inner
        self._kept: dict[ObjectId, Node] = {}

    def root(self, oid: ObjectId) -> Node:
        """The root of a tree."""
        return self.roots([oid])[0]

    def roots(self, oids: Sequence[ObjectId]) -> list[Node]:
        """The roots of several trees, as one batch."""
        return self._read(oids)

    def child(self, node: Node, index: int) -> Node:
        """One child of a node above the leaves."""
        return self.children([(node, index)])[0]

    def children(self, places: Sequence[tuple[Node, int]]) -> list[Node]:
        """Children of nodes above the leaves, each given by parent and position, as one batch.

        Raises:
            ObjectNotFoundError: a child is missing.
            CorruptObjectError: a child is not a node, or not the one that its parent describes.
        """
        found = self._read([parent.child(index) for parent, index in places])
        for (parent, index), child in zip(places, found, strict=True):
            _check_child(parent, index, child)
        return found

    def _read(self, oids: Sequence[ObjectId]) -> list[Node]:
        kept = self._kept
        missing = [oid for oid in oids if oid not in kept] if kept else oids
        fresh: dict[ObjectId, Node] = {}
        if missing:
            for oid, data in zip(missing, self._reader.get_many(missing), strict=True):
                fresh[oid] = decode_node(data, oid, self._maximum)
        if self._keep:
            kept.update((oid, node) for oid, node in fresh.items() if node.level)
        return [fresh[oid] if oid in fresh else kept[oid] for oid in oids]


def _check_child(parent: Node, index: int, child: Node) -> None:
    fault = ""
    if child.level != parent.level - 1 or child.width != parent.width:
        fault = f"level {child.level} and width {child.width} under a node of level {parent.level}"
    elif child.total != parent.counts[index]:
        fault = f"{child.total} entries where its parent counts {parent.counts[index]}"
    elif child.keys[-1] != parent.keys[index]:
        fault = "its last key is not the one in its parent"
    elif index and child.keys[0] <= parent.keys[index - 1]:
        fault = "its keys overlap those of the node before it"
    if fault:
        raise CorruptObjectError(f"misplaced node: {fault}", oid=parent.child(index).hex())
