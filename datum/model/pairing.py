"""Which annotation of an item became which: by id, else by content, else by place."""

from collections import defaultdict
from collections.abc import Sequence

from msgspec.structs import replace

from datum.model.annotation import Annotation, Caption, Label
from datum.model.geometry import iou

__all__ = ["give_ids", "pair_annotations"]

_OVERLAP = 0.3
"""Least IoU at which two annotations may be one that was moved."""

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
    left_old, left_new = list(range(len(old))), list(range(len(new)))
    partner: dict[int, int] = {}

    def take(pairs: list[tuple[int, int]]) -> None:
        for n, o in pairs:
            partner[n] = o
            left_old.remove(o)
            left_new.remove(n)

    if trust_ids:
        take(_same_id(old, new))
    take(_same_content(old, new, left_old, left_new))
    take(_same_place(old, new, left_old, left_new))
    pairs: list[Pair] = [
        (old[partner[n]] if n in partner else None, one) for n, one in enumerate(new)
    ]
    return pairs + [(old[o], None) for o in left_old]


def _same_id(old: Sequence[Annotation], new: Sequence[Annotation]) -> list[tuple[int, int]]:
    by_id = {one.id: o for o, one in enumerate(old) if one.id is not None}
    found = ((n, by_id.get(one.id)) for n, one in enumerate(new) if one.id is not None)
    return [(n, o) for n, o in found if o is not None and type(old[o]) is type(new[n])]


def _same_content(
    old: Sequence[Annotation], new: Sequence[Annotation], left_old: list[int], left_new: list[int]
) -> list[tuple[int, int]]:
    waiting: dict[str, list[int]] = defaultdict(list)
    for o in reversed(left_old):
        waiting[_content(old[o])].append(o)
    return [(n, waiting[_content(new[n])].pop()) for n in left_new if waiting[_content(new[n])]]


def _content(annotation: Annotation) -> str:
    """All but the id, so that equal text is equal content; repr of floats is exact."""
    attributes = dict(sorted(annotation.attributes.items()))
    return repr(replace(annotation, id=None, attributes=attributes))


def _same_place(
    old: Sequence[Annotation], new: Sequence[Annotation], left_old: list[int], left_new: list[int]
) -> list[tuple[int, int]]:
    candidates = []
    for n in left_new:
        for o in left_old:
            likeness = _likeness(old[o], new[n])
            if likeness > 0:
                same_label = old[o].label == new[n].label
                candidates.append((not same_label, -likeness, n, o))
    found: list[tuple[int, int]] = []
    used_old: set[int] = set()
    used_new: set[int] = set()
    for _, _, n, o in sorted(candidates):
        if n not in used_new and o not in used_old:
            used_new.add(n)
            used_old.add(o)
            found.append((n, o))
    return found


def _likeness(old: Annotation, new: Annotation) -> float:
    if type(old) is not type(new):
        return 0.0
    if isinstance(old, Label | Caption):
        return 1.0 if old.label == new.label and isinstance(old, Label) else 0.5
    overlap = iou(old, new)
    return overlap if overlap >= _OVERLAP else 0.0


def give_ids(
    annotations: Sequence[Annotation],
    previous: Sequence[Annotation] = (),
    *,
    trust_ids: bool = True,
) -> tuple[Annotation, ...]:
    """The annotations, each with an id that no other has.

    An id that the source gives is kept where it is the first of its item; others come from the
    annotation's earlier self among *previous*, else are new: one more than any seen.
    """
    pairs = pair_annotations(previous, annotations, trust_ids=trust_ids)
    taken: set[int] = set()
    kept: list[int | None] = []
    for one in annotations:
        own = one.id if trust_ids and one.id not in taken else None
        kept.append(own)
        if own is not None:
            taken.add(own)
    for n, (old, _) in enumerate(pairs[: len(annotations)]):
        if kept[n] is None and old is not None and old.id is not None and old.id not in taken:
            kept[n] = old.id
            taken.add(old.id)
    fresh = max([0, *taken, *(one.id for one in previous if one.id is not None)])
    result = []
    for one, own in zip(annotations, kept, strict=True):
        if own is None:
            fresh += 1
        result.append(replace(one, id=fresh if own is None else own))
    return tuple(result)
