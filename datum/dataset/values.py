"""Items, categories and snapshots as objects. The layouts are in docs/on-disk-format/datasets.md.

Decoding checks the types of all fields, then encodes again and compares: what is decoded is the
one and canonical form of its value.
"""

from typing import Any

import msgspec

from datum.dataset.fields import checked, fields_decoder
from datum.errors import CorruptObjectError, UsageError
from datum.model import AttributeSpec, Blob, Categories, Item, LabelCategory, Media, SkeletonSpec
from datum.objects.codec import encode, encode_row
from datum.objects.ids import ObjectId
from datum.objects.kinds import Kind

__all__ = [
    "Snapshot",
    "decode_categories",
    "decode_item",
    "decode_snapshot",
    "encode_categories",
    "encode_item",
    "encode_snapshot",
    "read_item",
]

VERSION = 1
_ATTRIBUTES = 3
"""The index of an item's attributes, whose values can be anything that JSON has."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The whole state of a dataset, as the ids of its parts."""

    items: ObjectId | None
    """Root of the tree of items; None where there are none."""
    annotations: ObjectId | None
    """Root of the tree of annotations, which holds the items that have some."""
    categories: ObjectId
    item_count: int
    annotation_count: int
    infos: dict[str, Any]
    conflicts: ObjectId | None = None
    """Root of the tree of conflicts; None where there are none."""


class _MediaRow(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    role: str
    path: str
    height: int | None
    width: int | None
    frame: int | None
    oid: bytes | None
    size: int | None
    digest: str | None


class _ItemFields(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    kind: int
    version: int
    media: list[_MediaRow]
    attributes: dict[str, Any]


_Spec = tuple[str, str, str, tuple[str, ...], bool]
_Label = tuple[str, str, list[_Spec], tuple[int, int, int] | None, dict[str, Any]]
_Skeleton = tuple[int, tuple[str, ...], tuple[tuple[int, int], ...]]


class _CategoriesFields(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    kind: int
    version: int
    labels: list[_Label]
    attributes: list[_Spec]
    skeletons: list[_Skeleton]


class _SnapshotFields(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    kind: int
    version: int
    items: bytes | None
    annotations: bytes | None
    categories: bytes
    item_count: int
    annotation_count: int
    infos: dict[str, Any]
    conflicts: bytes | None


_read_item = fields_decoder(_ItemFields, "item", Kind.ITEM, VERSION)
_read_categories = fields_decoder(_CategoriesFields, "categories", Kind.CATEGORIES, VERSION)
_read_snapshot = fields_decoder(_SnapshotFields, "snapshot", Kind.SNAPSHOT, VERSION)


def encode_item(item: Item) -> bytes:
    """The canonical bytes of what is known of an item, its annotations and its key apart.

    Raises:
        UsageError: The bytes of a medium are not in a store yet, or an attribute is nothing that
            JSON has.
    """
    media = [_media_row(one) for one in item.media]
    return encode_row([int(Kind.ITEM), VERSION, media, item.attributes], _ATTRIBUTES)


def _media_row(media: Media) -> list[Any]:
    row = [media.role, media.path, media.height, media.width, media.frame]
    match media.content:
        case Blob(oid=oid, size=size, digest=digest):
            return [*row, oid, size, digest]
        case None:
            return [*row, None, None, None]
        case _:
            raise UsageError(f"the bytes of {media.path or media.role} are not stored yet")


def decode_item(data: bytes, subset: str, item_id: str) -> Item:
    """The item in the canonical bytes, without its annotations.

    Raises:
        CorruptObjectError: The bytes are no such object.
    """
    return checked(read_item(data, subset, item_id), encode_item, data, "item")


def read_item(data: bytes, subset: str, item_id: str) -> Item:
    """As :func:`decode_item`, but that the bytes are in their only form is left to the object's id."""
    fields = _read_item(data)
    media = tuple(map(_media, fields.media))
    return Item(id=item_id, subset=subset, media=media, attributes=fields.attributes)


def _media(row: _MediaRow) -> Media:
    content = None
    if row.oid is not None and row.size is not None and row.digest is not None:
        content = Blob(row.oid, row.size, row.digest)
    return Media(
        role=row.role,
        path=row.path,
        height=row.height,
        width=row.width,
        frame=row.frame,
        content=content,
    )


def encode_categories(categories: Categories) -> bytes:
    """The canonical bytes of categories."""
    labels: list[Any] = [
        [one.name, one.parent, _spec_rows(one.attributes), one.color, one.infos]
        for one in categories.labels
    ]
    skeletons: list[Any] = [[one.label, one.joints, one.edges] for one in categories.skeletons]
    specs = _spec_rows(categories.attributes)
    return encode([Kind.CATEGORIES, VERSION, labels, specs, skeletons])


def _spec_rows(specs: tuple[AttributeSpec, ...]) -> list[list[Any]]:
    return [[one.name, one.input_type, one.default, one.values, one.mutable] for one in specs]


def decode_categories(data: bytes) -> Categories:
    """The categories in the canonical bytes.

    Raises:
        CorruptObjectError: The bytes are no such object.
    """
    fields = _read_categories(data)
    categories = Categories(
        labels=tuple(map(_label, fields.labels)),
        attributes=tuple(map(_spec, fields.attributes)),
        skeletons=tuple(
            SkeletonSpec(label=label, joints=joints, edges=edges)
            for label, joints, edges in fields.skeletons
        ),
    )
    return checked(categories, encode_categories, data, "categories")


def _label(row: _Label) -> LabelCategory:
    name, parent, specs, color, infos = row
    return LabelCategory(
        name=name, parent=parent, attributes=tuple(map(_spec, specs)), color=color, infos=infos
    )


def _spec(row: _Spec) -> AttributeSpec:
    name, input_type, default, values, mutable = row
    return AttributeSpec(
        name=name, input_type=input_type, default=default, values=values, mutable=mutable
    )


def encode_snapshot(snapshot: Snapshot) -> bytes:
    """The canonical bytes of a snapshot."""
    return encode(
        [
            Kind.SNAPSHOT,
            VERSION,
            snapshot.items,
            snapshot.annotations,
            snapshot.categories,
            snapshot.item_count,
            snapshot.annotation_count,
            snapshot.infos,
            snapshot.conflicts,
        ]
    )


def decode_snapshot(data: bytes) -> Snapshot:
    """The snapshot in the canonical bytes.

    Raises:
        CorruptObjectError: The bytes are no such object.
    """
    fields = _read_snapshot(data)
    if min(fields.item_count, fields.annotation_count) < 0:
        raise CorruptObjectError("a snapshot with a count below 0")
    snapshot = Snapshot(
        items=_root(fields.items),
        annotations=_root(fields.annotations),
        categories=ObjectId(fields.categories),
        item_count=fields.item_count,
        annotation_count=fields.annotation_count,
        infos=fields.infos,
        conflicts=_root(fields.conflicts),
    )
    return checked(snapshot, encode_snapshot, data, "snapshot")


def _root(oid: bytes | None) -> ObjectId | None:
    return None if oid is None else ObjectId(oid)
