"""Two datasets compared. Equal subtrees are skipped by their ids, so the cost follows the change."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from datum.dataset.dataset import Dataset, Row
from datum.dataset.keys import split_key
from datum.dataset.lookup import Lookup
from datum.diff.changes import (
    ADDED,
    CHANGED,
    REMOVED,
    AnnotationChange,
    CategoriesChange,
    FieldChange,
    ItemChange,
)
from datum.diff.labels import labels_moved, renamed_labels
from datum.model import Annotation, Blob, Box, Categories, Item, Media
from datum.model.equality import same
from datum.model.geometry import box_iou, shift
from datum.model.pairing import pair_annotations
from datum.objects import tree
from datum.objects.ids import ObjectId

__all__ = [
    "changed_rows",
    "compare_annotations",
    "compare_categories",
    "compare_datasets",
    "compare_items",
    "stat",
]

_GEOMETRY_FREE = frozenset(
    ("id", "label", "group", "z_order", "score", "attributes", "text", "visibility")
)

T = TypeVar("T")


def changed_rows(
    old: Dataset, new: Dataset, *, by_name: bool = False
) -> Iterator[tuple[bytes, Row | None, Row | None]]:
    """Keys whose item or annotations differ, in order, with the ids on both sides.

    Two equal datasets read nothing. Where the index of a label means another label than before,
    equal annotations say another thing: then every item that has some is given.

    Args:
        old: The earlier state.
        new: The later state; its store must hold both.
        by_name: Whether a renamed label is another label.
    """
    if old.oid == new.oid:
        return
    before, after = old.snapshot, new.snapshot
    if before.categories != after.categories and labels_moved(
        old.categories, new.categories, by_name=by_name
    ):
        for key, row, other in _joined(old.rows(), new.rows()):
            if row != other or (row is not None and row.annotations is not None):
                yield key, row, other
        return
    items = tree.diff(new.store, before.items, after.items)
    notes = tree.diff(new.store, before.annotations, after.annotations)
    # what one of the trees does not tell apart is equal on both sides
    same_item, same_notes = Lookup(new.store, after.items), Lookup(new.store, after.annotations)
    for key, of_item, of_notes in _joined(_sides(items), _sides(notes)):
        item_ids = of_item or (same_item.get(key),) * 2
        note_ids = of_notes or (same_notes.get(key),) * 2
        yield key, _row(item_ids[0], note_ids[0]), _row(item_ids[1], note_ids[1])


def _sides(
    differences: Iterator[tree.Difference],
) -> Iterator[tuple[bytes, tuple[bytes | None, bytes | None]]]:
    return ((key, (old, new)) for key, old, new in differences)


def _joined(
    left: Iterator[tuple[bytes, T]], right: Iterator[tuple[bytes, T]]
) -> Iterator[tuple[bytes, T | None, T | None]]:
    """Entries of two ascending streams by key; None where one has no such key."""
    one, other = next(left, None), next(right, None)
    while one is not None or other is not None:
        key = min(entry[0] for entry in (one, other) if entry is not None)
        mine = one[1] if one is not None and one[0] == key else None
        yours = other[1] if other is not None and other[0] == key else None
        yield key, mine, yours
        one = one if mine is None else next(left, None)
        other = other if yours is None else next(right, None)


def _row(item: bytes | None, notes: bytes | None) -> Row | None:
    if item is None:
        return None
    return Row(ObjectId(item), None if notes is None else ObjectId(notes))


def compare_datasets(old: Dataset, new: Dataset, *, trust_ids: bool = True) -> Iterator[ItemChange]:
    """What differs, item by item in the order of the keys.

    Args:
        old: The earlier state.
        new: The later state; its store must hold both.
        trust_ids: False where annotation ids of the two have nothing to do with each other.
    """
    if old.oid == new.oid:
        return
    categories = (old.categories, new.categories)
    if not trust_ids:
        categories = (old.categories, _united(old.categories, new.categories))
    places = {name: index for index, name in enumerate(categories[1].names())}
    names = new.categories.names()
    for key, before, after in changed_rows(old, new, by_name=not trust_ids):
        item_old = None if before is None else old.read(key, before)
        item_new = None if after is None else new.read(key, after)
        if item_new is not None and not trust_ids:
            item_new = _by_name(item_new, [places[name] for name in names])
        change = compare_items(key, item_old, item_new, categories, trust_ids=trust_ids)
        if change is not None:
            yield change


def _united(old: Categories, new: Categories) -> Categories:
    """The labels of *old*, then those that only *new* has."""
    known = set(old.names())
    more = tuple(label for label in new.labels if label.name not in known)
    return msgspec.structs.replace(new, labels=old.labels + more)


def _by_name(item: Item, places: list[int]) -> Item:
    """The item with each label's index changed to that of its name in the united list."""
    annotations = tuple(
        one
        if one.label is None or one.label >= len(places)
        else msgspec.structs.replace(one, label=places[one.label])
        for one in item.annotations
    )
    return msgspec.structs.replace(item, annotations=annotations)


def compare_items(
    key: bytes,
    old: Item | None,
    new: Item | None,
    categories: tuple[Categories, Categories],
    *,
    trust_ids: bool = True,
) -> ItemChange | None:
    """What differs between two states of one item; None for nothing that is shown.

    Args:
        key: Its key.
        old: The earlier state; None where it was not there.
        new: The later state; None where it is gone.
        categories: Those of the earlier and of the later state.
        trust_ids: False where annotation ids of the two have nothing to do with each other.
    """
    subset, item_id = split_key(key)
    annotations = tuple(
        compare_annotations(
            old.annotations if old else (),
            new.annotations if new else (),
            categories,
            trust_ids=trust_ids,
        )
    )
    if old is None or new is None:
        status = ADDED if old is None else REMOVED
        return ItemChange(subset=subset, id=item_id, status=status, annotations=annotations)
    fields = (
        *_mapping_changes(old.attributes, new.attributes, ""),
        *_media_changes(old, new),
        *(_order_changes(old, new) if trust_ids else ()),
    )
    if not fields and not annotations:
        return None
    return ItemChange(
        subset=subset, id=item_id, status=CHANGED, fields=fields, annotations=annotations
    )


def _mapping_changes(
    old: Mapping[str, Any], new: Mapping[str, Any], prefix: str
) -> list[FieldChange]:
    return [
        FieldChange(prefix + name, old.get(name), new.get(name))
        for name in sorted(old.keys() | new.keys())
        if (name in old) != (name in new) or not same(old.get(name), new.get(name))
    ]


def _media_changes(old: Item, new: Item) -> list[FieldChange]:
    if len(old.media) == len(new.media) == 1:
        return _one_media_changes(old.media[0], new.media[0])
    before = {(media.role, media.path): media for media in old.media}
    after = {(media.role, media.path): media for media in new.media}
    changes = []
    for key in sorted(before.keys() | after.keys()):
        a, b = before.get(key), after.get(key)
        if a is not None and b is not None:
            changes.extend(_one_media_changes(a, b))
        else:
            name = f"media {key[0]}"
            changes.append(FieldChange(name, a and a.path, b and b.path))
    kept = [
        [key for key in one if key in other] for one, other in ((before, after), (after, before))
    ]
    if kept[0] != kept[1]:
        paths = [[path for _, path in keys] for keys in kept]
        changes.append(FieldChange("order of media", paths[0], paths[1]))
    return changes


def _one_media_changes(old: Media, new: Media) -> list[FieldChange]:
    changes = [
        FieldChange(f"{old.role} {name}", getattr(old, name), getattr(new, name))
        for name in ("role", "path", "width", "height", "frame")
        if getattr(old, name) != getattr(new, name)
    ]
    if old.content != new.content:
        changes.append(FieldChange(f"{old.role} bytes", _bytes_id(old), _bytes_id(new)))
    return changes


def _order_changes(old: Item, new: Item) -> list[FieldChange]:
    """Whether annotations that both have come in another order."""
    before, after = ([one.id for one in item.annotations] for item in (old, new))
    common = set(before) & set(after)
    kept = [[number for number in ids if number in common] for ids in (before, after)]
    if kept[0] == kept[1]:
        return []
    return [FieldChange("order of annotations", kept[0], kept[1])]


def _bytes_id(media: Media) -> str | None:
    return media.content.oid.hex() if isinstance(media.content, Blob) else None


def compare_annotations(
    old: tuple[Annotation, ...],
    new: tuple[Annotation, ...],
    categories: tuple[Categories, Categories],
    *,
    trust_ids: bool = True,
) -> Iterator[AnnotationChange]:
    """What differs between the annotations of one item."""
    for before, after in pair_annotations(old, new, trust_ids=trust_ids):
        change = AnnotationChange(
            old=before,
            new=after,
            old_label=categories[0].name_of(before.label) if before else "",
            new_label=categories[1].name_of(after.label) if after else "",
        )
        if before is None or after is None:
            yield change
            continue
        fields = _label_fields(change, before, after, categories)
        fields += _annotation_fields(before, after)
        if trust_ids and before.id != after.id:
            fields.append(FieldChange("id", before.id, after.id))
        if not fields:
            continue
        moved = any(field.name not in _GEOMETRY_FREE and "." not in field.name for field in fields)
        yield msgspec.structs.replace(
            change,
            fields=tuple(fields),
            moved=shift(before, after) if moved else None,
            iou=_overlap(before, after) if moved else None,
        )


def _overlap(old: Annotation, new: Annotation) -> float:
    if isinstance(old, Box) and isinstance(new, Box):
        return box_iou((old.x, old.y, old.w, old.h), (new.x, new.y, new.w, new.h))
    from datum.model.overlap import iou  # brings numpy

    return iou(old, new)


def _label_fields(
    change: AnnotationChange,
    old: Annotation,
    new: Annotation,
    categories: tuple[Categories, Categories],
) -> list[FieldChange]:
    """Whether the label differs: one that moved in the list keeps its name, a renamed one its place."""
    if change.old_label == change.new_label:
        return []
    renamed = renamed_labels(*categories) if old.label == new.label else {}
    if renamed.get(change.old_label) == change.new_label:
        return []
    return [FieldChange("label", change.old_label or None, change.new_label or None)]


def _annotation_fields(old: Annotation, new: Annotation) -> list[FieldChange]:
    names = [name for name in new.__struct_fields__ if name not in ("id", "label", "attributes")]
    fields = [
        FieldChange(name, a, b)
        for name in names
        if (a := getattr(old, name)) != (b := getattr(new, name)) and repr(a) != repr(b)
    ]
    return fields + _mapping_changes(old.attributes, new.attributes, "attributes.")


def compare_categories(old: Categories, new: Categories) -> CategoriesChange:
    """What differs between the labels of two datasets."""
    renamed = renamed_labels(old, new)
    tos = set(renamed.values())
    before, after = _declarations(old), _declarations(new)
    common = [name for name in before if name in after]
    pairs = [*((name, name) for name in common), *renamed.items()]
    changed = [b for a, b in pairs if not same(before[a], after[b])]
    if not same(old.attributes, new.attributes):
        changed.append("(all labels)")
    return CategoriesChange(
        added=tuple(name for name in after if name not in before and name not in tos),
        removed=tuple(name for name in before if name not in after and name not in renamed),
        renamed=tuple(renamed.items()),
        reordered=common != [name for name in after if name in before],
        changed=tuple(changed),
    )


def _declarations(categories: Categories) -> dict[str, tuple[Any, ...]]:
    """What is said of each label beside its name."""
    skeletons = {spec.label: (spec.joints, spec.edges) for spec in reversed(categories.skeletons)}
    return {
        label.name: (msgspec.structs.replace(label, name=""), skeletons.get(index))
        for index, label in enumerate(categories.labels)
    }


def stat(changes: Iterator[ItemChange]) -> tuple[Counter[str], Counter[tuple[str, str, str]]]:
    """Counts of a diff.

    Returns:
        The items by status, and the annotations by (label, kind, status).
    """
    items: Counter[str] = Counter()
    annotations: Counter[tuple[str, str, str]] = Counter()
    for change in changes:
        items[change.status] += 1
        for one in change.annotations:
            annotations[one.label, one.one.kind, one.status] += 1
    return items, annotations
