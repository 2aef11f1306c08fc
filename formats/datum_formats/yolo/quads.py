"""Turned boxes: a line of class and four corners for each object."""

import math
from typing import Any

from datum.losses import LossReport
from datum.model import Annotation, Box, Categories, Ellipse, Item, Polygon, RotatedBox
from datum_formats._common.losses import count_fields, lose
from datum_formats._common.shapes import box_of_shape, corners, is_finite, rotated_box
from datum_formats.yolo.decimals import points_text
from datum_formats.yolo.label_write import size_for
from datum_formats.yolo.objects import PLACES, labelled_objects

__all__ = ["corner_lines"]

_QUAD = 8
_TRIANGLE = 6
_NEARLY = 1e-6
"""Pixels by which the corners of a rectangle may be off."""


def corner_lines(item: Item, categories: Categories, losses: LossReport) -> bytes:
    """A line for each turned box, for each outline of four corners, and around each other shape."""
    lines: list[str] = []
    for members in labelled_objects(item, categories, losses):
        size = size_for(item, members, losses)
        if size is None:
            continue
        kept = next((one for one in members if _is_kept(one)), None)
        points = _corners(kept or max(members, key=lambda one: isinstance(one, Polygon)))
        if points is None or not is_finite(points):
            lose(members, "YOLO for turned boxes has nothing else", item, losses)
            continue
        lines.append(f"{members[0].label} {points_text(points, *size)}\n")
        count_fields(kept or members[0], item, losses, PLACES)
        others = [one for one in members if one is not kept]
        lose(others, "YOLO for turned boxes keeps the one around it", item, losses)
    return "".join(lines).encode()


def _is_kept(one: Annotation) -> bool:
    """Whether this is read back as what it is."""
    if isinstance(one, Polygon):
        is_quad = len(one.points) == _QUAD and not one.holes and is_finite(one.points)
        return is_quad and rotated_box(one.points, _NEARLY) is None
    return isinstance(one, RotatedBox)


def _corners(shape: Annotation) -> tuple[float, ...] | None:
    """The corners of a shape, or of the smallest box around it; None where it has no extent."""
    match shape:
        case RotatedBox():
            return corners(shape)
        case Polygon() if len(shape.points) == _QUAD:
            return shape.points
        case Polygon() if len(shape.points) >= _TRIANGLE and is_finite(shape.points):
            return _around(shape.points)
        case Ellipse():
            rx, ry, angle = shape.rx, shape.ry, shape.angle
            return corners(RotatedBox(cx=shape.cx, cy=shape.cy, w=2 * rx, h=2 * ry, angle=angle))
        case _:
            box = box_of_shape([shape])
            if box is None:
                return None
            return corners(Box(x=box[0], y=box[1], w=box[2], h=box[3]))


def _around(points: tuple[float, ...]) -> tuple[float, ...] | None:
    """The corners of the rectangle of the least area around points, clockwise."""
    import cv2
    import numpy as np

    if max(map(math.fabs, points)) > 1e9:  # noqa: PLR2004 (OpenCV counts in single precision)
        return None
    flat: Any = np.asarray(points, np.float32).reshape(-1, 2)
    (cx, cy), (w, h), angle = cv2.minAreaRect(flat)
    return corners(RotatedBox(cx=cx, cy=cy, w=w, h=h, angle=angle))
