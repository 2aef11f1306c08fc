"""Which polygons of columns cross themselves: two edges of one ring that cross between their ends.

Edges that only touch, in a corner or along a line, do not cross: annotators and formats make such rings
all the time, and what they cover is clear.
"""

from collections.abc import Iterator

import numpy as np

from datum.model.columns import Bools, Floats, Ints, Rings, starts_of

__all__ = ["crossed_polygons"]

_SMALL = 64
"""Rings of so many points have each pair of edges looked at; larger ones only those that may meet."""
_PAIRS = 1 << 20
"""Pairs of edges that are looked at together."""
_ROUNDING = 1e-12


def crossed_polygons(shape: Rings) -> Bools:
    """(n,): whether the outline or a hole of each polygon crosses itself."""
    counts = shape.lengths // 2
    numbers = shape.numbers
    if (shape.lengths % 2).any():
        keep = np.ones(len(numbers), np.bool_)
        keep[starts_of(shape.lengths)[1:][shape.lengths % 2 == 1] - 1] = False
        numbers = numbers[keep]
    edges = _edges(numbers.reshape(-1, 2), counts)
    starts = starts_of(counts)
    crossed = np.zeros(len(counts), np.bool_)
    with np.errstate(invalid="ignore", over="ignore"):
        for first, second, rings in _small_pairs(counts, starts):
            crossed[rings[_cross(edges[first], edges[second])]] = True
        for ring in np.flatnonzero(counts > _SMALL).tolist():
            crossed[ring] = _large(edges[starts[ring] : starts[ring + 1]])
    owners = np.repeat(np.arange(len(shape.holes)), shape.holes + 1)
    return np.bincount(owners[crossed], minlength=len(shape.holes)) > 0


def _edges(points: Floats, counts: Ints) -> Floats:
    """(points, 4): from each point to the next of its ring."""
    starts = starts_of(counts)
    after = np.arange(1, len(points) + 1)
    filled = counts > 0
    after[starts[1:][filled] - 1] = starts[:-1][filled]
    return np.concatenate((points, points[after]), axis=1)


def _small_pairs(counts: Ints, starts: Ints) -> Iterator[tuple[Ints, Ints, Ints]]:
    """Pairs of edges that have no corner in common, and the ring of each, some at a time."""
    small = np.flatnonzero((counts > 3) & (counts <= _SMALL))  # noqa: PLR2004 (a triangle cannot)
    total = np.cumsum(counts[small] * (counts[small] - 3) // 2)
    cuts = np.searchsorted(total, np.arange(_PAIRS, total[-1] if len(total) else 0, _PAIRS))
    for rings in np.split(small, np.unique(cuts)):
        sizes = counts[rings]
        owners = np.repeat(rings, sizes)
        ranks = np.arange(len(owners)) - starts_of(sizes)[np.repeat(np.arange(len(rings)), sizes)]
        # the last edge ends where the first one begins
        partners = np.maximum(counts[owners] - ranks - 2 - (ranks == 0), 0)
        edge = np.repeat(starts[owners] + ranks, partners)
        steps = np.arange(len(edge)) - np.repeat(starts_of(partners)[:-1], partners)
        yield edge, edge + 2 + steps, np.repeat(owners, partners)


def _large(edges: Floats) -> bool:
    """Whether edges of one ring cross, of those whose spans along x overlap."""
    left = np.minimum(edges[:, 0], edges[:, 2])
    order = np.argsort(left, kind="stable")
    edges, left = edges[order], left[order]
    ends = np.searchsorted(left, np.maximum(edges[:, 0], edges[:, 2]), side="right")
    partners = np.maximum(ends - np.arange(len(edges)) - 1, 0)
    total = np.cumsum(partners)
    cuts = np.searchsorted(total, np.arange(_PAIRS, total[-1], _PAIRS))
    for part in np.split(np.arange(len(edges)), np.unique(cuts)):
        first = np.repeat(part, partners[part])
        second = first + 1 + np.arange(len(first))
        second -= np.repeat(starts_of(partners[part])[:-1], partners[part])
        if _cross(edges[first], edges[second]).any():
            return True
    return False


def _cross(one: Floats, other: Floats) -> Bools:
    """Whether each two edges cross between their ends."""
    return _sides(one, other) & _sides(other, one)


def _sides(line: Floats, edge: Floats) -> Bools:
    """Whether an edge has its ends on both sides of a line; an end on the line is on neither."""
    ax, ay, bx, by = line.T
    return (
        _side(ax, ay, bx, by, edge[:, 0], edge[:, 1])
        * _side(ax, ay, bx, by, edge[:, 2], edge[:, 3])
        < 0
    )


def _side(ax: Floats, ay: Floats, bx: Floats, by: Floats, x: Floats, y: Floats) -> Floats:
    """1, -1, or 0 for a point that is on the line but for rounding."""
    right, down = (bx - ax) * (y - ay), (by - ay) * (x - ax)
    turn = right - down
    turn[np.abs(turn) <= _ROUNDING * (np.abs(right) + np.abs(down))] = 0
    return np.sign(turn)
