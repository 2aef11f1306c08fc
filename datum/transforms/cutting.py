"""What of an annotation lies in a window of its picture, exactly, for each kind.

- What has no place in the picture (labels, captions, cuboids in space) lies in every window.
- A box: the box that both have in common. A box without width or height stays where it lies inside.
- A polygon: its parts, with their holes; corners that stay keep their coordinates.
- A rotated box or an ellipse that lies inside stays one; of one that is cut, the polygons that are left.
  An ellipse is a ring that is nowhere more than 0.01 pixels off then.
- A polyline: its parts. A mask: its pixels; it is as large as the window afterwards.
- Keypoints: those outside are absent; they keep their coordinates.
- A cuboid drawn on the picture cannot be cut: it lies whole in every window that its bounds reach into.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from msgspec.structs import replace

from datum.model import (
    Annotation,
    Box,
    Cuboid2D,
    Mask,
    Points,
    Polygon,
    Polyline,
    Skeleton,
)
from datum.model.clipping import Ring, Window, clip_line, clip_polygon, finite
from datum.model.covering import outline
from datum.model.geometry import Bounds, area, bounds
from datum.model.rle import decode_pixels, encode_pixels
from datum.transforms.changing import recast
from datum.transforms.placing import is_placed, numbers_of, shifted

__all__ = ["Cut", "Pixels", "cut_out", "moved_into"]

Pixels = tuple[int, int, int, int]
"""A window of whole pixels: left, top, width, height."""

_SLACK = 1e-9
"""Pixels that a rotated box or an ellipse may reach out by rounding."""


class Cut(NamedTuple):
    """What lies in a window."""

    parts: tuple[Annotation, ...]
    """In the coordinates of the picture; masks in those of the window. Empty where nothing is left."""
    share: float = 1.0
    """How much of the annotation is left: of its area, length or present points, from 0 to 1."""
    note: str = ""
    """What is not as it was beyond being cut."""


NOTHING = Cut((), 0.0)


def cut_out(one: Annotation, window: Pixels, size: tuple[int, int]) -> Cut | None:
    """What of an annotation lies in a window; the very annotation where all of it does.

    None for what cannot be cut: numbers that are none, a box of negative size, a polygon of less than
    three points, a mask that is broken or not of the picture's size.

    Args:
        one: The annotation.
        window: Left, top, width, height, in whole pixels.
        size: Height and width of the picture.
    """
    if not is_placed(one):
        return Cut((one,))
    if not finite(numbers_of(one)):
        return None
    left, top, width, height = window
    edges = (float(left), float(top), float(left + width), float(top + height))
    match one:
        case Box():
            return _box(one, edges)
        case Mask():
            return _mask(one, window, size)
        case Polyline():
            return _line(one, edges)
        case Points() | Skeleton():
            return _keypoints(one, edges)
        case Cuboid2D():
            return _cuboid(one, edges)
        case _:
            return _area(one, edges)


def moved_into(one: Annotation, window: Pixels) -> Annotation:
    """A part in the coordinates of the window."""
    return shifted(one, -window[0], -window[1])


def _box(one: Box, edges: Window) -> Cut | None:
    if min(one.w, one.h) < 0:
        return None
    right, bottom = one.x + one.w, one.y + one.h
    if _is_inside((one.x, one.y, one.w, one.h), edges):
        return Cut((one,))
    x, y = max(one.x, edges[0]), max(one.y, edges[1])
    w, h = min(right, edges[2]) - x, min(bottom, edges[3]) - y
    if w < 0 or h < 0 or (w == 0 < one.w) or (h == 0 < one.h):
        return NOTHING
    # a side that is not cut keeps its length to the last bit
    w = one.w if x == one.x and right <= edges[2] else w
    h = one.h if y == one.y and bottom <= edges[3] else h
    share = (w / one.w if one.w else 1.0) * (h / one.h if one.h else 1.0)
    return Cut((replace(one, x=x, y=y, w=w, h=h),), share)


def _is_inside(place: Bounds, edges: Window, slack: float = 0.0) -> bool:
    x, y, w, h = place
    return (
        x >= edges[0] - slack
        and y >= edges[1] - slack
        and x + w <= edges[2] + slack
        and y + h <= edges[3] + slack
    )


def _area(one: Annotation, edges: Window) -> Cut | None:
    """What is left of a polygon, a rotated box or an ellipse."""
    shape, place = outline(one), bounds(one)
    if shape is None or place is None:
        return None
    if _is_inside(place, edges, 0.0 if isinstance(one, Polygon) else _SLACK):
        return Cut((one,))
    found = clip_polygon(shape, edges)
    if isinstance(one, Polygon):
        parts = tuple(replace(one, points=outer, holes=holes) for outer, holes in found)
        return _with_share(one, parts)
    parts = tuple(recast(one, Polygon, points=outer, holes=holes) for outer, holes in found)
    return _with_share(one, parts, "it is cut; what is left is a polygon")


def _with_share(one: Annotation, parts: Sequence[Annotation], note: str = "") -> Cut:
    if not parts:
        return NOTHING
    whole = abs(area(one))
    share = min(sum(map(area, parts)) / whole, 1.0) if whole else 1.0
    return Cut(tuple(parts), share, note)


def _line(one: Polyline, edges: Window) -> Cut:
    points = one.points[: len(one.points) // 2 * 2]
    found = clip_line(points, edges)
    if found == [points]:
        return Cut((one,))
    if not found:
        return NOTHING
    whole = _length(points)
    share = min(sum(map(_length, found)) / whole, 1.0) if whole else 1.0
    return Cut(tuple(replace(one, points=part) for part in found), share)


def _length(line: Ring) -> float:
    corners = list(zip(line[::2], line[1::2], strict=True))
    return sum(math.dist(start, end) for start, end in pairwise(corners))


def _keypoints(one: Points | Skeleton, edges: Window) -> Cut:
    count = len(one.points) // 2
    flags = [*one.visibility[:count], *[2] * (count - len(one.visibility))]
    inside = [
        edges[0] <= x <= edges[2] and edges[1] <= y <= edges[3]
        for x, y in zip(one.points[: 2 * count : 2], one.points[1::2], strict=True)
    ]
    present = [n for n, flag in enumerate(flags) if flag]
    kept = [n for n in present if inside[n]]
    if len(kept) == len(present):
        return Cut((one,))
    if not kept:
        return NOTHING
    visibility = tuple(flag if inside[n] else 0 for n, flag in enumerate(flags))
    note = "points outside are absent now"
    return Cut((replace(one, visibility=visibility),), len(kept) / len(present), note)


def _cuboid(one: Cuboid2D, edges: Window) -> Cut | None:
    place = bounds(one)
    if place is None:
        return None
    around = Box(x=place[0], y=place[1], w=place[2], h=place[3])
    cut = _box(around, edges)
    if cut is None or not cut.parts:
        return NOTHING
    note = "" if cut.parts[0] is around else "it cannot be cut; left whole"
    return Cut((one,), cut.share, note)


def _mask(one: Mask, window: Pixels, size: tuple[int, int]) -> Cut | None:
    if (one.height, one.width) != size:
        return None
    if window == (0, 0, size[1], size[0]):
        return Cut((one,))
    try:
        pixels = decode_pixels(one)
    except ValueError:
        return None
    left, top, width, height = window
    part = pixels[top : top + height, left : left + width]
    if not part.any():
        return NOTHING
    cut = replace(one, height=height, width=width, counts=encode_pixels(part))
    return Cut((cut,), float(part.sum() / pixels.sum()))
