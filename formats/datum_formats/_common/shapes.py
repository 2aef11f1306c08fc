"""The extent of shapes, their corners, and the objects that several annotations make."""

import math
from collections.abc import Iterable, Sequence

from datum.model import (
    Annotation,
    Box,
    Ellipse,
    Mask,
    Points,
    Polygon,
    RotatedBox,
    Skeleton,
)
from datum_formats._common.rle import bounds

__all__ = ["box_of_shape", "corners", "is_finite", "objects", "point_pairs", "rotated_box"]

_Values = tuple[float, float, float, float]
_PARTS = (Box, Polygon, Mask, Points, Skeleton)
"""Kinds that several annotations of one object may have."""


def objects(annotations: Iterable[Annotation]) -> list[list[Annotation]]:
    """Lists of annotations that are one object: those of one group and label, in their order.

    They are one if they have one box at most, keypoints once at most, and either one mask or
    polygons; else each stands for itself.
    """
    grouped: dict[tuple[int, int | None], list[Annotation]] = {}
    order: list[list[Annotation]] = []
    for one in annotations:
        if one.group and isinstance(one, _PARTS):
            key = (one.group, one.label)
            if key not in grouped:
                order.append(grouped.setdefault(key, []))
            grouped[key].append(one)
        else:
            order.append([one])
    found: list[list[Annotation]] = []
    for members in order:
        found += [members] if _is_one(members) else [[member] for member in members]
    return found


def _is_one(members: list[Annotation]) -> bool:
    def count(*kinds: type[Annotation]) -> int:
        return sum(isinstance(member, kinds) for member in members)

    outlines = count(Mask) <= 1 and not (count(Mask) and count(Polygon))
    return outlines and count(Box) <= 1 and count(Points, Skeleton) <= 1


def box_of_shape(members: list[Annotation]) -> _Values | None:
    """Left, top, width, height around all the members that have an extent; None if none has."""
    boxes = [box for member in members if (box := _extent(member)) is not None]
    if not boxes:
        return None
    if len(boxes) == 1:
        return boxes[0]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right = max(box[0] + box[2] for box in boxes)
    bottom = max(box[1] + box[3] for box in boxes)
    return (left, top, right - left, bottom - top)


def _extent(shape: Annotation) -> _Values | None:
    match shape:
        case Box():
            return (shape.x, shape.y, shape.w, shape.h)
        case Polygon() if shape.points:
            xs, ys = shape.points[0::2], shape.points[1::2]
            return (min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
        case RotatedBox():
            points = corners(shape)
            return _extent(Polygon(points=points))
        case Ellipse():
            cos, sin = math.cos(math.radians(shape.angle)), math.sin(math.radians(shape.angle))
            rx = math.hypot(shape.rx * cos, shape.ry * sin)
            ry = math.hypot(shape.rx * sin, shape.ry * cos)
            return (shape.cx - rx, shape.cy - ry, 2 * rx, 2 * ry)
        case Mask():
            box = bounds(shape)
            return box if box[2] else None
        case _:
            return None


def corners(shape: Box | RotatedBox) -> tuple[float, ...]:
    """The four corners of a box, clockwise from the upper left one before it was turned."""
    if isinstance(shape, Box):
        right, bottom = shape.x + shape.w, shape.y + shape.h
        return (shape.x, shape.y, right, shape.y, right, bottom, shape.x, bottom)
    cos, sin = _turn(shape.angle)
    points: list[float] = []
    for along, across in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)):
        dx, dy = along * shape.w, across * shape.h
        points += (shape.cx + dx * cos - dy * sin, shape.cy + dx * sin + dy * cos)
    return tuple(points)


def _turn(angle: float) -> tuple[float, float]:
    """Cosine and sine of an angle in degrees; those of right angles are whole numbers."""
    if angle % 90 == 0:
        return ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))[int(angle % 360) // 90]
    return math.cos(math.radians(angle)), math.sin(math.radians(angle))


def rotated_box(
    points: Sequence[float], slack: float
) -> tuple[float, float, float, float, float] | None:
    """Centre, width, height and angle of the rectangle whose four corners these are.

    Args:
        points: x0, y0, …, x3, y3, clockwise on the screen from the corner that was the upper left
            one before it was turned.
        slack: How far a corner may be off, in pixels.

    Returns:
        The fields of a :class:`RotatedBox`; None where the corners are not those of a rectangle.
    """
    xs, ys = points[0::2], points[1::2]
    skew = math.hypot(xs[0] + xs[2] - xs[1] - xs[3], ys[0] + ys[2] - ys[1] - ys[3])
    across = math.hypot(xs[2] - xs[0], ys[2] - ys[0]) - math.hypot(xs[3] - xs[1], ys[3] - ys[1])
    turn = (xs[1] - xs[0]) * (ys[3] - ys[0]) - (ys[1] - ys[0]) * (xs[3] - xs[0])
    if skew > 4 * slack or abs(across) > 4 * slack or turn < 0:
        return None
    # both pairs of sides have a say, so that an error of a corner is halved
    along = (xs[1] + xs[2] - xs[0] - xs[3]) / 2, (ys[1] + ys[2] - ys[0] - ys[3]) / 2
    down = (xs[3] + xs[2] - xs[0] - xs[1]) / 2, (ys[3] + ys[2] - ys[0] - ys[1]) / 2
    angle = math.degrees(math.atan2(along[1], along[0]))
    return (sum(xs) / 4, sum(ys) / 4, math.hypot(*along), math.hypot(*down), angle)


def is_finite(values: Iterable[float]) -> bool:
    """Whether all the numbers are finite."""
    return all(map(math.isfinite, values))


def point_pairs(values: Sequence[float]) -> list[list[float]]:
    """x, y, x, y, … as a list of [x, y]."""
    return [list(pair) for pair in zip(values[0::2], values[1::2], strict=True)]
