"""Bounding boxes of outlines."""

from math import cos, hypot, radians, sin

from datum.model import Annotation, Ellipse, Polygon, RotatedBox

__all__ = ["bounds"]


def bounds(one: Annotation) -> tuple[float, float, float, float] | None:
    """Left, top, width and height of a polygon, a rotated box, an ellipse; None for other kinds."""
    match one:
        case Polygon(points=points):
            if not points:
                return None
            left, top = min(points[::2]), min(points[1::2])
            return (left, top, max(points[::2]) - left, max(points[1::2]) - top)
        case RotatedBox():
            across, down = abs(cos(radians(one.angle))), abs(sin(radians(one.angle)))
            w, h = one.w * across + one.h * down, one.w * down + one.h * across
            return (one.cx - w / 2, one.cy - h / 2, w, h)
        case Ellipse():
            across, down = cos(radians(one.angle)), sin(radians(one.angle))
            w = 2 * hypot(one.rx * across, one.ry * down)
            h = 2 * hypot(one.rx * down, one.ry * across)
            return (one.cx - w / 2, one.cy - h / 2, w, h)
        case _:
            return None
