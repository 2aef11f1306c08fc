"""Which polygons of columns cross themselves: two edges of one ring that cross between their ends.

Edges that only touch, in a corner or along a line, do not cross: annotators and formats make such rings
all the time, and what they cover is clear. A ring with a number that is not finite crosses nothing.
"""

from collections.abc import Iterator

import numpy as np

from datum.model.columns import Bools, Floats, Ints, Rings, starts_of

__all__ = ["crossed_polygons"]

_PAIRS = 1 << 18
"""Pairs of edges that are looked at together, about."""
_ROUNDING = 1e-12
_SLACK = 1e-9
"""Share of a ring's width that rounding may take from the span of an edge."""


def crossed_polygons(shape: Rings) -> Bools:
    """(n,): whether the outline or a hole of each polygon crosses itself."""
    edges, rings = _edges(shape)
    crossed = np.zeros(len(shape.lengths), np.bool_)
    if len(edges):
        low, high = np.minimum(edges[:, :2], edges[:, 2:]), np.maximum(edges[:, :2], edges[:, 2:])
        keys, ends = _spans(low[:, 0], high[:, 0], rings)
        order = np.argsort(keys, kind="stable")
        edges, rings = edges[order], rings[order]
        top, bottom = low[order, 1], high[order, 1]
        last = np.searchsorted(keys[order], ends[order], side="right")
        for first, second in _pairs(last - np.arange(len(edges)) - 1):
            near = (top[second] <= bottom[first]) & (top[first] <= bottom[second])
            one, other = first[near], second[near]
            crossed[rings[one[_cross(edges[one], edges[other])]]] = True
    owners = np.repeat(np.arange(len(shape.holes)), shape.holes + 1)
    return np.bincount(owners[crossed], minlength=len(shape.holes)) > 0


def _edges(shape: Rings) -> tuple[Floats, Ints]:
    """(edges, 4): from each point to the next of its ring; and the ring of each."""
    numbers, odd = shape.numbers, shape.lengths % 2 == 1
    if odd.any():  # a number without a partner is left out
        keep = np.ones(len(numbers), np.bool_)
        keep[starts_of(shape.lengths)[1:][odd] - 1] = False
        numbers = numbers[keep]
    points, counts = numbers.reshape(-1, 2), shape.lengths // 2
    starts = starts_of(counts)
    after = np.arange(1, len(points) + 1)
    filled = counts > 0
    after[starts[1:][filled] - 1] = starts[:-1][filled]
    edges = np.concatenate((points, points[after]), axis=1)
    rings = np.repeat(np.arange(len(counts)), counts)
    broken = rings[~np.isfinite(points).all(axis=1)]
    # three edges have corners in common, each with each
    usable = counts > 3  # noqa: PLR2004
    usable[broken] = False
    return edges[usable[rings]], rings[usable[rings]]


def _spans(left: Floats, right: Floats, rings: Ints) -> tuple[Floats, Floats]:
    """Where edges begin and end along x, as numbers that keep the rings apart.

    Each ring has its own stretch of length 1, so that one search finds the edges that begin before
    another one of their ring ends.
    """
    first = np.flatnonzero(np.diff(rings, prepend=-1))
    sizes = np.diff(first, append=len(rings))
    least = np.minimum.reduceat(left, first)
    width = np.maximum(np.maximum.reduceat(right, first) - least, np.finfo(float).tiny)
    place = 2.0 * np.repeat(np.arange(len(first)), sizes)
    least, width = np.repeat(least, sizes), np.repeat(width, sizes)
    return place + (left - least) / width, place + (right - least) / width + _SLACK


def _pairs(partners: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Each edge with so many that follow it, some at a time."""
    total = np.cumsum(partners)
    cuts = np.searchsorted(total, np.arange(_PAIRS, total[-1], _PAIRS))
    for part in np.split(np.arange(len(partners)), np.unique(cuts)):
        first = np.repeat(part, partners[part])
        steps = np.arange(len(first)) - np.repeat(starts_of(partners[part])[:-1], partners[part])
        yield first, first + 1 + steps


def _cross(one: Floats, other: Floats) -> Bools:
    """Whether each two edges cross between their ends."""
    with np.errstate(over="ignore", invalid="ignore"):
        return _parted(one, other) & _parted(other, one)


def _parted(line: Floats, edge: Floats) -> Bools:
    """Whether an edge has its ends on both sides of a line; an end on the line is on neither."""
    found: Bools = _side(line, edge[:, 0], edge[:, 1]) * _side(line, edge[:, 2], edge[:, 3]) < 0
    return found


def _side(line: Floats, x: Floats, y: Floats) -> Floats:
    """1, -1, or 0 for a point that is on the line but for rounding."""
    ax, ay, bx, by = line.T
    right, down = (bx - ax) * (y - ay), (by - ay) * (x - ax)
    turn = right - down
    turn[np.abs(turn) <= _ROUNDING * (np.abs(right) + np.abs(down))] = 0
    found: Floats = np.sign(turn)
    return found
