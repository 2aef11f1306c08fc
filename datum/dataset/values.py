"""Items, categories and snapshots as objects. The layouts are in docs/on-disk-format/datasets.md."""

from typing import Any

import msgspec

from datum.errors import CorruptObjectError
from datum.model import AttributeSpec, Blob, Categories, Item, LabelCategory, Media, SkeletonSpec
from datum.objects.codec import decode, encode
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
]

VERSION = 1


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


def encode_item(item: Item) -> bytes:
    """The canonical bytes of what is known of an item, its annotations and its key apart."""
    media = [_media_row(one) for one in item.media]
    return encode([Kind.ITEM, VERSION, media, item.attributes])


def _media_row(media: Media) -> list[Any]:
    row = [media.role, media.path, media.height, media.width, media.frame]
    if isinstance(media.content, Blob):
        return [*row, media.content.oid, media.content.size, media.content.digest]
    return [*row, None, None, None]


def decode_item(data: bytes, subset: str, item_id: str) -> Item:
    """The item in the canonical bytes, without its annotations.

    Raises:
        CorruptObjectError: The bytes are no such object.
    """
    match decode(data):
        case [Kind.ITEM, 1, list(rows), dict(attributes)]:
            media = tuple(_media(row) for row in rows)
            return Item(id=item_id, subset=subset, media=media, attributes=attributes)
        case _:
            pass
    raise CorruptObjectError("no item object of a version that is known")


def _media(row: Any) -> Media:
    match row:
        case [str(role), str(path), height, width, frame, oid, size, digest]:
            content = None
            if isinstance(oid, bytes) and isinstance(size, int) and isinstance(digest, str):
                content = Blob(oid, size, digest)
            return Media(
                role=role, path=path, height=height, width=width, frame=frame, content=content
            )
        case _:
            pass
    raise CorruptObjectError("media of unknown form")


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
    try:
        match decode(data):
            case [Kind.CATEGORIES, 1, list(labels), list(specs), list(skeletons)]:
                return Categories(
                    labels=tuple(_label(row) for row in labels),
                    attributes=tuple(_spec(row) for row in specs),
                    skeletons=tuple(_skeleton(row) for row in skeletons),
                )
            case _:
                pass
    except (TypeError, ValueError) as error:
        raise CorruptObjectError("categories of unknown form") from error
    raise CorruptObjectError("no categories object of a version that is known")


def _label(row: Any) -> LabelCategory:
    name, parent, specs, color, infos = row
    return LabelCategory(
        name=name,
        parent=parent,
        attributes=tuple(_spec(spec) for spec in specs),
        color=None if color is None else (color[0], color[1], color[2]),
        infos=infos,
    )


def _spec(row: Any) -> AttributeSpec:
    name, input_type, default, values, mutable = row
    return AttributeSpec(
        name=name,
        input_type=input_type,
        default=default,
        values=tuple(values),
        mutable=mutable,
    )


def _skeleton(row: Any) -> SkeletonSpec:
    label, joints, edges = row
    return SkeletonSpec(
        label=label, joints=tuple(joints), edges=tuple((start, end) for start, end in edges)
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
    match decode(data):
        case [
            Kind.SNAPSHOT,
            1,
            (bytes() | None) as items,
            (bytes() | None) as annotations,
            bytes(categories),
            int(item_count),
            int(annotation_count),
            dict(infos),
            (bytes() | None) as conflicts,
        ]:
            return Snapshot(
                items=None if items is None else ObjectId(items),
                annotations=None if annotations is None else ObjectId(annotations),
                categories=ObjectId(categories),
                item_count=item_count,
                annotation_count=annotation_count,
                infos=infos,
                conflicts=None if conflicts is None else ObjectId(conflicts),
            )
        case _:
            pass
    raise CorruptObjectError("no snapshot object of a version that is known")
