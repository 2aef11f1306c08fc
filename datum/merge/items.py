"""Three-way merge of one item: its fields, then annotations by id, then their fields.

One side changed: that side. Both changed the same field alike: once. Both changed it differently: a
conflict, and the preferred side stands. Nothing is lost in silence.
"""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from datum.merge.additions import join_groups, unite_additions
from datum.merge.conflicts import Conflict
from datum.merge.media import merge_media
from datum.merge.values import Prefer, decide, merge_mapping
from datum.model import Annotation, Item
from datum.model.equality import same
from datum.model.pairing import pair_indices

__all__ = ["Prefer", "merge_annotations", "merge_item"]

_GEOMETRY_APART = frozenset(("label", "group", "z_order", "score", "attributes", "id"))


def merge_item(
    base: Item | None, ours: Item | None, theirs: Item | None, prefer: Prefer = "ours"
) -> tuple[Item | None, list[Conflict]]:
    """The merged item, None where it is gone, and what could not be decided."""
    if same(theirs, ours) or same(theirs, base):
        return ours, []
    if same(ours, base):
        return theirs, []
    some = ours or theirs or base
    name = f"{some.subset}/{some.id}" if some else ""
    if ours is None or theirs is None:
        clash = Conflict(item=name, what="item", base=base, ours=ours, theirs=theirs)
        return (ours if prefer == "ours" else theirs), [clash]
    conflicts: list[Conflict] = []
    origin = base or Item(id=ours.id, subset=ours.subset)
    attributes = merge_mapping(
        (origin.attributes, ours.attributes, theirs.attributes),
        name,
        "attribute",
        prefer,
        conflicts,
    )
    media = merge_media(origin, ours, theirs, prefer, conflicts)
    annotations, more = merge_annotations(
        (origin.annotations, ours.annotations, theirs.annotations), name, prefer
    )
    merged = replace(ours, attributes=attributes, media=media, annotations=annotations)
    return merged, conflicts + more


def merge_annotations(
    sides: tuple[Sequence[Annotation], Sequence[Annotation], Sequence[Annotation]],
    item: str,
    prefer: Prefer = "ours",
) -> tuple[tuple[Annotation, ...], list[Conflict]]:
    """The merged annotations of one item, in the order of ours, additions of theirs at the end.

    Args:
        sides: Base, ours and theirs; ids mean the same in all three.
        item: Name of the item, for conflicts.
        prefer: Whose side stands where both changed the same thing differently.
    """
    base, ours, theirs = sides
    from_ours, from_theirs = pair_indices(base, ours), pair_indices(base, theirs)
    theirs = join_groups(base, (ours, from_ours), (theirs, from_theirs))
    in_theirs = {o: one for o, one in zip(from_theirs, theirs, strict=True) if o is not None}
    conflicts: list[Conflict] = []
    merged: list[Annotation] = []
    for one, origin in zip(ours, from_ours, strict=True):
        if origin is None:
            merged.append(one)
        else:
            other = in_theirs.get(origin)
            merged.extend(_merge_one(base[origin], one, other, item, prefer, conflicts))
    more: list[Annotation] = []
    kept = set(from_ours)
    for n, before in enumerate(base):
        other = in_theirs.get(n)
        if n not in kept and other is not None and not _same(other, before):
            more.extend([other] if prefer == "theirs" else [])
            conflicts.append(_removed(item, before, ours=None, theirs=other))
    added_ours = [one for one, o in zip(ours, from_ours, strict=True) if o is None]
    added = [one for one, o in zip(theirs, from_theirs, strict=True) if o is None]
    known = {one.id for side in sides for one in side if one.id is not None}
    return unite_additions(merged, added_ours, more, added, known), conflicts


def _same(a: Annotation, b: Annotation) -> bool:
    """Equal but for the id."""
    return same(replace(a, id=None), replace(b, id=None))


def _removed(
    item: str, origin: Annotation, *, ours: Annotation | None, theirs: Annotation | None
) -> Conflict:
    what = f"{origin.kind} #{origin.id}"
    return Conflict(item=item, what=what, base=origin, ours=ours, theirs=theirs)


def _merge_one(
    base: Annotation,
    ours: Annotation,
    theirs: Annotation | None,
    item: str,
    prefer: Prefer,
    conflicts: list[Conflict],
) -> list[Annotation]:
    if theirs is None:
        if _same(ours, base):
            return []
        conflicts.append(_removed(item, base, ours=ours, theirs=None))
        return [ours] if prefer == "ours" else []
    name = f"{ours.kind} #{ours.id}"
    values: dict[str, Any] = {
        "attributes": merge_mapping(
            (base.attributes, ours.attributes, theirs.attributes), item, name, prefer, conflicts
        )
    }
    for field in ("label", "group", "z_order", "score"):
        sides = (getattr(base, field), getattr(ours, field), getattr(theirs, field))
        values[field], clash = decide(*sides, prefer)
        if clash:
            conflicts.append(_conflict(item, f"{name} {field}", sides))
    shapes = (_shape(base), _shape(ours), _shape(theirs))
    shape, clash = decide(*shapes, prefer)
    if clash:
        conflicts.append(_conflict(item, f"{name} geometry", shapes))
    return [replace(ours, **values, **shape)]


def _conflict(item: str, what: str, sides: tuple[Any, Any, Any]) -> Conflict:
    return Conflict(item=item, what=what, base=sides[0], ours=sides[1], theirs=sides[2])


def _shape(annotation: Annotation) -> dict[str, Any]:
    names = (name for name in annotation.__struct_fields__ if name not in _GEOMETRY_APART)
    return {name: getattr(annotation, name) for name in names}
