"""A snapshot as a dataset: lazy, read-only, streamed leaf by leaf."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import Any, Protocol

import msgspec
from msgspec.structs import replace

from datum.dataset.annotations import decode_annotations
from datum.dataset.keys import item_key, split_key, subset_range
from datum.dataset.lookup import Lookup
from datum.dataset.statements import decode_statements
from datum.dataset.values import Snapshot, decode_categories, decode_item, decode_snapshot
from datum.errors import CorruptObjectError, UnknownNameError, UsageError
from datum.html import table
from datum.model import Annotation, Categories, Item, Statement
from datum.objects import tree
from datum.objects.ids import ObjectId
from datum.objects.store import MediaReader, ObjectReader

__all__ = ["Dataset", "Row", "StoreReader"]


class StoreReader(ObjectReader, MediaReader, Protocol):
    """Objects and media."""


class Row(msgspec.Struct, frozen=True):
    """What the trees hold of one item: ids, not contents."""

    item: ObjectId
    annotations: ObjectId | None


class Dataset:
    """The items of one snapshot. Iterating reads as it goes; nothing is held."""

    def __init__(self, store: StoreReader, oid: ObjectId) -> None:
        self.store = store
        self.oid = oid
        """The snapshot's id: equal content has an equal id."""

    def __repr__(self) -> str:
        """Id and size."""
        return f"<Dataset {self.oid.hex()[:12]}: {len(self)} items>"

    def __eq__(self, other: object) -> bool:
        """Two datasets of one kind of store are equal where their ids are."""
        return isinstance(other, Dataset) and self.oid == other.oid

    def __hash__(self) -> int:
        """As equality."""
        return hash(self.oid)

    @cached_property
    def snapshot(self) -> Snapshot:
        """The ids of the parts."""
        return decode_snapshot(self.store.get(self.oid))

    @cached_property
    def categories(self) -> Categories:
        """What the annotations may say."""
        return decode_categories(self.store.get(self.snapshot.categories))

    @property
    def infos(self) -> Mapping[str, Any]:
        """What is known of the dataset as a whole."""
        return self.snapshot.infos

    @property
    def annotation_count(self) -> int:
        """The number of annotations."""
        return self.snapshot.annotation_count

    def __len__(self) -> int:
        """The number of items."""
        return self.snapshot.item_count

    def __iter__(self) -> Iterator[Item]:
        """All items, in the order of subset and id."""
        return self._between(b"", None)

    def __contains__(self, key: object) -> bool:
        """Whether there is an item of that (subset, id)."""
        match key:
            case (str(subset), str(item_id)):
                return self._find(subset, item_id) is not None
            case _:
                return False

    def __getitem__(self, key: tuple[str, str]) -> Item:
        """The item of that (subset, id).

        Raises:
            UnknownNameError: There is none.
        """
        item = self.get(*key)
        if item is None:
            name = f"{key[0]}/{key[1]}"
            raise UnknownNameError("item", name, (), hint="`datum ls` shows the items")
        return item

    def get(self, subset: str, item_id: str) -> Item | None:
        """The item of that subset and id; None where there is none."""
        found = self._find(subset, item_id)
        return None if found is None else self.read(*found)

    def _find(self, subset: str, item_id: str) -> tuple[bytes, Row] | None:
        try:
            key = item_key(subset, item_id)
        except UsageError:
            return None  # no item can be called so
        row = self.row(key)
        return None if row is None else (key, row)

    def subsets(self) -> list[str]:
        """Names of the subsets, sorted as bytes."""
        names: list[str] = []
        start = b""
        while True:
            first = next(self._entries(self.snapshot.items, start, None), None)
            if first is None:
                return names
            names.append(split_key(first[0])[0])
            start = subset_range(names[-1])[1]

    def count(self, subset: str) -> int:
        """The number of items of a subset, from the trees' counts alone."""
        root = self.snapshot.items
        return 0 if root is None else tree.count(self.store, root, *subset_range(subset))

    def items(self, subset: str) -> Iterator[Item]:
        """The items of one subset, in the order of their ids."""
        return self._between(*subset_range(subset))

    def keys(self, subset: str | None = None) -> Iterator[bytes]:
        """The keys of all items, or of a subset's; reads no item."""
        start, stop = (b"", None) if subset is None else subset_range(subset)
        return (key for key, _ in self._entries(self.snapshot.items, start, stop))

    def item_keys(self) -> Iterator[tuple[str, str]]:
        """Subset and id of every item, in order; reads no item."""
        return map(split_key, self.keys())

    def bare_items(self, subset: str | None = None) -> Iterator[Item]:
        """All items, or a subset's, without their annotations, which are not read."""
        start, stop = (b"", None) if subset is None else subset_range(subset)
        entries = self._entries(self.snapshot.items, start, stop)
        while batch := list(islice(entries, _BATCH)):
            contents = self.store.get_many([ObjectId(oid) for _, oid in batch])
            for (key, _), data in zip(batch, contents, strict=True):
                yield decode_item(data, *split_key(key))

    def statements(
        self, subset: str | None = None
    ) -> Iterator[tuple[tuple[str, str], list[Statement]]]:
        """Subset and id of every item, and what its annotations say; reads no item."""
        rows = self.rows() if subset is None else self.rows(*subset_range(subset))
        while batch := list(islice(rows, _BATCH)):
            wanted = [row.annotations for _, row in batch if row.annotations is not None]
            contents = iter(self.store.get_many(wanted))
            for key, row in batch:
                found = [] if row.annotations is None else decode_statements(next(contents))
                yield split_key(key), found

    def row(self, key: bytes) -> Row | None:
        """The ids of one item."""
        return self.lookup()(key)

    def lookup(self) -> Callable[[bytes], Row | None]:
        """A function that gives the ids of items; at ascending keys it reads each node once."""
        items = Lookup(self.store, self.snapshot.items)
        annotations = Lookup(self.store, self.snapshot.annotations)

        def find(key: bytes) -> Row | None:
            item = items.get(key)
            return None if item is None else Row(item, annotations.get(key))

        return find

    def rows(self, start: bytes = b"", stop: bytes | None = None) -> Iterator[tuple[bytes, Row]]:
        """Keys and ids of items, in order; reads nodes and no items."""
        notes = self._entries(self.snapshot.annotations, start, stop)
        note = next(notes, None)
        for key, item in self._entries(self.snapshot.items, start, stop):
            while note is not None and note[0] < key:
                note = next(notes, None)
            found = note is not None and note[0] == key
            yield key, Row(ObjectId(item), ObjectId(note[1]) if note and found else None)

    def read(self, key: bytes, row: Row) -> Item:
        """The item of a key and its ids."""
        item = decode_item(self.store.get(row.item), *split_key(key))
        if row.annotations is None:
            return item
        return replace(item, annotations=self.read_annotations(row))

    def read_annotations(self, row: Row) -> tuple[Annotation, ...]:
        """The annotations of an item's ids."""
        if row.annotations is None:
            return ()
        return decode_annotations(self.store.get(row.annotations))

    def pairs(self) -> Iterator[tuple[Item, Row]]:
        """All items with their ids, in order."""
        return self._pairs(b"", None)

    def _entries(
        self, root: ObjectId | None, start: bytes, stop: bytes | None
    ) -> Iterator[tuple[bytes, bytes]]:
        return iter(()) if root is None else tree.iterate(self.store, root, start, stop)

    def _between(self, start: bytes, stop: bytes | None) -> Iterator[Item]:
        return (item for item, _ in self._pairs(start, stop))

    def _pairs(self, start: bytes, stop: bytes | None) -> Iterator[tuple[Item, Row]]:
        batch: list[tuple[bytes, Row]] = []
        for pair in self.rows(start, stop):
            batch.append(pair)
            if len(batch) == _BATCH:
                yield from self._read_many(batch)
                batch = []
        yield from self._read_many(batch)

    def _read_many(self, batch: list[tuple[bytes, Row]]) -> Iterator[tuple[Item, Row]]:
        items = self.store.get_many([row.item for _, row in batch])
        wanted = [row.annotations for _, row in batch if row.annotations is not None]
        notes = iter(_decode_many(self.store.get_many(wanted)))
        for (key, row), data in zip(batch, items, strict=True):
            item = decode_item(data, *split_key(key))
            if row.annotations is not None:
                item = replace(item, annotations=next(notes))
            yield item, row

    def _repr_html_(self) -> str:
        """A small table for notebooks."""
        names = self.categories.names()
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        labels = ", ".join(names[:_SHOWN]) + more
        caption = (
            f"dataset {self.oid.hex()[:12]}: {len(self)} items, "
            f"{self.annotation_count} annotations; labels: {labels or 'none'}"
        )
        rows = [(subset, self.count(subset)) for subset in self.subsets()]
        return table(caption, ("subset", "items"), rows)


_SHOWN = 10
"""Labels named in a notebook."""

_BATCH = 512
"""Items read at a time."""

_MANY = 32
"""From this many objects on, arrays are faster than one after the other."""


def _decode_many(objects: Sequence[bytes]) -> Iterator[tuple[Annotation, ...]]:
    if len(objects) < _MANY:
        return map(decode_annotations, objects)
    from datum.dataset.batch_read import decode_batch  # numpy is slow to import
    from datum.model.columns import annotations_of

    try:
        return annotations_of(decode_batch(objects))
    except CorruptObjectError:
        return map(decode_annotations, objects)  # which is as strict, and stops at the one it is
