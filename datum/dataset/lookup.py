"""Many keys looked up in one tree."""

from bisect import bisect_left

from datum.objects import tree
from datum.objects.ids import ObjectId
from datum.objects.store import ObjectReader

__all__ = ["Lookup"]


class Lookup:
    """Values of a tree by key. The last leaf is kept, so that ascending keys read each leaf once."""

    def __init__(self, store: ObjectReader, root: ObjectId | None) -> None:
        self._store = store
        self._root = root
        self._keys: list[bytes] = []
        self._values: list[bytes] = []
        self._start: bytes | None = None
        self._stop: bytes | None = None

    def get(self, key: bytes) -> ObjectId | None:
        """The value of a key; None where there is none."""
        if not self._covers(key):
            self._read(key)
        place = bisect_left(self._keys, key)
        found = place < len(self._keys) and self._keys[place] == key
        return ObjectId(self._values[place]) if found else None

    def _covers(self, key: bytes) -> bool:
        """Whether the leaf at hand says all about *key*: it lies in it, or before its first key."""
        if self._start is None or key < self._start:
            return False
        return self._stop is None or key <= self._stop

    def _read(self, key: bytes) -> None:
        """Read the leaf that has the first key from *key* on."""
        _, entries = next(tree.leaves(self._store, self._root, key), (None, []))
        self._keys = [entry[0] for entry in entries]
        self._values = [entry[1] for entry in entries]
        self._start = key
        self._stop = self._keys[-1] if entries else None
