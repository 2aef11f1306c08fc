"""Bounds and areas of annotations that are columns; :mod:`datum.model.geometry` has them for values.

The arrays are numpy's; this module is loaded only where there are many annotations.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np

from datum.model.annotation import KIND_CODES, KINDS
from datum.model.columns import (
    Bools,
    Columns,
    Fixed,
    Floats,
    Ints,
    Keypoints,
    Lists,
    Masks,
    Rings,
    starts_of,
)

__all__ = ["Measures", "measure", "turns"]

_MASKS = 255
"""Masks whose areas are asked for at a time: pycocotools counts them in a byte."""


class Measures(msgspec.Struct, frozen=True):
    """Where annotations are, and what they cover; in the order of their columns."""

    bounds: Floats
    """(n, 4): left, top, width, height of the upright box around each; NaN where it has no place."""
    placed: Bools
    """(n,): whether it has a place in the image."""
    areas: Floats
    """(n,): in square pixels; 0 for kinds that cover none."""


def measure(columns: Columns) -> Measures:
    """Bounds and areas of all annotations."""
    bounds = np.full((columns.total, 4), np.nan)
    areas = np.zeros(columns.total)
    placed = np.zeros(columns.total, np.bool_)
    # numbers of a damaged source may be anything
    with np.errstate(invalid="ignore", over="ignore"):
        for code, shape in columns.geometry.items():
            if code in _READERS:
                where = columns.places(code)
                bounds[where], placed[where], areas[where] = _READERS[code](shape)
    return Measures(bounds, placed, areas)


_Found = tuple[Floats, Bools | bool, Floats | float]


def _boxes(shape: Fixed) -> _Found:
    return shape.numbers, True, shape.numbers[:, 2] * shape.numbers[:, 3]


def _rotated(shape: Fixed) -> _Found:
    x, y, w, h, angle = shape.numbers.T
    cos, sin = turns(angle)
    half = np.array(((-1, -1), (1, -1), (1, 1), (-1, 1))) / 2
    across, down = w[:, None] * half[:, 0], h[:, None] * half[:, 1]
    xs = x[:, None] + across * cos[:, None] - down * sin[:, None]
    ys = y[:, None] + across * sin[:, None] + down * cos[:, None]
    left, top = xs.min(axis=1), ys.min(axis=1)
    bounds = np.stack([left, top, xs.max(axis=1) - left, ys.max(axis=1) - top], axis=1)
    return bounds, True, w * h


def turns(angles: Floats) -> tuple[Floats, Floats]:
    """Cosine and sine of angles in degrees; exact at quarter turns, NaN where one is not finite."""
    radians = np.radians(angles)
    cos, sin = np.cos(radians), np.sin(radians)
    straight = np.flatnonzero(np.mod(angles, 90) == 0)
    quarters = (np.mod(angles[straight], 360) // 90).astype(np.int64)
    cos[straight] = np.array([1.0, 0.0, -1.0, 0.0])[quarters]
    sin[straight] = np.array([0.0, 1.0, 0.0, -1.0])[quarters]
    return cos, sin


def _ellipses(shape: Fixed) -> _Found:
    x, y, rx, ry, angle = shape.numbers.T
    cos, sin = turns(angle)
    w, h = np.hypot(rx * cos, ry * sin), np.hypot(rx * sin, ry * cos)
    return np.stack([x - w, y - h, 2 * w, 2 * h], axis=1), True, np.pi * rx * ry


def _polygons(shape: Rings) -> _Found:
    points, counts = _points(shape.numbers, shape.lengths)
    first = starts_of(shape.holes + 1)[:-1]
    areas = _ring_areas(points, counts)
    areas[first] *= -1
    owners = np.repeat(np.arange(len(shape.holes)), shape.holes + 1)
    outlines = np.zeros(len(counts), np.bool_)
    outlines[first] = True
    bounds, placed = _around(points[np.repeat(outlines, counts)], counts[first])
    covered: Floats = -np.bincount(owners, areas, len(shape.holes)).astype(np.float64)
    return bounds, placed, covered


def _ring_areas(points: Floats, counts: Ints) -> Floats:
    """(rings,): what each ring encloses, summed up in the order of its points."""
    starts = starts_of(counts)
    after = np.arange(1, len(points) + 1)
    filled = counts > 0
    after[starts[1:][filled] - 1] = starts[:-1][filled]
    x, y = points.T
    owners = np.repeat(np.arange(len(counts)), counts)
    twice = np.bincount(owners, x * y[after] - x[after] * y, len(counts))
    found: Floats = np.abs(twice) / 2
    return found


def _lines(shape: Lists) -> _Found:
    return *_around(*_points(shape.numbers, shape.lengths)), 0.0


def _keypoints(shape: Keypoints) -> _Found:
    """Points that are absent lie anywhere, mostly at the origin."""
    points, counts = _points(shape.numbers, shape.lengths)
    flags = np.minimum(shape.flag_lengths, counts)
    owners = np.repeat(np.arange(len(counts)), counts)
    ranks = np.arange(len(points)) - starts_of(counts)[owners]
    there = np.ones(len(points), np.bool_)
    flagged = ranks < flags[owners]
    at = (starts_of(shape.flag_lengths)[owners] + ranks)[flagged]
    there[flagged] = shape.flags[at] != 0
    return *_around(points[there], np.bincount(owners[there], minlength=len(counts))), 0.0


def _masks(shape: Masks) -> _Found:
    from pycocotools import mask as coco

    bounds, areas = np.zeros((len(shape.counts), 4)), np.zeros(len(shape.counts))
    # the API divides by the height, which ends the process where it is 0
    sound = np.flatnonzero((shape.sizes > 0).all(axis=1))
    for start in range(0, len(sound), _MASKS):
        chosen = sound[start : start + _MASKS]
        part = [{"size": shape.sizes[n].tolist(), "counts": shape.counts[n]} for n in chosen]
        areas[chosen] = coco.area(part)
        bounds[chosen] = coco.toBbox(part)
    placed = (bounds[:, 2] > 0) & (bounds[:, 3] > 0)
    bounds[~placed] = np.nan
    return bounds, placed, areas


def _points(numbers: Floats, lengths: Ints) -> tuple[Floats, Ints]:
    """(points, 2), and how many points each list has; a number without a partner is left out."""
    odd = lengths % 2 == 1
    if odd.any():
        keep = np.ones(len(numbers), np.bool_)
        keep[starts_of(lengths)[1:][odd] - 1] = False
        numbers = numbers[keep]
    return numbers.reshape(-1, 2), lengths // 2


def _around(points: Floats, counts: Sequence[int] | Ints) -> tuple[Floats, Bools]:
    """(lists, 4): the bounds of each list of points; and which have a point."""
    counts = np.asarray(counts)
    filled = counts > 0
    bounds = np.full((len(counts), 4), np.nan)
    if filled.any():
        starts = starts_of(counts)[:-1][filled]
        least = np.minimum.reduceat(points, starts, axis=0)
        bounds[filled, :2] = least
        bounds[filled, 2:] = np.maximum.reduceat(points, starts, axis=0) - least
    return bounds, filled


_READER_OF: dict[str, Callable[[Any], _Found]] = {
    "box": _boxes,
    "rotated_box": _rotated,
    "polygon": _polygons,
    "polyline": _lines,
    "points": _keypoints,
    "skeleton": _keypoints,
    "mask": _masks,
    "ellipse": _ellipses,
    "cuboid_2d": _lines,
}
_READERS = {KIND_CODES[KINDS[kind]]: read for kind, read in _READER_OF.items()}
