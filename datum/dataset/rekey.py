"""A snapshot of the same items under other keys: new trees over objects that are not even read."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from datum.dataset.annotations import count_annotations
from datum.dataset.dataset import Dataset, Row
from datum.dataset.keys import item_key, key_text, split_key
from datum.dataset.values import encode_categories, encode_snapshot
from datum.dataset.write import build_trees
from datum.errors import UsageError
from datum.model import Categories
from datum.objects.ids import ObjectId
from datum.objects.kinds import Kind
from datum.objects.store import ObjectWriter

__all__ = ["Key", "rekey_snapshot", "two_of_one_key"]

Key = tuple[str, str]
"""Subset and id."""

_BATCH = 512
"""Objects read at a time."""


def rekey_snapshot(
    writer: ObjectWriter,
    base: Dataset,
    rename: Callable[[Key], Key | None],
    *,
    categories: Categories | None = None,
    infos: Mapping[str, Any] | None = None,
) -> ObjectId:
    """A snapshot of the items of *base*, each under the key that *rename* gives.

    Args:
        writer: Takes the objects.
        base: What is changed.
        rename: The new subset and id of a subset and id; None for an item that goes.
        categories: The new ones; None to keep those of *base*.
        infos: The new ones; None to keep those of *base*.

    Raises:
        UsageError: Two items would have one key.
    """
    rows: dict[bytes, Row] = {}
    gone: list[ObjectId] = []
    for key, row in base.rows():
        new = rename(split_key(key))
        if new is None:
            gone.extend([] if row.annotations is None else [row.annotations])
            continue
        new_key = item_key(*new)
        if new_key in rows:
            raise two_of_one_key(new_key)
        rows[new_key] = row
    items, annotations = build_trees(writer, rows)
    old = base.snapshot
    snapshot = replace(
        old,
        items=items,
        annotations=annotations,
        categories=(
            old.categories
            if categories is None
            else writer.put(Kind.CATEGORIES, encode_categories(categories))
        ),
        item_count=len(rows),
        annotation_count=_remaining(base, rows, gone),
        infos=old.infos if infos is None else dict(infos),
    )
    return writer.put(Kind.SNAPSHOT, encode_snapshot(snapshot))


def two_of_one_key(key: bytes) -> UsageError:
    """The error for two items that would be one."""
    return UsageError(
        f"two items would both be {key_text(key)}",
        hint="make the ids differ first: "
        "`datum transform -t rename -- -e '|^|{item.subset}/|'` puts the subset before each",
    )


def _remaining(base: Dataset, rows: Mapping[bytes, Row], gone: list[ObjectId]) -> int:
    """The number of annotations that stay, counted on the smaller side."""
    total = base.snapshot.annotation_count
    if 2 * len(gone) <= len(base):
        return total - _count(base, gone)
    return _count(base, [row.annotations for row in rows.values() if row.annotations is not None])


def _count(base: Dataset, oids: list[ObjectId]) -> int:
    parts = (oids[start : start + _BATCH] for start in range(0, len(oids), _BATCH))
    return sum(count_annotations(data) for part in parts for data in base.store.get_many(part))
