"""Many keys looked up in one tree."""

from bisect import bisect_left

from datum.objects.ids import ObjectId
from datum.objects.nodereader import NodeReader
from datum.objects.store import ObjectReader

__all__ = ["Lookup"]


class Lookup:
    """Values of a tree by key.

    The last leaf is kept, so that ascending keys read each leaf once, and all that is above the leaves,
    so that any keys read nothing else.
    """

    def __init__(self, store: ObjectReader, root: ObjectId | None) -> None:
        self._nodes = NodeReader(store, keep_inner=True)
        self._root = root
        self._keys: list[bytes] = []
        self._values: list[bytes] = []
        self._start: bytes | None = None
        self._stop: bytes | None = None

    def get(self, key: bytes) -> ObjectId | None:
        """The value of a key; None where there is none."""
        if self._root is None:
            return None
        if not self._covers(key):
            self._read(self._root, key)
        place = bisect_left(self._keys, key)
        found = place < len(self._keys) and self._keys[place] == key
        return ObjectId(self._values[place]) if found else None

    def _covers(self, key: bytes) -> bool:
        """Whether the leaf at hand says all about *key*: it lies in it, or before its first key."""
        if self._start is None or key < self._start:
            return False
        return self._stop is None or key <= self._stop

    def _read(self, root: ObjectId, key: bytes) -> None:
        """Read the leaf that has the first key from *key* on."""
        node = self._nodes.root(root)
        while node.level and key <= node.keys[-1]:
            node = self._nodes.child(node, bisect_left(node.keys, key))
        beyond = key > node.keys[-1]
        self._keys, self._values = ([], []) if beyond else (node.keys, node.values)
        self._start = key if beyond else min(key, node.keys[0])
        self._stop = None if beyond else node.keys[-1]
