"""Cutting outlines and lines by a rectangle, exactly: pure functions on rings, no raster.

A ring is x0, y0, x1, y1, … of a closed outline. A polygon is cut by one edge of the rectangle after the
other. The pieces of a ring on the inner side are chains that begin and end on the edge; of their ends,
sorted along the edge, each two neighbours bound a part of the edge that lies in the polygon (the even-odd
rule), and are linked. So a polygon that falls apart comes back as several, and no seam joins them.
"""

from collections.abc import Iterable

__all__ = [
    "Point",
    "Ring",
    "Shape",
    "Window",
    "clip_line",
    "clip_polygon",
    "finite",
    "inside_ring",
    "points_of",
    "ring_of",
]

Ring = tuple[float, ...]
Shape = tuple[Ring, tuple[Ring, ...]]
"""An outer ring, and the holes in it."""
Window = tuple[float, float, float, float]
"""Left, top, right, bottom."""

Point = tuple[float, float]
Edge = tuple[int, float, int]
"""Axis (0 is x), where it lies, and 1 if the larger side is the inner one, else -1."""

_TRIANGLE = 3
_LARGE = 1e100


def finite(numbers: Iterable[float]) -> bool:
    """Whether all can be reckoned with: none is NaN, infinite, or so large that a square overflows."""
    return sum(map(abs, numbers)) < _LARGE


def clip_polygon(shape: Shape, window: Window) -> list[Shape]:
    """The parts of a polygon that lie in *window*; the very shape where all of it does.

    Vertices that stay keep their exact coordinates. Parts without an area are left out.
    """
    shapes = [shape]
    for edge in _edges(window):
        shapes = [part for one in shapes for part in _cut(one, edge)]
    return shapes


def clip_line(points: Ring, window: Window) -> list[Ring]:
    """The parts of an open line that lie in *window*, its border included; the very line if all does."""
    lines = [points]
    for edge in _edges(window):
        lines = [part for line in lines for part in _cut_line(line, edge)]
    return lines


def inside_ring(x: float, y: float, ring: Ring) -> bool:
    """Whether a point lies in a ring, by the even-odd rule."""
    inside = False
    x0, y0 = ring[-2:]
    for x1, y1 in zip(ring[::2], ring[1::2], strict=False):
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) / (y1 - y0) * (x1 - x0):
            inside = not inside
        x0, y0 = x1, y1
    return inside


def _edges(window: Window) -> tuple[Edge, ...]:
    left, top, right, bottom = window
    return ((0, left, 1), (0, right, -1), (1, top, 1), (1, bottom, -1))


def points_of(ring: Ring) -> list[Point]:
    """The corners of a ring."""
    return list(zip(ring[::2], ring[1::2], strict=False))


def ring_of(points: Iterable[Point]) -> Ring:
    """The ring of some corners."""
    return tuple(number for point in points for number in point)


def _depth(point: Point, edge: Edge) -> float:
    """How far a point lies on the inner side."""
    axis, bound, sign = edge
    return (point[axis] - bound) * sign


def _crossing(one: Point, other: Point, edge: Edge) -> Point:
    """Where the way between two points, of which one lies inside, crosses the edge."""
    axis, bound, _ = edge
    if one[axis] == bound or other[axis] == bound:
        return one if one[axis] == bound else other
    # from the smaller end, so that both directions give the same number
    start, end = sorted((one, other))
    share = (bound - start[axis]) / (end[axis] - start[axis])
    along = start[1 - axis] + share * (end[1 - axis] - start[1 - axis])
    return (bound, along) if axis == 0 else (along, bound)


def _cut(shape: Shape, edge: Edge) -> list[Shape]:
    """The parts of a polygon on the inner side of one edge."""
    outer, holes = shape
    rings = [points_of(ring) for ring in (outer, *holes)]
    if all(_depth(point, edge) >= 0 for ring in rings for point in ring):
        return [shape]
    chains: list[list[Point]] = []
    whole: list[bool] = []
    for ring in rings:
        inner = [_depth(point, edge) > 0 for point in ring]
        whole.append(all(inner))
        if any(inner) and not all(inner):
            chains += _chains(ring, inner, edge)
    linked = [ring_of(ring) for ring in _linked(chains, edge)]
    outers = [ring for ring in linked if _has_area(ring)]
    kept = [hole for hole, stays in zip(holes, whole[1:], strict=True) if stays]
    if whole[0]:  # a hole that reaches out of its polygon stays one
        return [(outer, (*kept, *outers))]
    return _with_holes(outers, kept)


def _with_holes(outers: list[Ring], holes: list[Ring]) -> list[Shape]:
    """Each hole in the part that it lies in."""
    if len(outers) == 1:
        return [(outers[0], tuple(holes))]
    placed: list[list[Ring]] = [[] for _ in outers]
    for hole in holes:
        for ring, mine in zip(outers, placed, strict=True):
            if inside_ring(hole[0], hole[1], ring):
                mine.append(hole)
                break
    return [(ring, tuple(mine)) for ring, mine in zip(outers, placed, strict=True)]


def _chains(ring: list[Point], inner: list[bool], edge: Edge) -> list[list[Point]]:
    """The parts of a ring on the inner side, each from the edge to the edge."""
    count = len(ring)
    start = next(n for n in range(count) if inner[n] and not inner[n - 1])
    chains: list[list[Point]] = []
    for step in range(count):
        here, before = (start + step) % count, (start + step - 1) % count
        if inner[here] and not inner[before]:
            chains.append([_crossing(ring[before], ring[here], edge)])
        if inner[here]:
            chains[-1].append(ring[here])
        elif inner[before]:
            chains[-1].append(_crossing(ring[before], ring[here], edge))
    return chains


def _linked(chains: list[list[Point]], edge: Edge) -> list[list[Point]]:
    """Closed rings of chains, whose ends are linked along the edge."""
    ends = [(n, side) for n in range(len(chains)) for side in (0, -1)]
    ends.sort(key=lambda end: (_place(chains[end[0]], end[1], edge), end))
    partner: dict[tuple[int, int], tuple[int, int]] = {}
    for one, other in zip(ends[::2], ends[1::2], strict=True):
        partner[one], partner[other] = other, one
    rings: list[list[Point]] = []
    left = dict.fromkeys(range(len(chains)))
    while left:
        number, side = next(iter(left)), 0
        ring: list[Point] = []
        while number in left:
            del left[number]
            ring += chains[number] if side == 0 else chains[number][::-1]
            number, side = partner[number, -1 - side]
        rings.append(_without_repeats(ring))
    return rings


def _place(chain: list[Point], side: int, edge: Edge) -> tuple[float, float]:
    """Where a chain ends along the edge; of ends at one place, the order a little further inside."""
    axis = 1 - edge[0]
    end, following = (chain[0], chain[1]) if side == 0 else (chain[-1], chain[-2])
    return (end[axis], (following[axis] - end[axis]) / (_depth(following, edge) or 1.0))


def _without_repeats(ring: list[Point]) -> list[Point]:
    return [point for n, point in enumerate(ring) if point != ring[n - 1]]


def _has_area(ring: Ring) -> bool:
    xs, ys = ring[::2], ring[1::2]
    count = len(xs)
    return count >= _TRIANGLE and any(
        (xs[n - 1] - xs[0]) * (ys[n] - ys[0]) != (xs[n] - xs[0]) * (ys[n - 1] - ys[0])
        for n in range(2, count)
    )


def _cut_line(line: Ring, edge: Edge) -> list[Ring]:
    """The parts of a line on the inner side of one edge."""
    points = points_of(line)
    inner = [_depth(point, edge) >= 0 for point in points]
    if all(inner):
        return [line]
    parts: list[list[Point]] = [[]]
    for n, point in enumerate(points):
        if n and inner[n] != inner[n - 1]:
            parts[-1].append(_crossing(points[n - 1], point, edge))
            if not inner[n]:
                parts.append([])
        if inner[n]:
            parts[-1].append(point)
    kept = (_without_doubles(part) for part in parts)
    return [ring_of(part) for part in kept if len(part) > 1]


def _without_doubles(points: list[Point]) -> list[Point]:
    return [point for n, point in enumerate(points) if n == 0 or point != points[n - 1]]
