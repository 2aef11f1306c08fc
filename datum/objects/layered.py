"""Several stores read as one: what the first lacks is looked for in the next."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from datum.errors import ObjectNotFoundError
from datum.objects.ids import Hasher, ObjectId
from datum.objects.kinds import Kind
from datum.objects.rule import TreeRule
from datum.objects.store import FIND_LIMIT, MediaReader, ObjectReader

__all__ = ["LayeredReader"]


class _Reader(ObjectReader, MediaReader, Protocol):
    """Objects and media."""


class LayeredReader:
    """Reads from stores that make ids and trees by the same rules."""

    def __init__(self, *layers: _Reader) -> None:
        self._layers = layers

    @property
    def hasher(self) -> Hasher:
        """See ``ObjectReader.hasher``."""
        return self._layers[0].hasher

    @property
    def tree_rule(self) -> TreeRule:
        """See ``ObjectReader.tree_rule``."""
        return self._layers[0].tree_rule

    def get(self, oid: ObjectId) -> bytes:
        """See ``ObjectReader.get``."""
        return self._of(oid).get(oid)

    def get_many(self, oids: Sequence[ObjectId]) -> list[bytes]:
        """See ``ObjectReader.get_many``; one batch for each store that has some."""
        found: dict[ObjectId, bytes] = {}
        left = list(dict.fromkeys(oids))
        for layer in self._layers:
            mine = [oid for oid in left if layer.has(oid)]
            found.update(zip(mine, layer.get_many(mine), strict=True))
            left = [oid for oid in left if oid not in found]
        if left:
            raise ObjectNotFoundError(left[0].hex())
        return [found[oid] for oid in oids]

    def kind(self, oid: ObjectId) -> Kind:
        """See ``ObjectReader.kind``."""
        return self._of(oid).kind(oid)

    def has(self, oid: ObjectId) -> bool:
        """See ``ObjectReader.has``."""
        return any(layer.has(oid) for layer in self._layers)

    def find(self, prefix: str) -> list[ObjectId]:
        """See ``ObjectReader.find``."""
        return sorted({oid for layer in self._layers for oid in layer.find(prefix)})[:FIND_LIMIT]

    def read_media(self, oid: ObjectId) -> bytes:
        """See ``MediaReader.read_media``."""
        return self._of(oid).read_media(oid)

    def media_path(self, oid: ObjectId) -> Path | None:
        """See ``MediaReader.media_path``."""
        return self._of(oid).media_path(oid)

    def _of(self, oid: ObjectId) -> _Reader:
        for layer in self._layers:
            if layer.has(oid):
                return layer
        raise ObjectNotFoundError(oid.hex())
