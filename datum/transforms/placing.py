"""Annotations moved and scaled, each kind exactly, for the transforms that change pictures.

Labels, captions and cuboids in space have no place in the picture and stay what they are. Visibility of
keypoints stays, and absent ones move with the others.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

from msgspec.structs import replace

from datum.model import (
    Annotation,
    Box,
    Cuboid2D,
    Ellipse,
    Mask,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
)
from datum.model.clipping import Ring, finite
from datum.model.geometry import corners, turn
from datum.model.rle import decode_pixels, encode_pixels
from datum.transforms.changing import recast

__all__ = ["Scale", "is_placed", "numbers_of", "scaled", "shifted"]

_PLACED = (Box, RotatedBox, Polygon, Polyline, Points, Skeleton, Mask, Ellipse, Cuboid2D)
_QUARTER = 90


class Scale(NamedTuple):
    """From one size of a picture to another, in pixels."""

    height: int
    width: int
    new_height: int
    new_width: int

    def x(self, number: float) -> float:
        """A length along x."""
        return _times(number, self.new_width, self.width)

    def y(self, number: float) -> float:
        """A length along y."""
        return _times(number, self.new_height, self.height)

    @property
    def even(self) -> bool:
        """Whether both directions are scaled alike, so that angles stay."""
        return self.new_width * self.height == self.new_height * self.width


def _times(number: float, new: int, old: int) -> float:
    common = math.gcd(new, old)
    return number * (new // common) / (old // common)


def is_placed(one: Annotation) -> bool:
    """Whether it has a place in the picture."""
    return isinstance(one, _PLACED)


def numbers_of(one: Annotation) -> Ring:
    """All numbers that say where an annotation is in the picture."""
    match one:
        case Box(x=x, y=y, w=w, h=h):
            return (x, y, w, h)
        case RotatedBox(cx=cx, cy=cy, w=w, h=h, angle=angle):
            return (cx, cy, w, h, angle)
        case Ellipse(cx=cx, cy=cy, rx=rx, ry=ry, angle=angle):
            return (cx, cy, rx, ry, angle)
        case Polygon(points=points, holes=holes):
            return (*points, *(number for hole in holes for number in hole))
        case Polyline() | Points() | Skeleton() | Cuboid2D():
            return one.points
        case _:
            return ()


def shifted(one: Annotation, dx: float, dy: float) -> Annotation:
    """The annotation moved by so many pixels; a mask, which is as large as its picture, is not."""
    match one:
        case _ if dx == dy == 0:
            return one
        case Box(x=x, y=y):
            return replace(one, x=x + dx, y=y + dy)
        case RotatedBox(cx=cx, cy=cy) | Ellipse(cx=cx, cy=cy):
            return replace(one, cx=cx + dx, cy=cy + dy)
        case _:
            return _on_points(one, lambda ring: _mapped(ring, lambda x: x + dx, lambda y: y + dy))


def _mapped(ring: Ring, x: Callable[[float], float], y: Callable[[float], float]) -> Ring:
    return tuple(y(number) if n % 2 else x(number) for n, number in enumerate(ring))


def scaled(one: Annotation, by: Scale) -> Annotation | None:
    """The annotation in the scaled picture.

    A rotated box whose sides do not stay at right angles becomes the polygon of its corners. Of a mask,
    each new pixel is the old one that its centre falls into. None where a number is none or too large,
    or a mask is broken or not of the picture's size.
    """
    if not finite(numbers_of(one)):
        return None
    match one:
        case Box(x=x, y=y, w=w, h=h):
            return replace(one, x=by.x(x), y=by.y(y), w=by.x(w), h=by.y(h))
        case RotatedBox():
            return _scaled_rotated(one, by)
        case Ellipse():
            return _scaled_ellipse(one, by)
        case Mask():
            return _scaled_mask(one, by)
        case _:
            return _on_points(one, lambda ring: _mapped(ring, by.x, by.y))


def _on_points(one: Annotation, move: Callable[[Ring], Ring]) -> Annotation:
    """The annotation with its points moved; the very one where it has none."""
    match one:
        case Polygon(points=points, holes=holes):
            return replace(one, points=move(points), holes=tuple(map(move, holes)))
        case Polyline() | Points() | Skeleton() | Cuboid2D():
            return replace(one, points=move(one.points))
        case _:
            return one


def _along(
    angle: float, by: Scale
) -> tuple[Callable[[float], float], Callable[[float], float]] | None:
    """How lengths along both sides are scaled; None where the sides do not stay at right angles."""
    if by.even or angle % (2 * _QUARTER) == 0:
        return (by.x, by.y)
    return (by.y, by.x) if angle % _QUARTER == 0 else None


def _scaled_rotated(box: RotatedBox, by: Scale) -> Annotation:
    sides = _along(box.angle, by)
    if sides is None:
        return recast(box, Polygon, points=_mapped(corners(box), by.x, by.y))
    return replace(box, cx=by.x(box.cx), cy=by.y(box.cy), w=sides[0](box.w), h=sides[1](box.h))


def _scaled_ellipse(one: Ellipse, by: Scale) -> Ellipse:
    center = {"cx": by.x(one.cx), "cy": by.y(one.cy)}
    sides = _along(one.angle, by)
    if sides is not None:
        return replace(one, **center, rx=sides[0](one.rx), ry=sides[1](one.ry))
    # the scaled circle is (cos, sin) times these two columns; its axes are their singular values
    cos, sin = turn(one.angle)
    a, b = by.x(one.rx * cos), -by.x(one.ry * sin)
    c, d = by.y(one.rx * sin), by.y(one.ry * cos)
    half_sum, half_difference = math.hypot(a + d, c - b) / 2, math.hypot(a - d, c + b) / 2
    angle = (math.atan2(c - b, a + d) + math.atan2(c + b, a - d)) / 2
    return replace(
        one,
        **center,
        rx=half_sum + half_difference,
        ry=abs(half_sum - half_difference),
        angle=math.degrees(angle),
    )


def _scaled_mask(mask: Mask, by: Scale) -> Mask | None:
    import numpy as np

    if (mask.height, mask.width) != (by.height, by.width):
        return None
    try:
        pixels = decode_pixels(mask)
    except ValueError:
        return None
    rows = (2 * np.arange(by.new_height) + 1) * by.height // (2 * by.new_height)
    columns = (2 * np.arange(by.new_width) + 1) * by.width // (2 * by.new_width)
    counts = encode_pixels(pixels[rows][:, columns])
    return replace(mask, height=by.new_height, width=by.new_width, counts=counts)
