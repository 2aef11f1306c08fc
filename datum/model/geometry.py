"""Geometry of annotations: bounds, centre, area. Pure functions, no I/O.

The overlap of two boxes is here, that of all other kinds in :mod:`datum.model.overlap`. Values that a
damaged source may bring, such as NaN, infinities and broken run lengths, cover nothing.
"""

import math
from collections.abc import Sequence
from typing import Any

from datum.model.annotation import (
    Annotation,
    Box,
    Cuboid2D,
    Cuboid3D,
    Ellipse,
    Mask,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
)

__all__ = ["Bounds", "area", "bounds", "box_iou", "center", "corners", "shift", "turn"]

Bounds = tuple[float, float, float, float]
"""Left, top, width, height."""


def turn(angle: float) -> tuple[float, float]:
    """Cosine and sine of an angle in degrees; exact at quarter turns, NaN where it is not finite."""
    if not math.isfinite(angle):
        return (math.nan, math.nan)
    if angle % 90 == 0:
        return ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))[int(angle // 90) % 4]
    radians = math.radians(angle)
    return (math.cos(radians), math.sin(radians))


def corners(box: RotatedBox) -> tuple[float, ...]:
    """The four corners of a rotated box, x0, y0, …, from the one that is top left at angle 0."""
    cos, sin = turn(box.angle)
    half = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    offsets = ((box.w * sx / 2, box.h * sy / 2) for sx, sy in half)
    return tuple(
        number
        for dx, dy in offsets
        for number in (box.cx + dx * cos - dy * sin, box.cy + dx * sin + dy * cos)
    )


def bounds(annotation: Annotation) -> Bounds | None:
    """The upright box around an annotation; None for one that has no place in the image."""
    match annotation:
        case Box(x=x, y=y, w=w, h=h):
            return (x, y, w, h)
        case Mask():
            return _mask_bounds(annotation)
        case Ellipse():
            return _ellipse_bounds(annotation)
        case _:
            return _around(_outline(annotation))


def _outline(annotation: Annotation) -> tuple[float, ...]:
    match annotation:
        case RotatedBox():
            return corners(annotation)
        case Points() | Skeleton():
            return _present(annotation)
        case Polygon() | Polyline() | Cuboid2D():
            return annotation.points
        case _:
            return ()


def _present(keypoints: Points | Skeleton) -> tuple[float, ...]:
    """The points that are not absent: absent ones lie anywhere, mostly at the origin."""
    if 0 not in keypoints.visibility:
        return keypoints.points
    return tuple(
        number
        for n, number in enumerate(keypoints.points)
        if n // 2 >= len(keypoints.visibility) or keypoints.visibility[n // 2]
    )


def _around(points: Sequence[float]) -> Bounds | None:
    if len(points) < 2:  # noqa: PLR2004 (x and y)
        return None
    xs, ys = points[::2], points[1::2]
    return (min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def _ellipse_bounds(ellipse: Ellipse) -> Bounds:
    cos, sin = turn(ellipse.angle)
    half_w = math.hypot(ellipse.rx * cos, ellipse.ry * sin)
    half_h = math.hypot(ellipse.rx * sin, ellipse.ry * cos)
    return (ellipse.cx - half_w, ellipse.cy - half_h, 2 * half_w, 2 * half_h)


def _mask_bounds(mask: Mask) -> Bounds | None:
    from pycocotools import mask as coco

    if min(mask.height, mask.width) < 1:
        return None  # the API divides by the height, which ends the process
    x, y, w, h = coco.toBbox(_rle(mask)).tolist()
    return (x, y, w, h) if w and h else None


def _rle(mask: Mask) -> dict[str, Any]:
    return {"size": [mask.height, mask.width], "counts": mask.counts}


def center(annotation: Annotation) -> tuple[float, ...] | None:
    """Centre of the bounds in pixels, or of a cuboid in space; None where there is no place."""
    if isinstance(annotation, Cuboid3D):
        return annotation.position
    found = bounds(annotation)
    return found and (found[0] + found[2] / 2, found[1] + found[3] / 2)


def shift(old: Annotation, new: Annotation) -> float | None:
    """How far the centre moved, in pixels; None where one of them has no place."""
    start, end = center(old), center(new)
    if start is None or end is None or len(start) != len(end):
        return None
    return math.dist(start, end)


def area(annotation: Annotation) -> float:
    """Area in square pixels; 0 for kinds that cover none."""
    match annotation:
        case Box(w=w, h=h) | RotatedBox(w=w, h=h):
            return w * h
        case Ellipse(rx=rx, ry=ry):
            return math.pi * rx * ry
        case Polygon(points=points, holes=holes):
            return _ring_area(points) - sum(_ring_area(hole) for hole in holes)
        case Mask(height=height, width=width) if min(height, width) > 0:
            from pycocotools import mask as coco

            return float(coco.area(_rle(annotation)))
        case _:
            return 0.0


def _ring_area(points: Sequence[float]) -> float:
    xs, ys = points[::2], points[1::2]
    count = min(len(xs), len(ys))
    twice = sum(xs[n] * ys[(n + 1) % count] - xs[(n + 1) % count] * ys[n] for n in range(count))
    return abs(twice) / 2


def box_iou(a: Bounds, b: Bounds) -> float:
    """Intersection over union of two upright boxes, from 0 to 1; 1 for two equal ones.

    A box with an edge that is no finite number overlaps no other.
    """
    if a == b:
        return 1.0
    if not all(map(math.isfinite, (*a, *b))):
        return 0.0
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    common = max(width, 0.0) * max(height, 0.0)
    union = a[2] * a[3] + b[2] * b[3] - common
    return min(common / union, 1.0) if 0 < union < math.inf else 0.0
