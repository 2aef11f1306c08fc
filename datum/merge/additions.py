"""Annotations that both sides of a merge added to an item: united, their ids and groups kept apart."""

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from datum.model import Annotation
from datum.model.pairing import content_text, unused_ids

__all__ = ["join_groups", "unite_additions"]

Side = tuple[Sequence[Annotation], Sequence[int | None]]
"""Annotations of one side, and for each the index in base that it comes from."""


def join_groups(base: Sequence[Annotation], ours: Side, theirs: Side) -> Sequence[Annotation]:
    """Annotations of theirs, in groups of other numbers where ours made groups of these numbers.

    A new group of both sides is one group if some annotation is in it on both.
    """
    before = {one.group for one in base}
    both = {one.group for one in ours[0]} & {one.group for one in theirs[0]} - before - {0}
    both -= _shared_groups(ours, theirs)
    if not both:
        return theirs[0]
    highest = max(one.group for one in (*base, *ours[0], *theirs[0]))
    fresh = {group: highest + n for n, group in enumerate(sorted(both), start=1)}
    return [replace(one, group=fresh.get(one.group, one.group)) for one in theirs[0]]


def _shared_groups(ours: Side, theirs: Side) -> set[int]:
    """Groups that have an annotation in common: of one origin, or new and of equal content."""

    def members(side: Side) -> set[tuple[int, int | str]]:
        return {
            (one.group, content_text(one) if origin is None else origin)
            for one, origin in zip(*side, strict=True)
            if one.group
        }

    return {group for group, _ in members(ours) & members(theirs)}


def unite_additions(
    merged: Sequence[Annotation],
    added_ours: Iterable[Annotation],
    more: Iterable[Annotation],
    added: Iterable[Annotation],
    known: set[int],
) -> tuple[Annotation, ...]:
    """*merged*, then *more* and *added*; one that is in *added* and in *added_ours* is kept once.

    Args:
        merged: What the merge has so far; holds *added_ours*.
        added_ours: What ours added.
        more: Annotations of theirs that come back.
        added: What theirs added.
        known: Ids of any side; where an id is taken a fresh one is none of them.
    """
    waiting = Counter(map(content_text, added_ours))
    taken = {one.id for one in merged}
    fresh = unused_ids(known)
    result = list(merged)
    for one in [*more, *_without(added, waiting)]:
        number = next(fresh) if one.id in taken else one.id
        taken.add(number)
        result.append(one if number == one.id else replace(one, id=number))
    return tuple(result)


def _without(annotations: Iterable[Annotation], waiting: Counter[str]) -> Iterable[Annotation]:
    """Those that have no twin in *waiting*, each of which is the twin of one."""
    for one in annotations:
        text = content_text(one)
        if waiting[text]:
            waiting[text] -= 1
        else:
            yield one
