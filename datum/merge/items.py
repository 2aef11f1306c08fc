"""Three-way merge of one item: its fields, then annotations by id, then their fields.

One side changed: that side. Both changed the same field alike: once. Both changed it differently: a
conflict, and the preferred side stands. Nothing is lost in silence.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

from msgspec.structs import replace

from datum.merge.conflicts import Conflict
from datum.model import Annotation, Item, Media
from datum.model.pairing import pair_annotations

__all__ = ["Prefer", "merge_annotations", "merge_item"]

Prefer = Literal["ours", "theirs"]
T = TypeVar("T")

_ABSENT: Any = type("Absent", (), {"__repr__": lambda _: "(absent)"})()
_GEOMETRY_APART = frozenset(("label", "group", "z_order", "score", "attributes", "id"))


def merge_item(
    base: Item | None, ours: Item | None, theirs: Item | None, prefer: Prefer = "ours"
) -> tuple[Item | None, list[Conflict]]:
    """The merged item, None where it is gone, and what could not be decided."""
    if theirs in (ours, base):
        return ours, []
    if ours == base:
        return theirs, []
    some = ours or theirs or base
    name = f"{some.subset}/{some.id}" if some else ""
    if ours is None or theirs is None:
        clash = Conflict(item=name, what="item", base=base, ours=ours, theirs=theirs)
        return (ours if prefer == "ours" else theirs), [clash]
    conflicts: list[Conflict] = []
    origin = base or Item(id=ours.id, subset=ours.subset)
    attributes = _merge_mapping(
        (origin.attributes, ours.attributes, theirs.attributes),
        name,
        "attribute",
        prefer,
        conflicts,
    )
    media = _merge_media(origin, ours, theirs, prefer, conflicts)
    annotations, more = merge_annotations(
        (origin.annotations, ours.annotations, theirs.annotations), name, prefer
    )
    merged = replace(ours, attributes=attributes, media=media, annotations=annotations)
    return merged, conflicts + more


def _decide(base: T, ours: T, theirs: T, prefer: Prefer) -> tuple[T, bool]:
    """The value that stands, and whether there is a conflict."""
    if theirs in (ours, base):
        return ours, False
    if ours == base:
        return theirs, False
    return (ours if prefer == "ours" else theirs), True


def _merge_mapping(
    sides: tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]],
    item: str,
    what: str,
    prefer: Prefer,
    conflicts: list[Conflict],
) -> dict[str, Any]:
    merged = {}
    for name in sorted(set().union(*sides)):
        base, ours, theirs = (side.get(name, _ABSENT) for side in sides)
        value, clash = _decide(base, ours, theirs, prefer)
        if clash:
            conflicts.append(
                Conflict(item=item, what=f"{what} {name}", base=base, ours=ours, theirs=theirs)
            )
        if value is not _ABSENT:
            merged[name] = value
    return merged


def _merge_media(
    base: Item, ours: Item, theirs: Item, prefer: Prefer, conflicts: list[Conflict]
) -> tuple[Media, ...]:
    media, clash = _decide(base.media, _known(ours, theirs), _known(theirs, ours), prefer)
    if clash:
        name = f"{ours.subset}/{ours.id}"
        sides = [", ".join(one.path for one in item.media) for item in (base, ours, theirs)]
        conflicts.append(
            Conflict(item=name, what="media", base=sides[0], ours=sides[1], theirs=sides[2])
        )
    return media


def _known(one: Item, other: Item) -> tuple[Media, ...]:
    """The media of *one*, with what it leaves open filled in from *other*'s.

    Two sources of the same images often differ in that one has no files, or no sizes, or knows them
    under another path; that is no disagreement.
    """
    if len(one.media) > 1 or len(other.media) != 1:
        return one.media
    theirs = other.media[0]
    if not one.media:
        return other.media
    mine = one.media[0]
    if mine.content is not None and theirs.content is not None and mine.content != theirs.content:
        return one.media
    return (
        replace(
            mine,
            path=min(mine.path, theirs.path)
            if mine.path and theirs.path
            else mine.path or theirs.path,
            content=mine.content or theirs.content,
            width=theirs.width if mine.width is None else mine.width,
            height=theirs.height if mine.height is None else mine.height,
            frame=theirs.frame if mine.frame is None else mine.frame,
        ),
    )


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
    in_ours = {id(old): new for old, new in pair_annotations(base, ours) if old is not None}
    in_theirs = {id(old): new for old, new in pair_annotations(base, theirs) if old is not None}
    of_ours = {id(new): old for old, new in pair_annotations(base, ours) if new is not None}
    conflicts: list[Conflict] = []
    merged: list[Annotation] = []
    for one in ours:
        origin = of_ours[id(one)]
        if origin is None:
            merged.append(one)
            continue
        other = in_theirs.get(id(origin))
        merged.extend(_merge_one(origin, one, other, item, prefer, conflicts))
    for origin in base:
        if in_ours.get(id(origin)) is None:
            other = in_theirs.get(id(origin))
            if other is not None and not _same(other, origin):
                merged.extend([other] if prefer == "theirs" else [])
                conflicts.append(_removed(item, origin, ours=None, theirs=other))
    added = [new for old, new in pair_annotations(base, theirs) if old is None and new]
    _add_new(merged, added, base)
    return tuple(merged), conflicts


def _same(a: Annotation, b: Annotation) -> bool:
    """Equal but for the id."""
    return type(a) is type(b) and replace(a, id=None) == replace(b, id=None)


def _twins(a: Annotation, b: Annotation) -> bool:
    """Equal, but that one of them need not say which group it is in."""
    return _same(a, b) or (
        not (a.group and b.group) and _same(replace(a, group=0), replace(b, group=0))
    )


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
        "attributes": _merge_mapping(
            (base.attributes, ours.attributes, theirs.attributes), item, name, prefer, conflicts
        )
    }
    for field in ("label", "group", "z_order", "score"):
        sides = (getattr(base, field), getattr(ours, field), getattr(theirs, field))
        values[field], clash = _decide(*sides, prefer)
        if clash:
            conflicts.append(_conflict(item, f"{name} {field}", sides))
    shapes = (_shape(base), _shape(ours), _shape(theirs))
    shape, clash = _decide(*shapes, prefer)
    if clash:
        conflicts.append(_conflict(item, f"{name} geometry", shapes))
    return [replace(ours, **values, **shape)]


def _conflict(item: str, what: str, sides: tuple[Any, Any, Any]) -> Conflict:
    return Conflict(item=item, what=what, base=sides[0], ours=sides[1], theirs=sides[2])


def _shape(annotation: Annotation) -> dict[str, Any]:
    names = (name for name in annotation.__struct_fields__ if name not in _GEOMETRY_APART)
    return {name: getattr(annotation, name) for name in names}


def _add_new(
    merged: list[Annotation], new: Sequence[Annotation], base: Sequence[Annotation]
) -> None:
    """Add annotations of theirs.

    Equal ones are kept once, also where one side does not know the group. An id that is taken gives way to a fresh one, and so does the number
    of a group that both sides made: the two have nothing to do with each other.
    """
    waiting = list(merged)
    groups = {one.group for one in merged} - {one.group for one in base} - {0}
    highest = max((one.group for one in (*merged, *new)), default=0)
    fresh = {group: highest + n for n, group in enumerate(sorted(groups), start=1)}
    for one in new:
        twin = next((other for other in waiting if _twins(other, one)), None)
        if twin is not None:
            waiting.remove(twin)
            if one.group and not twin.group:
                place = merged.index(twin)
                merged[place] = replace(twin, group=fresh.get(one.group, one.group))
            continue
        taken = {other.id for other in merged}
        number = one.id
        if number in taken:
            number = 1 + max(other for other in taken if other is not None)
        merged.append(replace(one, id=number, group=fresh.get(one.group, one.group)))
