"""Which annotation of an item became which: by id, else by content, else by place."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import isfinite
from typing import Any

from msgspec.structs import replace

from datum.model.annotation import Annotation, Box, Caption, Label
from datum.model.geometry import Bounds, bounds, box_iou

__all__ = [
    "choose_ids",
    "content_text",
    "fill_ids",
    "give_ids",
    "pair_annotations",
    "pair_indices",
    "unchanged",
    "unused_ids",
]

_OVERLAP = 0.3
"""Least IoU at which two annotations may be one that was moved."""

_ID_LIMIT = (1 << 63) - 1
"""The greatest id that can be stored."""

Pair = tuple[Annotation | None, Annotation | None]


def pair_annotations(
    old: Sequence[Annotation], new: Sequence[Annotation], *, trust_ids: bool = True
) -> list[Pair]:
    """Pairs of (old, new), in the order of *new*; then (old, None) for what is gone.

    Ids decide where both sides have them and the kinds agree; else equal content; else the greatest
    IoU among annotations of one kind, those of one label first.

    Args:
        old: Annotations of an item.
        new: Annotations of the same item, later.
        trust_ids: False where the ids of the two sides have nothing to do with each other.
    """
    origins = pair_indices(old, new, trust_ids=trust_ids)
    found = set(origins)
    pairs: list[Pair] = [
        (None if origin is None else old[origin], one)
        for origin, one in zip(origins, new, strict=True)
    ]
    return pairs + [(one, None) for o, one in enumerate(old) if o not in found]


def pair_indices(
    old: Sequence[Annotation], new: Sequence[Annotation], *, trust_ids: bool = True
) -> list[int | None]:
    """For each of *new*, the index in *old* of its earlier self; see :func:`pair_annotations`."""
    if len(old) == len(new) and all(map(unchanged, old, new)):
        return list(range(len(new)))
    partner: dict[int, int] = _same_id(old, new) if trust_ids else {}
    for find in (_same_content, _in_order, _same_place):
        found = set(partner.values())
        left_old = [o for o in range(len(old)) if o not in found]
        left_new = [n for n in range(len(new)) if n not in partner]
        if not left_old or not left_new:
            break
        partner |= find(old, new, left_old, left_new)
    return [partner.get(n) for n in range(len(new))]


def unchanged(old: Annotation, new: Annotation) -> bool:
    """Whether all but an id that is missing is as before."""
    if new.id is None and old.id is not None:
        new = replace(new, id=old.id)
    return type(old) is type(new) and old == new


def _same_id(old: Sequence[Annotation], new: Sequence[Annotation]) -> dict[int, int]:
    """Of several with one id, the first has it."""
    waiting = {one.id: o for o, one in reversed(list(enumerate(old)))}
    waiting.pop(None, None)
    found = {}
    for n, one in enumerate(new):
        o = waiting.get(one.id)
        if o is not None and type(old[o]) is type(one):
            found[n] = o
            del waiting[one.id]
    return found


def _same_content(
    old: Sequence[Annotation], new: Sequence[Annotation], left_old: list[int], left_new: list[int]
) -> dict[int, int]:
    waiting: dict[str, list[int]] = defaultdict(list)
    for o in reversed(left_old):
        waiting[content_text(old[o])].append(o)
    found = {}
    for n in left_new:
        equal = waiting.get(content_text(new[n]))
        if equal:
            found[n] = equal.pop()
    return found


def content_text(annotation: Annotation) -> str:
    """All but the id, as text that is equal where the content is; repr of floats is exact."""
    attributes = _ordered(annotation.attributes) if annotation.attributes else {}
    return repr(replace(annotation, id=None, attributes=attributes))


def _ordered(value: Any) -> Any:
    """JSON with the keys of every map in order."""
    if isinstance(value, dict):
        return {name: _ordered(value[name]) for name in sorted(value)}
    return list(map(_ordered, value)) if isinstance(value, list | tuple) else value


def _in_order(
    old: Sequence[Annotation], new: Sequence[Annotation], left_old: list[int], left_new: list[int]
) -> dict[int, int]:
    """Labels and captions have no place: they pair in their order, those of one label first."""
    found: dict[int, int] = {}
    for kind in (Label, Caption):
        news = [n for n in left_new if type(new[n]) is kind]
        waiting: dict[int | None, list[int]] = defaultdict(list)
        for o in reversed(left_old):
            if type(old[o]) is kind:
                waiting[old[o].label].append(o)
        for n in news:
            if waiting[new[n].label]:
                found[n] = waiting[new[n].label].pop()
        rest = sorted(o for indices in waiting.values() for o in indices)
        found |= zip((n for n in news if n not in found), rest, strict=False)
    return found


def _same_place(
    old: Sequence[Annotation], new: Sequence[Annotation], left_old: list[int], left_new: list[int]
) -> dict[int, int]:
    places = list(_overlapping(old, new, left_old, left_new))
    candidates = [
        (old[o].label != new[n].label, -overlap, n, o)
        for n, o, overlap in _exactly(old, new, places)
        if overlap >= _OVERLAP
    ]
    found: dict[int, int] = {}
    used: set[int] = set()
    for _, _, n, o in sorted(candidates):
        if n not in found and o not in used:
            found[n] = o
            used.add(o)
    return found


def _exactly(
    old: Sequence[Annotation], new: Sequence[Annotation], places: list[tuple[int, int, float]]
) -> list[tuple[int, int, float]]:
    """The pairs with the overlap of the annotations instead of that of their bounds."""
    if all(type(new[n]) is Box for n, _, _ in places):
        return places
    from datum.model.overlap import overlaps  # brings numpy

    found = overlaps([(old[o], new[n]) for n, o, _ in places])
    return [(n, o, overlap) for (n, o, _), overlap in zip(places, found, strict=True)]


def _overlapping(
    old: Sequence[Annotation], new: Sequence[Annotation], left_old: list[int], left_new: list[int]
) -> Iterator[tuple[int, int, float]]:
    """Pairs of one kind whose bounds overlap, and by how much."""
    rows = {kind: sorted(placed) for kind, placed in _placed(old, left_old).items()}
    for kind, placed in _placed(new, left_new).items():
        row = rows.get(kind, [])
        for place, n in placed:
            stop = bisect_right(row, place[0] + place[2], key=lambda entry: entry[0][0])
            for other, o in row[:stop]:
                overlap = box_iou(other, place) if other[0] + other[2] >= place[0] else 0.0
                if overlap > 0:
                    yield n, o, overlap


def _placed(
    annotations: Sequence[Annotation], indices: list[int]
) -> dict[type[Annotation], list[tuple[Bounds, int]]]:
    """Bounds and indices of what has bounds, by kind."""
    found: dict[type[Annotation], list[tuple[Bounds, int]]] = defaultdict(list)
    for index in indices:
        place = bounds(annotations[index])
        if place is not None and all(map(isfinite, place)):
            found[type(annotations[index])].append((place, index))
    return found


def give_ids(
    annotations: Sequence[Annotation],
    previous: Sequence[Annotation] = (),
    *,
    trust_ids: bool = True,
) -> tuple[Annotation, ...]:
    """The annotations, each with an id that no other has; see :func:`choose_ids`."""
    numbers = choose_ids(annotations, previous, trust_ids=trust_ids)
    return tuple(
        one if one.id == number else replace(one, id=number)
        for one, number in zip(annotations, numbers, strict=True)
    )


def choose_ids(
    annotations: Sequence[Annotation],
    previous: Sequence[Annotation] = (),
    *,
    trust_ids: bool = True,
) -> list[int]:
    """An id for each annotation, which no other has.

    An id that the source gives is kept where it is the first of its item; others come from the
    annotation's earlier self among *previous*, else are new: none that either of the two has.
    """
    own = [one.id if trust_ids else None for one in annotations]
    if not previous:
        return fill_ids(own)
    kept = _without_repeats(own)
    if None in kept:
        taken = set(kept)
        origins = pair_indices(previous, annotations, trust_ids=trust_ids)
        for n, origin in enumerate(origins):
            earlier = None if origin is None else previous[origin].id
            if kept[n] is None and earlier is not None and earlier not in taken:
                kept[n] = earlier
                taken.add(earlier)
    return fill_ids(kept, (one.id for one in previous if one.id is not None))


def fill_ids(ids: Sequence[int | None], avoided: Iterable[int] = ()) -> list[int]:
    """The ids, with new ones in place of None and of those that came before.

    Args:
        ids: Of the annotations of an item, in their order.
        avoided: Ids that no new one may be.
    """
    kept = _without_repeats(ids)
    known = [number for number in kept if number is not None]
    if len(known) == len(kept):
        return known
    fresh = unused_ids([*known, *avoided])
    return [next(fresh) if number is None else number for number in kept]


def _without_repeats(ids: Sequence[int | None]) -> list[int | None]:
    """The ids, None in place of those that came before."""
    seen: set[int | None] = set()
    kept: list[int | None] = []
    for number in ids:
        kept.append(None if number in seen else number)
        seen.add(number)
    return kept


def unused_ids(taken: Iterable[int]) -> Iterator[int]:
    """Ids that are not in *taken*: from one more than the greatest, or what is left below it."""
    known = set(taken)
    yield from range(max([0, *known]) + 1, _ID_LIMIT + 1)
    yield from (number for number in range(1, _ID_LIMIT + 1) if number not in known)
