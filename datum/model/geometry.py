"""Geometry of annotations: bounds, centre, area, overlap. Pure functions, no I/O.

Overlap is exact for pairs of boxes; other outlines are compared on a grid (see :func:`iou`). Values
that a damaged source may bring, such as NaN, infinities and broken run lengths, cover nothing.
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
from datum.model.rle import decode_pixels

__all__ = ["Bounds", "area", "bounds", "box_iou", "center", "corners", "iou", "shift"]

Bounds = tuple[float, float, float, float]
"""Left, top, width, height."""

_GRID = 512
"""Cells along the longer side when outlines are compared; the error of an IoU is about 1/200."""

_FAR = 1 << 14
"""Cells from the grid at which a point that lies farther away is put, as a hole's may."""

_OUTLINED = (Polygon, RotatedBox, Ellipse, Mask)
"""Kinds that cover other than an upright box."""


def corners(box: RotatedBox) -> tuple[float, ...]:
    """The four corners of a rotated box, x0, y0, …, from the one that is top left at angle 0."""
    turn = math.radians(box.angle)
    cos, sin = math.cos(turn), math.sin(turn)
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
    turn = math.radians(ellipse.angle)
    half_w = math.hypot(ellipse.rx * math.cos(turn), ellipse.ry * math.sin(turn))
    half_h = math.hypot(ellipse.rx * math.sin(turn), ellipse.ry * math.cos(turn))
    return (ellipse.cx - half_w, ellipse.cy - half_h, 2 * half_w, 2 * half_h)


def _mask_bounds(mask: Mask) -> Bounds | None:
    from pycocotools import mask as coco

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
        case Mask():
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


def iou(a: Annotation, b: Annotation) -> float:
    """Intersection over union of what two annotations cover, from 0 to 1; symmetric.

    Boxes are compared exactly, masks of one size by their pixels, other outlines on a grid of
    512 cells along the longer side of both. Kinds without an area compare by their bounds; what
    has no bounds overlaps nothing.
    """
    place_a, place_b = bounds(a), bounds(b)
    if place_a is None or place_b is None:
        return 0.0
    rough = box_iou(place_a, place_b)
    if rough == 0 or not (isinstance(a, _OUTLINED) or isinstance(b, _OUTLINED)):
        return rough
    if isinstance(a, Mask) and isinstance(b, Mask) and (a.height, a.width) == (b.height, b.width):
        from pycocotools import mask as coco

        return min(float(coco.iou([_rle(a)], [_rle(b)], [0])[0][0]), 1.0)
    return _grid_iou(a, b, place_a, place_b)


def _grid_iou(a: Annotation, b: Annotation, place_a: Bounds, place_b: Bounds) -> float:
    left, top = min(place_a[0], place_b[0]), min(place_a[1], place_b[1])
    width = max(place_a[0] + place_a[2], place_b[0] + place_b[2]) - left
    height = max(place_a[1] + place_a[3], place_b[1] + place_b[3]) - top
    longest = max(width, height)
    if not all(map(math.isfinite, (left, top, width, height))) or longest <= 0:
        return 1.0 if place_a == place_b else 0.0
    scale = _GRID / longest
    size = (int(height * scale) + 2, int(width * scale) + 2)
    cells_a = _cells(a, left, top, scale, size)
    cells_b = _cells(b, left, top, scale, size)
    union = int((cells_a | cells_b).sum())
    if not union:  # both slip through the grid
        return 1.0 if place_a == place_b else 0.0
    return int((cells_a & cells_b).sum()) / union


def _cells(
    annotation: Annotation, left: float, top: float, scale: float, size: tuple[int, int]
) -> Any:
    """Boolean array, shape *size*: the cells that the annotation covers."""
    import cv2
    import numpy as np

    if isinstance(annotation, Mask):
        return _mask_cells(annotation, left, top, scale, size)
    canvas = np.zeros(size, np.uint8)
    outlines = [np.array(ring[: len(ring) // 2 * 2]) for ring in _rings(annotation)]
    with np.errstate(over="ignore", invalid="ignore"):
        places = [np.rint((ring.reshape(-1, 2) - (left, top)) * scale) for ring in outlines]
    if any(np.isnan(place).any() for place in places):
        return canvas.astype(bool)
    rings = [np.clip(place, -_FAR, _FAR).astype(np.int32) for place in places if len(place)]
    cv2.fillPoly(canvas, rings, 1)
    return canvas.astype(bool)


def _mask_cells(mask: Mask, left: float, top: float, scale: float, size: tuple[int, int]) -> Any:
    import numpy as np

    try:
        pixels = decode_pixels(mask)
    except ValueError:  # run lengths that do not cover the image
        return np.zeros(size, bool)
    rows = np.floor((np.arange(size[0]) + 0.5) / scale + top).astype(int)
    columns = np.floor((np.arange(size[1]) + 0.5) / scale + left).astype(int)
    inside_rows = (rows >= 0) & (rows < mask.height)
    inside_columns = (columns >= 0) & (columns < mask.width)
    cells = np.zeros(size, bool)
    picked = pixels[np.ix_(rows[inside_rows], columns[inside_columns])]
    cells[np.ix_(inside_rows, inside_columns)] = picked
    return cells


def _rings(annotation: Annotation) -> list[tuple[float, ...]]:
    match annotation:
        case Polygon(points=points, holes=holes):
            return [points, *holes]
        case RotatedBox():
            return [corners(annotation)]
        case Ellipse():
            return [_ellipse_ring(annotation)]
        case _:
            x, y, w, h = bounds(annotation) or (0.0, 0.0, 0.0, 0.0)
            return [(x, y, x + w, y, x + w, y + h, x, y + h)]


def _ellipse_ring(ellipse: Ellipse) -> tuple[float, ...]:
    turn = math.radians(ellipse.angle)
    cos, sin = math.cos(turn), math.sin(turn)
    steps = (2 * math.pi * n / 64 for n in range(64))
    around = ((ellipse.rx * math.cos(step), ellipse.ry * math.sin(step)) for step in steps)
    return tuple(
        number
        for dx, dy in around
        for number in (ellipse.cx + dx * cos - dy * sin, ellipse.cy + dx * sin + dy * cos)
    )
