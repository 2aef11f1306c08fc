"""Which parts in tiles are of one annotation.

They have the same kind and label, and the same id or group; and they are the same where their tiles overlap
or touch: there they have a part, or a stretch of the border, in common, boxes exactly the same. So objects
that have one id by chance are not taken for one. A mask may have parts that do not touch: one id and label are enough there.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

import msgspec

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
from datum.model.clipping import Ring, Window, clip_line, clip_polygon
from datum.model.covering import outline
from datum.model.geometry import Bounds, bounds
from datum.model.gluing import close, spans_along
from datum.transforms.alike import components
from datum.transforms.cutting import Pixels

__all__ = ["Part", "clusters"]

_AREAS = (Polygon, RotatedBox, Ellipse)
"""What is left of the latter two where they are cut is a polygon."""


class Part(msgspec.Struct, frozen=True, eq=False):
    """An annotation of a tile, in the coordinates of the picture; a mask stays in those of the tile."""

    number: int
    """Its place among all parts of the picture."""
    tile: int
    window: Pixels
    """Of the tile."""
    one: Annotation

    @property
    def edges(self) -> Window:
        """Left, top, right, bottom of the tile."""
        left, top, width, height = self.window
        return (left, top, left + width, top + height)


def clusters(parts: Sequence[Part]) -> list[list[Part]]:
    """The parts of each annotation, in their order; by the first part of each."""
    alone = [(part.number, part.number) for part in parts]
    joined = components([*alone, *((one.number, other.number) for one, other in _pairs(parts))])
    by_number = {part.number: part for part in parts}
    return [[by_number[number] for number in numbers] for numbers in joined]


def _pairs(parts: Sequence[Part]) -> Iterator[tuple[Part, Part]]:
    """Parts of different tiles that are of one annotation."""
    tiles: dict[int | None, set[int]] = defaultdict(set)
    for part in parts:
        tiles[part.one.id].add(part.tile)
    for one, other in _candidates(parts, lambda one: one.id):
        if isinstance(one.one, Mask) or _meet(one, other):
            yield one, other
    for one, other in _candidates(parts, lambda one: one.group or None):
        # further parts in a tile have ids of their own; what has its id in several tiles is found by it
        single = min(len(tiles[one.one.id]), len(tiles[other.one.id])) == 1
        if single and _meet(one, other):
            yield one, other


def _candidates(
    parts: Sequence[Part], name: Callable[[Annotation], int | None]
) -> Iterator[tuple[Part, Part]]:
    """Parts of different tiles with one kind, label and name."""
    buckets: dict[tuple[str, int | None, int], list[Part]] = defaultdict(list)
    for part in parts:
        kind = "area" if isinstance(part.one, _AREAS) else part.one.kind
        called = name(part.one)
        if called is not None:
            buckets[kind, part.one.label, called].append(part)
    for bucket in buckets.values():
        yield from ((a, b) for a, b in combinations(bucket, 2) if a.tile != b.tile)


def _meet(one: Part, other: Part) -> bool:
    """Whether two parts are the same where their tiles meet."""
    a, b = one.one, other.one
    if isinstance(a, Points | Skeleton | Cuboid2D) and isinstance(b, Points | Skeleton | Cuboid2D):
        return len(a.points) == len(b.points) and all(map(close, a.points, b.points))
    left, top = max(one.edges[0], other.edges[0]), max(one.edges[1], other.edges[1])
    right, bottom = min(one.edges[2], other.edges[2]), min(one.edges[3], other.edges[3])
    if left > right or top > bottom:
        return False
    meeting = (left, top, right, bottom)
    mine, its = list(_traces(a, meeting)), list(_traces(b, meeting))
    if isinstance(a, _AREAS) and (left == right or top == bottom):
        # an edge of the whole may run along the border, and then one side alone has it
        return any(min(x[1], y[1]) > max(x[0], y[0]) for x in mine for y in its)
    return any(all(map(close, x, y)) for x in mine for y in its)


def _traces(one: Annotation, meeting: Window) -> Iterator[tuple[float, ...]]:
    """The bounds of each part that lies in a window; where that is a line, spans and points on it."""
    if isinstance(one, Polyline):
        return _line_traces(one, meeting)
    if isinstance(one, Box) and min(one.w, one.h) == 0:
        return _line_traces(Polyline(points=(one.x, one.y, one.x + one.w, one.y + one.h)), meeting)
    return _area_traces(one, meeting)


def _line_traces(one: Polyline, meeting: Window) -> Iterator[tuple[float, ...]]:
    for line in clip_line(one.points, meeting):
        yield from _bounds(line)
    if meeting[0] == meeting[2] or meeting[1] == meeting[3]:
        ends = (one.points[:2], one.points[-2:])
        yield from (end for end in ends if _lies_in(end, meeting))


def _area_traces(one: Annotation, meeting: Window) -> Iterator[tuple[float, ...]]:
    left, top, right, bottom = meeting
    shape = outline(one)
    if shape is None:
        return
    if left < right and top < bottom:
        for outer, _ in clip_polygon(shape, meeting):
            yield from _bounds(outer)
        return
    axis = 0 if left == right else 1
    first, last = meeting[1 - axis], meeting[3 - axis]
    for start, end in spans_along(shape, axis, meeting[axis]):
        if min(end, last) > max(start, first):
            yield (max(start, first), min(end, last))


def _bounds(ring: Ring) -> Iterator[Bounds]:
    place = bounds(Polyline(points=ring))
    if place is not None:
        yield place


def _lies_in(point: Sequence[float], window: Window) -> bool:
    return (
        len(point) > 1 and window[0] <= point[0] <= window[2] and window[1] <= point[1] <= window[3]
    )
