"""Two datasets compared. Equal subtrees are skipped by their ids, so the cost follows the change."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from datum.dataset.dataset import Dataset, Row
from datum.dataset.keys import split_key
from datum.diff.changes import (
    ADDED,
    CHANGED,
    REMOVED,
    AnnotationChange,
    CategoriesChange,
    FieldChange,
    ItemChange,
)
from datum.model import Annotation, Blob, Categories, Item, Media
from datum.model.geometry import iou, shift
from datum.model.pairing import pair_annotations
from datum.objects import tree

__all__ = [
    "changed_rows",
    "compare_annotations",
    "compare_categories",
    "compare_datasets",
    "compare_items",
    "stat",
]

_GEOMETRY_FREE = frozenset(("id", "label", "group", "z_order", "score", "attributes", "text"))


def changed_rows(old: Dataset, new: Dataset) -> Iterator[tuple[bytes, Row | None, Row | None]]:
    """Keys whose item or annotations differ, in order, with the ids on both sides.

    Both datasets are read through the store of *new*. Two equal ones read nothing.
    """
    if old.oid == new.oid:
        return
    before, after = old.snapshot, new.snapshot
    items = iter(tree.diff(new.store, before.items, after.items))
    notes = iter(tree.diff(new.store, before.annotations, after.annotations))
    item, note = next(items, None), next(notes, None)
    while item is not None or note is not None:
        key = min(entry[0] for entry in (item, note) if entry is not None)
        if item is not None and item[0] == key:
            item = next(items, None)
        if note is not None and note[0] == key:
            note = next(notes, None)
        yield key, old.row(key), new.row(key)


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
    for key, before, after in changed_rows(old, new):
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
    fields = (*_mapping_changes(old.attributes, new.attributes, ""), *_media_changes(old, new))
    if not fields and not annotations:
        return None
    return ItemChange(
        subset=subset, id=item_id, status=CHANGED, fields=fields, annotations=annotations
    )


def _mapping_changes(
    old: Mapping[str, Any], new: Mapping[str, Any], prefix: str
) -> list[FieldChange]:
    names = sorted(old.keys() | new.keys())
    pairs = ((name, old.get(name), new.get(name)) for name in names)
    # 1, 1.0 and True are equal in Python, and not here
    return [
        FieldChange(prefix + name, a, b) for name, a, b in pairs if a != b or type(a) is not type(b)
    ]


def _media_changes(old: Item, new: Item) -> list[FieldChange]:
    before = {(media.role, media.path): media for media in old.media}
    after = {(media.role, media.path): media for media in new.media}
    if len(before) == len(after) == 1:
        return _one_media_changes(old.media[0], new.media[0])
    changes = []
    for key in sorted(before.keys() | after.keys()):
        a, b = before.get(key), after.get(key)
        if a is not None and b is not None:
            changes.extend(_one_media_changes(a, b))
        else:
            name = f"media {key[0]}"
            changes.append(FieldChange(name, a and a.path, b and b.path))
    return changes


def _one_media_changes(old: Media, new: Media) -> list[FieldChange]:
    changes = [
        FieldChange(f"{old.role} {name}", getattr(old, name), getattr(new, name))
        for name in ("path", "width", "height", "frame")
        if getattr(old, name) != getattr(new, name)
    ]
    if old.content != new.content:
        changes.append(FieldChange(f"{old.role} bytes", _bytes_id(old), _bytes_id(new)))
    return changes


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
        fields = _annotation_fields(change, before, after)
        if not fields:
            continue
        moved = any(field.name not in _GEOMETRY_FREE and "." not in field.name for field in fields)
        yield AnnotationChange(
            old=before,
            new=after,
            old_label=change.old_label,
            new_label=change.new_label,
            fields=tuple(fields),
            moved=shift(before, after) if moved else None,
            iou=iou(before, after) if moved else None,
        )


def _annotation_fields(
    change: AnnotationChange, old: Annotation, new: Annotation
) -> list[FieldChange]:
    fields = []
    # a label is the same where its index or its name is: a renamed one keeps the first,
    # one that moved in the list keeps the second
    if old.label != new.label and change.old_label != change.new_label:
        fields.append(FieldChange("label", change.old_label or None, change.new_label or None))
    names = [name for name in new.__struct_fields__ if name not in ("id", "label", "attributes")]
    for name in names:
        a, b = getattr(old, name), getattr(new, name)
        if a != b:
            fields.append(FieldChange(name, a, b))
    return fields + _mapping_changes(old.attributes, new.attributes, "attributes.")


def compare_categories(old: Categories, new: Categories) -> CategoriesChange:
    """What differs between the labels of two datasets."""
    if old == new:
        return CategoriesChange()
    names_old, names_new = old.names(), new.names()
    renamed = [
        (a, b)
        for a, b in zip(names_old, names_new, strict=False)
        if a != b and a not in names_new and b not in names_old
    ]
    froms, tos = {a for a, _ in renamed}, {b for _, b in renamed}
    common = [name for name in names_old if name in names_new]
    changed = [name for name in common if _declared(old, name) != _declared(new, name)]
    if old.attributes != new.attributes:
        changed.append("(all labels)")
    return CategoriesChange(
        added=tuple(name for name in names_new if name not in names_old and name not in tos),
        removed=tuple(name for name in names_old if name not in names_new and name not in froms),
        renamed=tuple(renamed),
        reordered=common != [name for name in names_new if name in names_old],
        changed=tuple(changed),
    )


def _declared(categories: Categories, name: str) -> tuple[Any, ...]:
    index = categories.find(name)
    skeleton = categories.skeleton_of(index)
    label = None if index is None else categories.labels[index]
    return (label, skeleton and (skeleton.joints, skeleton.edges))


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
