"""Making snapshots: of a stream of items, or of a dataset and what changes in it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from msgspec.structs import replace

from datum.dataset.annotations import count_annotations, decode_annotations, encode_annotations
from datum.dataset.dataset import Dataset, Row
from datum.dataset.keys import key_of, key_text
from datum.dataset.media import MediaPolicy, item_with_media
from datum.dataset.values import Snapshot, encode_categories, encode_item, encode_snapshot
from datum.errors import UsageError
from datum.model import Annotation, Batch, Categories, Item, Reading
from datum.model.pairing import choose_ids, unchanged
from datum.objects import tree
from datum.objects.ids import ObjectId
from datum.objects.kinds import Kind
from datum.objects.store import ObjectWriter

__all__ = [
    "build_snapshot",
    "build_trees",
    "edit_rows",
    "edit_snapshot",
    "empty_snapshot",
    "write_row",
]


def build_snapshot(
    writer: ObjectWriter,
    reading: Reading,
    *,
    media: MediaPolicy,
    previous: Dataset | None = None,
    trust_ids: bool = True,
) -> ObjectId:
    """A snapshot of a stream of items, in any order.

    Args:
        writer: Takes the objects.
        reading: Categories, infos and the stream, of which only ids are held.
        media: What becomes of the media's bytes.
        previous: An earlier state, from which annotations without ids inherit theirs.
        trust_ids: Whether annotation ids of the stream mean the same as those of *previous*.

    Raises:
        UsageError: Two items have one subset and id.
    """
    # numpy is slow to import: it comes where items are read
    from datum.dataset.batch_write import write_batch
    from datum.model.batches import batched

    before = {} if previous is None else dict(previous.rows())
    rows: dict[bytes, Row] = {}
    total = 0
    for batch in batched(_with_media(writer, reading.items, media)):
        keys = [key_of(item) for item in batch.items]
        earlier = [before.get(key) for key in keys]
        written = write_batch(writer, batch, before=earlier, trust_ids=trust_ids)
        for key, row in zip(keys, written, strict=True):
            if key in rows:
                raise UsageError(
                    f"item {key_text(key)} is there twice",
                    hint="give one of the two files another name, or the items a subset each",
                )
            rows[key] = row
        total += batch.columns.total
    items, annotations = build_trees(writer, rows)
    snapshot = Snapshot(
        items=items,
        annotations=annotations,
        categories=writer.put(Kind.CATEGORIES, encode_categories(reading.categories)),
        item_count=len(rows),
        annotation_count=total,
        infos=reading.infos,
    )
    return _put(writer, snapshot)


def _with_media(
    writer: ObjectWriter, stream: Iterable[Item | Batch], policy: MediaPolicy
) -> Iterator[Item | Batch]:
    """The stream with its media treated at once, so that their bytes are never held for long."""
    for one in stream:
        if isinstance(one, Batch):
            yield replace(one, items=[item_with_media(writer, each, policy) for each in one.items])
        else:
            yield item_with_media(writer, one, policy)


def build_trees(
    writer: ObjectWriter, rows: Mapping[bytes, Row]
) -> tuple[ObjectId | None, ObjectId | None]:
    """The roots of the trees of items and of annotations that hold *rows*."""
    keys = sorted(rows)
    items = tree.build(writer, ((key, rows[key].item) for key in keys))
    annotations = tree.build(
        writer, ((key, notes) for key in keys if (notes := rows[key].annotations) is not None)
    )
    return items, annotations


def write_row(
    writer: ObjectWriter,
    item: Item,
    *,
    media: MediaPolicy,
    before: Row | None = None,
    trust_ids: bool = True,
) -> tuple[Row, int]:
    """Write one item; its ids, and the number of its annotations.

    Args:
        writer: Takes the objects.
        item: The item.
        media: What becomes of the media's bytes.
        before: The item's earlier self, from which annotations without ids inherit theirs.
        trust_ids: Whether the item's annotation ids mean the same as those of *before*.
    """
    item = item_with_media(writer, item, media)
    item_oid = writer.put(Kind.ITEM, encode_item(item))
    if not item.annotations:
        return Row(item_oid, None), 0
    old: tuple[Annotation, ...] = ()
    if before is not None and before.annotations is not None:
        data = writer.get(before.annotations)
        old = decode_annotations(data)
        if _as_before(item.annotations, old):
            return Row(item_oid, writer.put(Kind.ANNOTATIONS, data)), len(old)
    ids = choose_ids(item.annotations, old, trust_ids=trust_ids)
    oid = writer.put(Kind.ANNOTATIONS, encode_annotations(item.annotations, ids))
    return Row(item_oid, oid), len(ids)


def _as_before(new: Sequence[Annotation], old: Sequence[Annotation]) -> bool:
    """Whether encoding would make the bytes of *old* again; ids that are missing will be its."""
    return len(new) == len(old) and all(
        (one.id is None or one.id == other.id)
        and not one.attributes  # 1, 1.0 and True are equal, and other bytes
        and unchanged(other, one)
        for one, other in zip(new, old, strict=True)
    )


def empty_snapshot(writer: ObjectWriter) -> ObjectId:
    """The snapshot of nothing."""
    categories = writer.put(Kind.CATEGORIES, encode_categories(Categories()))
    empty = Snapshot(
        items=None,
        annotations=None,
        categories=categories,
        item_count=0,
        annotation_count=0,
        infos={},
    )
    return _put(writer, empty)


def edit_snapshot(
    writer: ObjectWriter,
    base: Dataset,
    changes: Mapping[bytes, Item | None],
    *,
    media: MediaPolicy,
    categories: Categories | None = None,
    infos: Mapping[str, Any] | None = None,
) -> ObjectId:
    """A snapshot that differs from *base* by some items; its cost follows the change.

    Args:
        writer: Takes the objects.
        base: What is changed.
        changes: By key, the new item, or None for one that goes.
        media: What becomes of the media's bytes.
        categories: The new ones; None to keep those of *base*.
        infos: The new ones; None to keep those of *base*.

    Raises:
        UsageError: An item is not called as its key says.
    """
    rows: dict[bytes, Row | None] = {}
    before = base.lookup()
    for key, item in sorted(changes.items(), key=itemgetter(0)):
        rows[key] = None
        if item is not None:
            if key_of(item) != key:
                raise UsageError(f"item {key_text(key_of(item))} under the key {key_text(key)}")
            rows[key] = write_row(writer, item, media=media, before=before(key))[0]
    return edit_rows(writer, base, rows, categories=categories, infos=infos)


def edit_rows(
    writer: ObjectWriter,
    base: Dataset,
    rows: Mapping[bytes, Row | None],
    *,
    categories: Categories | None = None,
    infos: Mapping[str, Any] | None = None,
) -> ObjectId:
    """As :func:`edit_snapshot`, with items that are written already."""
    old = base.snapshot
    item_count, annotation_count = old.item_count, old.annotation_count
    keys = sorted(rows)
    find = base.lookup()
    for key in keys:
        row, before = rows[key], find(key)
        item_count += (row is not None) - (before is not None)
        if (row and row.annotations) != (before and before.annotations):
            annotation_count += _count(writer, row) - _count(writer, before)
    items = [(key, None if (row := rows[key]) is None else row.item) for key in keys]
    notes = [(key, None if (row := rows[key]) is None else row.annotations) for key in keys]
    snapshot = replace(
        old,
        items=tree.edit(writer, old.items, items),
        annotations=tree.edit(writer, old.annotations, notes),
        categories=(
            old.categories
            if categories is None
            else writer.put(Kind.CATEGORIES, encode_categories(categories))
        ),
        item_count=item_count,
        annotation_count=annotation_count,
        infos=old.infos if infos is None else dict(infos),
    )
    return _put(writer, snapshot)


def _count(writer: ObjectWriter, row: Row | None) -> int:
    if row is None or row.annotations is None:
        return 0
    return count_annotations(writer.get(row.annotations))


def _put(writer: ObjectWriter, snapshot: Snapshot) -> ObjectId:
    return writer.put(Kind.SNAPSHOT, encode_snapshot(snapshot))
