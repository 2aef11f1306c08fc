"""Some items of a store, of which no more is read and decoded than is asked for."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from datum.dataset.annotations import read_fields
from datum.dataset.batch_read import EncodedBatch
from datum.dataset.dataset import Row
from datum.dataset.keys import split_key
from datum.dataset.values import read_item
from datum.model import Item
from datum.model.columns import Columns
from datum.objects.store import ObjectReader

__all__ = ["StoredBatch"]


class StoredBatch:
    """Items by their keys and ids; see :class:`datum.filtering.table.Source` for what can be asked."""

    def __init__(self, store: ObjectReader, rows: Sequence[tuple[bytes, Row]]) -> None:
        self.rows = rows
        self._store = store

    @cached_property
    def keys(self) -> list[tuple[str, str]]:
        """Subset and id of each item."""
        return [split_key(key) for key, _ in self.rows]

    @cached_property
    def items(self) -> list[Item]:
        """The items, without annotations."""
        objects = self._store.get_many([row.item for _, row in self.rows])
        return [read_item(data, *key) for data, key in zip(objects, self.keys, strict=True)]

    @cached_property
    def _encoded(self) -> EncodedBatch:
        wanted = [row.annotations for _, row in self.rows if row.annotations is not None]
        found = iter(self._store.get_many(wanted))
        return EncodedBatch(
            [None if row.annotations is None else next(found) for _, row in self.rows]
        )

    @property
    def plain(self) -> Columns:
        """The annotations without attributes and geometry."""
        return self._encoded.plain

    @property
    def attributes(self) -> dict[int, dict[str, Any]]:
        """The attributes of the annotations."""
        return self._encoded.attributes

    @property
    def columns(self) -> Columns:
        """The annotations."""
        return self._encoded.columns

    def note_counts(self, at: Sequence[int]) -> list[int]:
        """How many annotations some of the items have."""
        oids = [self.rows[n][1].annotations for n in at]
        found = iter(self._store.get_many([oid for oid in oids if oid is not None]))
        return [0 if oid is None else len(read_fields(next(found))[2]) for oid in oids]
