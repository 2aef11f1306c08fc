"""Making an object fit: what COCO cannot spell becomes what it can, and the loss is counted."""

from collections.abc import Sequence
from itertools import chain
from math import isfinite

from msgspec.structs import replace

from datum.losses import LossReport
from datum.model import Annotation, Box, Mask, Points, Polygon, Skeleton
from datum_formats.coco.join import BOX, KEYPOINTS, OUTLINE, Thing
from datum_formats.coco.segmentation import fill, trace

__all__ = ["fitted"]

_LEAST = 6


def fitted(
    thing: Thing[Annotation],
    mode: str,
    size: tuple[int, int] | None,
    losses: LossReport,
    where: str,
) -> Thing[Annotation] | None:
    """The object in parts that COCO has; None where nothing is left of it.

    Args:
        thing: An object.
        mode: ``polygons`` to trace masks, ``mask`` to draw polygons, ``guess`` to keep both.
        size: Height and width of the image, where known.
        losses: Counts what changes.
        where: The item, for the report.
    """
    if mode == "guess" and not any(map(_changes, thing.parts)):
        return thing
    kept: list[tuple[Annotation, int | None]] = []
    places: Sequence[int | None] = thing.at or [None] * len(thing.parts)
    for part, at in zip(thing.parts, places, strict=True):
        reason = _unfit(part)
        if reason:
            losses.add(part.kind, reason, where=where)
        else:
            kept.append((part, at))
    if not kept:
        return None
    polygons = [part for part, _ in kept if isinstance(part, Polygon)]
    if polygons and (mode == "mask" or any(part.holes for part in polygons)):
        kept = _drawn(kept, size, losses, where)
    elif mode == "polygons":
        kept = _traced(kept, losses, where)
    if len(kept) == len(thing.parts) and all(
        a[0] is b for a, b in zip(kept, thing.parts, strict=True)
    ):
        return thing
    at_all = [place for _, place in kept if place is not None]
    parts = [part for part, _ in kept]
    placed = at_all if thing.at is not None else None
    return Thing(sort="object", has=_has(parts), parts=parts, at=placed)


def _has(parts: Sequence[Annotation]) -> int:
    has = 0
    for part in parts:
        has |= BOX if isinstance(part, Box) else 0
        has |= OUTLINE if isinstance(part, Polygon | Mask) else 0
        has |= KEYPOINTS if isinstance(part, Points | Skeleton) else 0
    return has


def _changes(part: Annotation) -> bool:
    """Whether a part cannot stay as it is."""
    return bool(_unfit(part)) or (isinstance(part, Polygon) and bool(part.holes))


def _unfit(part: Annotation) -> str:
    """Why a part cannot be written; empty where it can."""
    if isinstance(part, Polygon):
        numbers: Sequence[float] = part.points
        rings = (numbers, *part.holes) if part.holes else (numbers,)
        if any(len(ring) < _LEAST or len(ring) % 2 for ring in rings):
            return "fewer than three points"
        if part.holes:
            numbers = list(chain(*rings))
    elif isinstance(part, Box):
        numbers = (part.x, part.y, part.w, part.h)
    elif isinstance(part, Points | Skeleton):
        numbers = part.points
        count, odd = divmod(len(numbers), 2)
        if odd or not count or len(part.visibility) not in (0, count):
            return "points and visibility do not fit together"
    else:
        return ""
    # the sum of finite numbers is finite, but for enormous ones
    finite = isfinite(sum(numbers)) or all(map(isfinite, numbers))
    return "" if finite else "not a finite number"


def _drawn(
    kept: list[tuple[Annotation, int | None]],
    size: tuple[int, int] | None,
    losses: LossReport,
    where: str,
) -> list[tuple[Annotation, int | None]]:
    """Polygons as one mask; without a size, their outer rings alone."""
    found: list[tuple[Annotation, int | None]] = []
    polygons = [part for part, _ in kept if isinstance(part, Polygon)]
    reason = "drawn as a mask" if size else "a hole is not kept: the image has no size"
    losses.add("polygon", reason, where=where, count=len(polygons))
    done = False
    for part, at in kept:
        if not isinstance(part, Polygon):
            found.append((part, at))
        elif size is None:
            found.append((replace(part, holes=()), at))
        elif not done:
            done = True
            found.append((_mask_like(part, fill(polygons, *size), size), at))
    return found


def _mask_like(part: Annotation, counts: bytes, size: tuple[int, int]) -> Mask:
    return Mask(
        height=size[0],
        width=size[1],
        counts=counts,
        id=part.id,
        label=part.label,
        group=part.group,
        z_order=part.z_order,
        score=part.score,
        attributes=part.attributes,
    )


def _traced(
    kept: list[tuple[Annotation, int | None]], losses: LossReport, where: str
) -> list[tuple[Annotation, int | None]]:
    """Masks as polygons; the id goes to the first."""
    found: list[tuple[Annotation, int | None]] = []
    for part, at in kept:
        rings = trace(part) if isinstance(part, Mask) else []
        if not isinstance(part, Mask) or not rings:
            found.append((part, at))
            continue
        losses.add("mask", "traced as polygons", where=where)
        for number, ring in enumerate(rings):
            polygon = Polygon(
                points=ring,
                id=None if number else part.id,
                label=part.label,
                group=part.group,
                z_order=part.z_order,
                score=part.score,
                attributes=part.attributes,
            )
            found.append((polygon, at))
    return found
