"""Regions of the plane, and the exact area that two of them have in common.

A region is a set of edges, each with a sign, that run from left to right: a point is inside where the
signs of the edges below it on the screen (at its x, of larger y) sum to 1. The area that two regions
have in common is then the sum over all pairs of edges of the product of their signs and the integral
of the lower function of the two, which has a closed form. No crossing is looked for and nothing is
put in order, so coincident edges, slivers and touching corners need no special case; and a whole
batch of pairs is a few operations on arrays.

An outline that crosses itself covers what is inside by the even-odd rule, as it is painted.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from datum.model.annotation import (
    Annotation,
    Box,
    Cuboid2D,
    Ellipse,
    Mask,
    Polygon,
    RotatedBox,
)
from datum.model.geometry import corners
from datum.model.rle import decode_runs

__all__ = [
    "Regions",
    "Ring",
    "common_areas",
    "common_pixels",
    "ragged",
    "regions_of",
    "rings_of",
    "runs_of",
]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

Ring = Sequence[float]
"""x0, y0, x1, y1, and so on, closed."""

_CHORDS = 360
"""Sides of the polygon that stands for an ellipse and has its area."""

_PAIRS_AT_ONCE = 1 << 20
"""Pairs of edges that are held at a time."""

_CROSSED = 1e-9
"""Share of the area by which an outline that crosses itself differs at least."""


class Regions(NamedTuple):
    """Edges of several regions, one after the other."""

    edges: Floats
    """Shape (edges, 5): x and y of the left end, x of the right end, slope, sign."""
    starts: Indices
    """Shape (regions + 1,): where each region's edges begin."""
    areas: Floats
    """Shape (regions,), in square pixels."""

    @property
    def counts(self) -> Indices:
        """The number of edges of each region."""
        return np.diff(self.starts)


def regions_of(annotations: Sequence[Annotation]) -> Regions:
    """What annotations cover; those without an area, or with numbers that are none, cover nothing."""
    parts = [_mask_edges(one) if isinstance(one, Mask) else None for one in annotations]
    outlined = [
        n for n, one in enumerate(annotations) if parts[n] is None and not isinstance(one, Box)
    ]
    rings = [rings_of(annotations[n]) for n in outlined]
    for n, edges in zip(outlined, _outlines(rings), strict=True):
        parts[n] = edges
    boxes = [_box_edges(one) if isinstance(one, Box) else _NOTHING for one in annotations]
    return _joined([box if part is None else part for box, part in zip(boxes, parts, strict=True)])


_NOTHING: Floats = np.zeros((0, 5))


def _joined(parts: Sequence[Floats]) -> Regions:
    starts = np.zeros(len(parts) + 1, np.int64)
    np.cumsum([len(part) for part in parts], out=starts[1:])
    edges = np.concatenate(parts) if parts else _NOTHING
    return Regions(edges, starts, _areas(edges, starts))


def _areas(edges: Floats, starts: Indices) -> Floats:
    width = edges[:, 2] - edges[:, 0]
    under = edges[:, 4] * width * (edges[:, 1] + edges[:, 3] * width / 2)
    owner = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    return np.maximum(np.bincount(owner, under, len(starts) - 1), 0.0)


def _box_edges(box: Box) -> Floats:
    if not (box.w > 0 and box.h > 0) or not math.isfinite(box.x + box.y + box.w + box.h):
        return _NOTHING
    right, bottom = box.x + box.w, box.y + box.h
    return np.array([[box.x, bottom, right, 0.0, 1.0], [box.x, box.y, right, 0.0, -1.0]])


def rings_of(annotation: Annotation) -> list[Ring]:
    """The outline of an annotation, then the holes in it; empty for kinds that have none."""
    match annotation:
        case Box(x=x, y=y, w=w, h=h):
            return [(x, y, x + w, y, x + w, y + h, x, y + h)]
        case Polygon(points=points, holes=holes):
            return [points, *holes]
        case RotatedBox():
            return [corners(annotation)]
        case Ellipse():
            return [_ellipse_ring(annotation)]
        case Cuboid2D(points=points):
            return [_hull(points)]
        case _:
            return []


def _ellipse_ring(ellipse: Ellipse) -> Ring:
    """Chords around an ellipse, a little outside of it, so that they enclose its area."""
    turn = math.radians(ellipse.angle)
    cos, sin = math.cos(turn), math.sin(turn)
    step = 2 * math.pi / _CHORDS
    wider = math.sqrt(step / math.sin(step))
    around = np.arange(_CHORDS) * step
    dx, dy = ellipse.rx * wider * np.cos(around), ellipse.ry * wider * np.sin(around)
    points = np.stack([ellipse.cx + dx * cos - dy * sin, ellipse.cy + dx * sin + dy * cos], axis=1)
    found: list[float] = points.ravel().tolist()
    return found


def _hull(points: Sequence[float]) -> Ring:
    """The convex outline around points (Andrew's monotone chain)."""
    places = sorted(set(zip(points[::2], points[1::2], strict=False)))
    chains: list[list[tuple[float, float]]] = []
    for way in (places, places[::-1]):
        chain: list[tuple[float, float]] = []
        for place in way:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], place) <= 0:
                chain.pop()
            chain.append(place)
        chains.append(chain[:-1])
    return [number for chain in chains for place in chain for number in place]


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _mask_edges(mask: Mask) -> Floats:
    """Upper and lower side of each run of pixels in each column."""
    first, last = runs_of(mask)
    if not len(first):
        return _NOTHING
    column = first // mask.height
    rows, column = ragged(column, (last - 1) // mask.height - column + 1)
    top = np.maximum(first[rows] - column * mask.height, 0)
    bottom = np.minimum(last[rows] - column * mask.height, mask.height)
    edges = np.zeros((2 * len(column), 5))
    edges[:, 0] = np.tile(column, 2)
    edges[:, 1] = np.concatenate([bottom, top])
    edges[:, 2] = edges[:, 0] + 1
    edges[:, 4] = np.repeat([1.0, -1.0], len(column))
    return edges


def runs_of(mask: Mask) -> tuple[Indices, Indices]:
    """The first pixel of each run that is on, and the one after its last, column by column.

    None where the run lengths do not cover the image exactly.
    """
    nothing = np.zeros(0, np.int64)
    try:
        runs = np.array(decode_runs(mask.counts), np.int64)
    except (ValueError, OverflowError):
        return nothing, nothing
    if min(mask.height, mask.width) < 1 or runs.sum() != mask.height * mask.width:
        return nothing, nothing
    ends = np.cumsum(runs)
    first, last = ends[:-1:2], ends[1::2]
    first = first[: len(last)]
    return first[first < last], last[first < last]


def common_pixels(a: tuple[Indices, Indices], b: tuple[Indices, Indices]) -> float:
    """The number of pixels that runs of two masks of one height have in common."""
    if not len(a[0]) or not len(b[0]):
        return 0.0
    edges = np.stack(b, axis=1).ravel()
    covered = np.concatenate(
        [[0], np.cumsum(np.diff(edges) * (np.arange(len(edges) - 1) % 2 == 0))]
    )
    within = np.interp(a[1], edges, covered) - np.interp(a[0], edges, covered)
    return float(within.sum())


def _outlines(outlines: Sequence[Sequence[Ring]]) -> list[Floats]:
    """The edges of each of several outlines with holes."""
    rings = [np.array(ring[: len(ring) // 2 * 2]) for rings in outlines for ring in rings]
    owner = np.array([n for n, rings in enumerate(outlines) for _ in rings], np.int64)
    hole = np.array([k > 0 for rings in outlines for k, _ in enumerate(rings)], bool)
    sizes = np.array([len(ring) // 2 for ring in rings], np.int64)
    if not sizes.sum():
        return [_NOTHING] * len(outlines)
    flat = np.concatenate(rings).reshape(-1, 2)
    ring = np.repeat(np.arange(len(rings)), sizes)
    following = np.arange(1, len(flat) + 1)
    following[np.cumsum(sizes)[sizes > 0] - 1] = (np.cumsum(sizes) - sizes)[sizes > 0]
    with np.errstate(all="ignore"):
        edges = _signed(flat, flat[following], ring, hole)
    good = np.isfinite(edges).all(axis=1)
    broken = np.bincount(owner[ring], ~good, len(outlines)) > 0
    kept = (edges[:, 2] > edges[:, 0]) & ~broken[owner[ring]]
    starts = np.zeros(len(outlines) + 1, np.int64)
    np.cumsum(np.bincount(owner[ring][kept], minlength=len(outlines)), out=starts[1:])
    edges = edges[kept]
    found = [edges[start:stop] for start, stop in itertools.pairwise(starts)]
    for n in _crossing(Regions(edges, starts, _areas(edges, starts))):
        found[n] = _even_odd(found[n])
    return found


def _signed(start: Floats, stop: Floats, ring: Indices, hole: NDArray[np.bool_]) -> Floats:
    """Edges from *start* to *stop*, turned to run rightward; a ring and its holes have opposite signs."""
    turned = start[:, 0] > stop[:, 0]
    left = np.where(turned[:, None], stop, start)
    right = np.where(turned[:, None], start, stop)
    around = (start[:, 0] - stop[:, 0]) * (start[:, 1] + stop[:, 1]) / 2
    way = np.where(np.bincount(ring, around, len(hole)) < 0, -1.0, 1.0) * np.where(hole, -1.0, 1.0)
    sign = np.where(turned, 1.0, -1.0) * way[ring]
    width, rise = (right - left).T
    slope = np.divide(rise, width, out=np.zeros(len(left)), where=width > 0)
    # so narrow that its slope is no number: it is upright, and has no area below it
    upright = np.isinf(slope) & np.isfinite(rise)
    slope[upright] = 0.0
    ends = np.where(upright, left[:, 0], right[:, 0])
    return np.stack([left[:, 0], left[:, 1], ends, slope, sign], axis=1)


def _crossing(regions: Regions) -> Indices:
    """Regions in which some point is not once inside or outside.

    Points are inside a whole number of times n, and n² is n for 0 and 1 alone: so the region differs
    from what it has in common with itself.
    """
    every = np.arange(len(regions.areas))
    return np.flatnonzero(
        common_areas(regions, every, regions, every) > regions.areas * (1 + _CROSSED)
    )


def _even_odd(edges: Floats) -> Floats:
    """The edges cut where they cross, with signs that alternate from top to bottom."""
    cuts = np.unique(np.concatenate([edges[:, 0], edges[:, 2], _crossings(edges)]))
    left, right = cuts[:-1], cuts[1:]
    strip, edge = np.nonzero(
        (edges[None, :, 0] <= left[:, None]) & (edges[None, :, 2] >= right[:, None])
    )
    height = edges[edge, 1] + edges[edge, 3] * ((left + right)[strip] / 2 - edges[edge, 0])
    order = np.lexsort((height, strip))
    strip, edge = strip[order], edge[order]
    rank = np.arange(len(strip)) - np.searchsorted(strip, strip)
    pieces = edges[edge].copy()
    pieces[:, 1] += pieces[:, 3] * (left[strip] - pieces[:, 0])
    pieces[:, 0], pieces[:, 2] = left[strip], right[strip]
    pieces[:, 4] = np.where(rank % 2, 1.0, -1.0)
    return pieces


def _crossings(edges: Floats) -> Floats:
    """The x of every crossing of two edges."""
    a, b = np.triu_indices(len(edges), 1)
    left = np.maximum(edges[a, 0], edges[b, 0])
    right = np.minimum(edges[a, 2], edges[b, 2])
    a, b, left, right = (one[left < right] for one in (a, b, left, right))
    gap = edges[a, 1] + edges[a, 3] * (left - edges[a, 0])
    gap -= edges[b, 1] + edges[b, 3] * (left - edges[b, 0])
    later = gap + (edges[a, 3] - edges[b, 3]) * (right - left)
    cross = gap * later < 0
    share = gap[cross] / (gap[cross] - later[cross])
    found: Floats = left[cross] + (right[cross] - left[cross]) * share
    return found


def common_areas(a: Regions, first: Indices, b: Regions, second: Indices) -> Floats:
    """The area that regions have in common: of *a*'s at *first* and *b*'s at *second*, one by one.

    Args:
        a: Regions.
        first: Indices into *a*, shape (pairs,).
        b: Regions.
        second: Indices into *b*, shape (pairs,).

    Returns:
        Square pixels, shape (pairs,).
    """
    common = np.zeros(len(first))
    work = a.counts[first] * b.counts[second]
    for start, stop in _portions(work):
        part = slice(start, stop)
        common[part] = _common(a, first[part], b, second[part])
    return np.maximum(common, 0.0)


def _portions(work: Indices) -> Iterator[tuple[int, int]]:
    """Ranges of pairs whose work is about the same and fits in memory."""
    done = np.concatenate([[0], np.cumsum(work)])
    start = 0
    while start < len(work):
        limit = done[start] + _PAIRS_AT_ONCE
        stop = max(int(np.searchsorted(done, limit, "right")) - 1, start + 1)
        yield start, stop
        start = stop


def _common(a: Regions, first: Indices, b: Regions, second: Indices) -> Floats:
    pair, one = ragged(a.starts[first], a.counts[first])
    row, other = ragged(b.starts[second][pair], b.counts[second][pair])
    one = one[row]
    left = np.maximum(a.edges[one, 0], b.edges[other, 0])
    right = np.minimum(a.edges[one, 2], b.edges[other, 2])
    meet = np.flatnonzero(right > left)
    one, other, left, right = one[meet], other[meet], left[meet], right[meet]
    x, y, _, slope, sign = a.edges[one].T
    other_x, other_y, _, other_slope, other_sign = b.edges[other].T
    width = right - left
    height = y + slope * (left - x)
    other_height = other_y + other_slope * (left - other_x)
    gap = height - other_height
    later = gap + (slope - other_slope) * width
    mean = height + other_height + (slope + other_slope) * width / 2
    lower = width * (mean - _mean_size(gap, later)) / 2
    shares = lower * sign * other_sign
    return np.bincount(pair[row[meet]], shares, len(first)).astype(np.float64)


def _mean_size(start: Floats, stop: Floats) -> Floats:
    """The mean absolute value of linear functions by their values at the two ends."""
    steady = start * stop >= 0
    difference = np.where(steady, 1.0, start - stop)
    crossing = (start * start + stop * stop) / np.abs(difference)
    return np.where(steady, np.abs(start + stop), crossing) / 2


def ragged(starts: Indices, counts: Indices) -> tuple[Indices, Indices]:
    """Ranges laid out one after the other.

    Returns:
        For each number of each range: which range it is of, and the number; shape (sum of counts,).
    """
    owner = np.repeat(np.arange(len(counts)), counts)
    ends = np.cumsum(counts)
    return owner, np.arange(len(owner)) + np.repeat(starts - (ends - counts), counts)
