"""Which pixels a shape covers, in the convention of the COCO API, as run lengths.

A pixel (column, row) spans column to column + 1 and row to row + 1, and the API decides which ones an
outline takes. Holes are drawn the same way and taken out. Nothing as large as the image is allocated
for a shape without holes.
"""

import math
from typing import Any

from datum.model.annotation import Annotation, Box, Ellipse, Mask, Polygon, RotatedBox
from datum.model.clipping import Ring, Shape, clip_polygon, finite
from datum.model.geometry import corners, turn
from datum.model.rle import decode_pixels, empty_runs, encode_pixels

__all__ = ["MOST_PIXELS", "covered", "ellipse_ring", "outline"]

MOST_PIXELS = 1 << 30
"""Of an image whose masks are drawn."""

_LONG = 1 << 20
"""An outline longer than so many pixels is cut to the image first: the API allocates by length."""

_COORDINATES = 6
"""Of a ring, at least; the API takes four numbers for a box."""


def outline(annotation: Annotation, tolerance: float = 0.01) -> Shape | None:
    """The outer ring and the holes of what an annotation covers.

    None for kinds that are no outline, a mask among them, and where a coordinate is not finite or there
    are less than three points. *tolerance* is how far a ring may be off an ellipse, in pixels.
    """
    match annotation:
        case Polygon(points=points, holes=holes):
            shape: Shape = (_even(points), tuple(map(_even, holes)))
        case Box(x=x, y=y, w=w, h=h):
            shape = ((x, y, x + w, y, x + w, y + h, x, y + h), ())
        case RotatedBox():
            shape = (corners(annotation), ())
        case Ellipse():
            shape = (ellipse_ring(annotation, tolerance), ())
        case _:
            return None
    outer, holes = shape
    if len(outer) < _COORDINATES or not all(map(finite, (outer, *holes))):
        return None
    return (outer, tuple(hole for hole in holes if len(hole) >= _COORDINATES))


def _even(ring: Ring) -> Ring:
    return ring[: len(ring) // 2 * 2]


def ellipse_ring(ellipse: Ellipse, tolerance: float = 0.01) -> Ring:
    """Points on an ellipse, so many that the ring is nowhere farther off than *tolerance* pixels.

    Between 16 and 4096; none where a field is not finite.
    """
    if not finite((ellipse.cx, ellipse.cy, ellipse.rx, ellipse.ry, ellipse.angle)):
        return ()
    longest = max(abs(ellipse.rx), abs(ellipse.ry), tolerance)
    step = math.acos(max(1 - tolerance / longest, -1)) or 1e-9  # of a circle, from its centre
    count = min(max(math.ceil(math.pi / step), 16), 4096)
    cos, sin = turn(ellipse.angle)
    steps = [2 * math.pi * n / count for n in range(count)]
    around = [(ellipse.rx * math.cos(step), ellipse.ry * math.sin(step)) for step in steps]
    return tuple(
        number
        for dx, dy in around
        for number in (ellipse.cx + dx * cos - dy * sin, ellipse.cy + dx * sin + dy * cos)
    )


def covered(annotation: Annotation, height: int, width: int) -> bytes | None:
    """Compressed run lengths of the pixels of an image that an annotation covers.

    A mask of the same size gives its own. None for kinds without an area, for what is not finite, for
    a mask of another size, and for images of no or too many pixels.
    """
    if min(height, width) < 1 or height * width > MOST_PIXELS:
        return None
    if isinstance(annotation, Mask):
        same = (annotation.height, annotation.width) == (height, width)
        return annotation.counts if same else None
    shape = outline(annotation)
    if shape is None:
        return None
    runs = [_draw(ring, height, width) for ring in (shape[0], *shape[1])]
    if len(runs) == 1:
        return runs[0]
    outer, *holes = (decode_pixels(Mask(height=height, width=width, counts=one)) for one in runs)
    for hole in holes:
        outer &= ~hole
    return encode_pixels(outer)


def _draw(ring: Ring, height: int, width: int) -> bytes:
    from pycocotools import mask as coco

    rings = [ring]
    if len(ring) * (max(ring) - min(ring)) > _LONG and _length(ring) > _LONG:
        image = (-1.0, -1.0, width + 1.0, height + 1.0)
        rings = [outer for outer, _ in clip_polygon((ring, ()), image)]
    if not rings:
        return empty_runs(height, width)
    encoded: Any = coco.frPyObjects([list(one) for one in rings], height, width)
    merged: Any = coco.merge(encoded) if len(encoded) > 1 else encoded[0]
    return bytes(merged["counts"])


def _length(ring: Ring) -> float:
    xs, ys = ring[::2], ring[1::2]
    return sum(max(abs(xs[n] - xs[n - 1]), abs(ys[n] - ys[n - 1])) for n in range(len(xs)))
