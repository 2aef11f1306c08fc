"""What an operation does to the trees of a dataset: items that go, items that come."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from datum.dataset.dataset import Dataset, Row
from datum.dataset.rekey import two_of_one_key
from datum.dataset.values import encode_categories, encode_snapshot
from datum.model import Categories
from datum.objects import tree
from datum.objects.ids import ObjectId
from datum.objects.kinds import Kind
from datum.objects.store import ObjectWriter

__all__ = ["Edits", "Output"]


class Output(NamedTuple):
    """An item that is written: where it belongs, its ids, and the number of its annotations."""

    key: bytes
    row: Row
    notes: int


class Edits:
    """Changes of a dataset, collected in any order and made at once; they hold ids alone."""

    def __init__(self, base: Dataset) -> None:
        self._base = base
        self._gone: dict[bytes, Row] = {}
        self._come: dict[bytes, Row] = {}
        self._count = 0
        """By how much the number of annotations changes."""

    def replace(self, old: Sequence[Output], new: Sequence[Output]) -> None:
        """Put *new* in the place of *old*, which are in the dataset.

        Raises:
            UsageError: Two items would have one key.
        """
        if old == new:
            return
        for one in old:
            self._gone[one.key] = one.row
            self._count -= one.notes
        for one in new:
            if one.key in self._come:
                raise two_of_one_key(one.key)
            self._come[one.key] = one.row
            self._count += one.notes

    def apply(
        self,
        writer: ObjectWriter,
        *,
        like: Dataset,
        categories: Categories,
        infos: Mapping[str, Any] | None,
    ) -> ObjectId:
        """The snapshot after the changes; the same however many steps led to it.

        Args:
            writer: Takes the objects.
            like: Gives what is in no tree and not said here.
            categories: Of the result.
            infos: Of the result; None for those of *like*.

        Raises:
            UsageError: Two items would have one key.
        """
        self._refuse_taken()
        base = self._base.snapshot
        snapshot = replace(
            like.snapshot,
            items=_changed(writer, base.items, dict(self._of_items()), base.item_count),
            annotations=_changed(
                writer, base.annotations, dict(self._of_annotations()), base.item_count
            ),
            categories=writer.put(Kind.CATEGORIES, encode_categories(categories)),
            item_count=base.item_count + len(self._come) - len(self._gone),
            annotation_count=base.annotation_count + self._count,
            infos=like.snapshot.infos if infos is None else dict(infos),
        )
        return writer.put(Kind.SNAPSHOT, encode_snapshot(snapshot))

    def _refuse_taken(self) -> None:
        find = self._base.lookup()
        for key in sorted(self._come.keys() - self._gone.keys()):
            if find(key) is not None:
                raise two_of_one_key(key)

    def _of_items(self) -> Iterator[tuple[bytes, ObjectId | None]]:
        yield from ((key, None) for key in self._gone.keys() - self._come.keys())
        for key, row in self._come.items():
            before = self._gone.get(key)
            if before is None or before.item != row.item:
                yield key, row.item

    def _of_annotations(self) -> Iterator[tuple[bytes, ObjectId | None]]:
        for key in self._gone.keys() | self._come.keys():
            old, new = self._gone.get(key), self._come.get(key)
            before, after = (None if row is None else row.annotations for row in (old, new))
            if before != after:
                yield key, after


def _changed(
    writer: ObjectWriter,
    root: ObjectId | None,
    changes: Mapping[bytes, ObjectId | None],
    total: int,
) -> ObjectId | None:
    """The tree with some values changed: nodes on the way to them are read, or where most change all."""
    if 2 * len(changes) < total or root is None:
        return tree.edit(writer, root, changes.items())
    return tree.build(writer, _merged(tree.iterate(writer, root), changes))


def _merged(
    entries: Iterator[tuple[bytes, bytes]], changes: Mapping[bytes, bytes | None]
) -> Iterator[tuple[bytes, bytes]]:
    """Entries in order, after the changes."""
    waiting = iter(sorted(changes.items()))
    change = next(waiting, None)
    for key, value in entries:
        while change is not None and change[0] < key:
            if change[1] is not None:
                yield change[0], change[1]
            change = next(waiting, None)
        if change is None or change[0] != key:
            yield key, value
            continue
        if change[1] is not None:
            yield key, change[1]
        change = next(waiting, None)
    while change is not None:
        if change[1] is not None:
            yield change[0], change[1]
        change = next(waiting, None)
