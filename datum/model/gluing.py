"""Putting outlines and lines together again that were cut along lines: pure functions on rings.

The pieces of a polygon have edges along the cuts, each of which two pieces have in opposite directions.
These cancel, also where they overlap in part alone; what is left are the rings of the whole. Numbers of
two pieces that differ by rounding alone are made one, and corners that came by the cut are taken out.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from datum.model.clipping import Point, Ring, Shape, inside_ring, points_of, ring_of

__all__ = ["close", "glue_lines", "glue_polygons", "spans_along"]

Edge = tuple[Point, Point]
Cuts = tuple[frozenset[float], frozenset[float]]
"""Where the plane was cut: x of upright lines, y of level ones."""

_NEAR = 1e-7
"""Pixels between numbers that are one."""
_TURN = 1e-7
"""Sine of the angle below which a corner on a cut is none."""
_TRIANGLE = 3


def close(one: float, other: float) -> bool:
    """Whether two coordinates are the same but for rounding."""
    return abs(one - other) <= _NEAR * max(1.0, abs(one))


def glue_polygons(pieces: Sequence[Shape], cuts: Cuts) -> list[Shape] | None:
    """The polygons that pieces without a common inside were cut from.

    Rings run around as the first piece's does. None where that does not come out, as of pieces that
    overlap or cross themselves: the areas are compared.
    """
    snap = _Snap(
        point for outer, holes in pieces for ring in (outer, *holes) for point in points_of(ring)
    )
    edges = [edge for piece in pieces for edge in _edges(piece, snap)]
    rings = [_simple(ring, cuts) for ring in _walk(_cancelled(edges, cuts))]
    areas = [_signed(ring) for ring in rings]
    whole = sum(_size(piece) for piece in pieces)
    if not math.isclose(sum(areas), whole, rel_tol=1e-6, abs_tol=1e-9):
        return None
    outers = [ring for ring, area in zip(rings, areas, strict=True) if area > 0]
    holes = [ring for ring, area in zip(rings, areas, strict=True) if area < 0]
    if not outers:
        return None
    placed: dict[int, list[Ring]] = defaultdict(list)
    for hole in holes:
        around = [n for n, ring in enumerate(outers) if inside_ring(*hole[0], ring_of(ring))]
        home = min(around or range(len(outers)), key=lambda n: _signed(outers[n]))
        placed[home].append(ring_of(hole))
    step = 1 if _signed(points_of(pieces[0][0])) > 0 else -1
    return [(ring_of(ring[::step]), tuple(placed[n])) for n, ring in enumerate(outers)]


def glue_lines(pieces: Sequence[Ring], cuts: Cuts) -> list[Ring]:
    """The lines that pieces were cut from; what lies along a cut and is there twice counts once."""
    snap = _Snap(point for piece in pieces for point in points_of(piece))
    seen: set[frozenset[Point]] = set()
    chains: list[list[Point]] = []
    for piece in pieces:
        points = [snap(point) for point in points_of(piece)]
        chain: list[Point] = []
        for start, end in pairwise(points):
            side = frozenset((start, end))
            if _along((start, end), cuts) is not None and side in seen:
                chain = []
                continue
            seen.add(side)
            if not chain:
                chain = [start]
                chains.append(chain)
            chain.append(end)
    return [ring_of(_straight(chain, cuts)) for chain in _chained(chains)]


def spans_along(shape: Shape, axis: int, place: float) -> list[tuple[float, float]]:
    """Where the edges of a polygon run along a line, from and to; axis 0 is an upright line."""
    found = sorted(
        (min(start[1 - axis], end[1 - axis]), max(start[1 - axis], end[1 - axis]))
        for ring in (shape[0], *shape[1])
        for start, end in _sides(points_of(ring))
        if start[axis] == end[axis] == place and start != end
    )
    spans: list[tuple[float, float]] = []
    for start, end in found:
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


class _Snap:
    """Gives points that differ by rounding alone the same numbers."""

    def __init__(self, points: Iterable[Point]) -> None:
        known = list(points)
        self._x = _ones(x for x, _ in known)
        self._y = _ones(y for _, y in known)

    def __call__(self, point: Point) -> Point:
        return (self._x[point[0]], self._y[point[1]])


def _ones(numbers: Iterable[float]) -> dict[float, float]:
    """By number: the first of those that it is close to, in a row."""
    ones: dict[float, float] = {}
    first = last = math.nan
    for number in sorted(set(numbers)):
        if not (close(last, number) and close(first, number)):
            first = number
        ones[number], last = first, number
    return ones


def _sides(points: Sequence[Point]) -> Iterator[Edge]:
    return ((points[n - 1], points[n]) for n in range(len(points)))


def _signed(points: Sequence[Point]) -> float:
    """Area, positive where a ring runs clockwise as seen on the screen."""
    x, y = points[0] if points else (0.0, 0.0)
    return sum((a - x) * (d - y) - (c - x) * (b - y) for (a, b), (c, d) in _sides(points)) / 2


def _size(shape: Shape) -> float:
    outer, *holes = (abs(_signed(points_of(ring))) for ring in (shape[0], *shape[1]))
    return outer - sum(holes)


def _edges(shape: Shape, snap: _Snap) -> Iterator[Edge]:
    """The edges of a polygon, its inside always on the same hand."""
    for n, ring in enumerate((shape[0], *shape[1])):
        points = [snap(point) for point in points_of(ring)]
        if (_signed(points) > 0) != (n == 0):
            points.reverse()
        yield from ((start, end) for start, end in _sides(points) if start != end)


def _along(edge: Edge, cuts: Cuts) -> tuple[int, float] | None:
    """The cut that an edge runs along: axis and place."""
    for axis in (0, 1):
        if edge[0][axis] == edge[1][axis] and edge[0][axis] in cuts[axis]:
            return (axis, edge[0][axis])
    return None


def _cancelled(edges: Sequence[Edge], cuts: Cuts) -> list[Edge]:
    """The edges, without those along a cut that there are in both directions."""
    kept: list[Edge] = []
    along: dict[tuple[int, float], list[Edge]] = defaultdict(list)
    for edge in edges:
        cut = _along(edge, cuts)
        if cut is None:
            kept.append(edge)
        else:
            along[cut].append(edge)
    for (axis, place), mine in along.items():
        net: dict[float, int] = defaultdict(int)
        for start, end in mine:
            net[start[1 - axis]] += 1
            net[end[1 - axis]] -= 1
        depth = 0
        for low, high in pairwise(sorted(net)):
            depth += net[low]
            one, other = (
                ((place, low), (place, high)) if axis == 0 else ((low, place), (high, place))
            )
            kept += [(one, other)] * depth if depth > 0 else [(other, one)] * -depth
    return kept


def _walk(edges: Sequence[Edge]) -> Iterator[list[Point]]:
    """Closed rings of edges; where two meet in a point, each turns off as sharply as it can."""
    leaving: dict[Point, list[Point]] = defaultdict(list)
    for start, end in edges:
        leaving[start].append(end)
    for first in list(leaving):
        while leaving[first]:
            ring = [first, leaving[first].pop()]
            while ring[-1] != first and leaving[ring[-1]]:
                ends = leaving[ring[-1]]
                following = max(ends, key=lambda end: _bend(ring[-2], ring[-1], end))
                ends.remove(following)
                ring.append(following)
            if ring[-1] == first:
                yield ring[:-1]


def _bend(before: Point, here: Point, after: Point) -> float:
    """The angle by which a path turns at a point, positive towards the inside."""
    ux, uy, vx, vy = (
        here[0] - before[0],
        here[1] - before[1],
        after[0] - here[0],
        after[1] - here[1],
    )
    return math.atan2(ux * vy - uy * vx, ux * vx + uy * vy)


def _simple(ring: list[Point], cuts: Cuts) -> list[Point]:
    """The ring without corners on cuts at which it does not turn; empty where nothing is left."""
    for start, point in enumerate(ring):
        if not _is_seam(ring[start - 1], point, ring[(start + 1) % len(ring)], cuts):
            closed = _straight([*ring[start:], *ring[: start + 1]], cuts)[:-1]
            return closed if len(closed) >= _TRIANGLE else []
    return []


def _straight(line: Sequence[Point], cuts: Cuts) -> list[Point]:
    """The line without points on cuts at which it does not turn; the first and the last stay."""
    kept = list(line[:1])
    for n in range(1, len(line) - 1):
        if not _is_seam(kept[-1], line[n], line[n + 1], cuts):
            kept.append(line[n])
    return [*kept, line[-1]]


def _is_seam(before: Point, here: Point, after: Point, cuts: Cuts) -> bool:
    on_cut = here[0] in cuts[0] or here[1] in cuts[1]
    return on_cut and abs(_bend(before, here, after)) <= _TURN


def _chained(chains: list[list[Point]]) -> list[list[Point]]:
    """The chains, each that begins where another ends put to its end."""
    starts: dict[Point, list[int]] = defaultdict(list)
    for n, chain in enumerate(chains):
        starts[chain[0]].append(n)
    ends = {chain[-1] for chain in chains}
    heads = [n for n, chain in enumerate(chains) if chain[0] not in ends]
    used: set[int] = set()
    lines: list[list[Point]] = []
    for n in [*heads, *range(len(chains))]:  # those in a circle have no head
        if n in used:
            continue
        line: list[Point] = []
        following: int | None = n
        while following is not None:
            used.add(following)
            line += chains[following][1:] if line else chains[following]
            following = next((m for m in starts[line[-1]] if m not in used), None)
        lines.append(line)
    return lines
