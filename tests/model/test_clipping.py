import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datum.model.clipping import clip_line, clip_polygon, finite, inside_ring

SQUARE = (0.0, 0.0, 4.0, 0.0, 4.0, 4.0, 0.0, 4.0)
COMB = (0.0, 0.0, 9.0, 0.0, 9.0, 6.0, 6.0, 6.0, 6.0, 2.0, 3.0, 2.0, 3.0, 6.0, 0.0, 6.0)
"""Two teeth that point down, joined at the top."""
HOLE = (1.0, 1.0, 3.0, 1.0, 3.0, 3.0, 1.0, 3.0)


def ring_area(ring):
    xs, ys = ring[::2], ring[1::2]
    return abs(sum(xs[n - 1] * ys[n] - xs[n] * ys[n - 1] for n in range(len(xs)))) / 2


def area(shapes):
    return sum(ring_area(outer) - sum(map(ring_area, holes)) for outer, holes in shapes)


def star(draw, centre, low, high, count):
    angles = [2 * math.pi * n / count for n in range(count)]
    return tuple(
        number
        for angle in angles
        for radius in [draw.uniform(low, high)]
        for number in (centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle))
    )


def test_a_corner_of_a_square():
    """The part inside has the window's corner and the square's."""
    ((outer, holes),) = clip_polygon((SQUARE, ()), (2.0, 1.0, 9.0, 9.0))
    points = set(zip(outer[::2], outer[1::2], strict=True))
    assert points == {(2, 1), (4, 1), (4, 4), (2, 4)}
    assert holes == ()


def test_what_lies_inside_is_the_very_shape():
    """Touching the border is inside."""
    shape = (SQUARE, (HOLE,))
    assert clip_polygon(shape, (0.0, 0.0, 4.0, 4.0)) == [shape]
    assert clip_polygon(shape, (0.0, 0.0, 4.0, 4.0))[0] is shape
    line = (0.0, 0.0, 4.0, 4.0)
    assert clip_line(line, (0.0, 0.0, 4.0, 4.0))[0] is line


def test_a_polygon_falls_apart():
    """Each tooth of a comb is a polygon of its own; no seam joins them."""
    parts = clip_polygon((COMB, ()), (0.0, 3.0, 9.0, 9.0))
    assert sorted(sorted(zip(o[::2], o[1::2], strict=True)) for o, _ in parts) == [
        [(0, 3), (0, 6), (3, 3), (3, 6)],
        [(6, 3), (6, 6), (9, 3), (9, 6)],
    ]


def test_a_hole_that_is_cut_becomes_a_bay():
    """Half of a ring is one outline without a hole; a hole that is not cut stays one."""
    ((outer, holes),) = clip_polygon((SQUARE, (HOLE,)), (2.0, 0.0, 4.0, 4.0))
    assert (ring_area(outer), holes) == (6.0, ())
    ((outer, holes),) = clip_polygon((SQUARE, (HOLE,)), (0.5, 0.0, 4.0, 4.0))
    assert holes == (HOLE,)


def test_a_hole_stays_with_its_part():
    """Of several parts the hole goes to the one that it lies in."""
    hole = (7.0, 4.0, 8.0, 4.0, 8.0, 5.0)
    parts = clip_polygon((COMB, (hole,)), (0.0, 3.0, 9.0, 9.0))
    assert sorted((outer[0] >= 6, holes) for outer, holes in parts) == [
        (False, ()),
        (True, (hole,)),
    ]


@pytest.mark.parametrize(
    "window", [(5.0, 0.0, 9.0, 9.0), (4.0, 0.0, 9.0, 9.0), (0.0, 4.0, 4.0, 9.0)]
)
def test_what_lies_outside_goes(window):
    """Touching from outside leaves nothing."""
    assert clip_polygon((SQUARE, (HOLE,)), window) == []


def test_a_line_falls_apart():
    """Every part that lies inside is a line; a point that touches is none."""
    zigzag = (0.0, 0.0, 2.0, 4.0, 4.0, 0.0)
    assert clip_line(zigzag, (0.0, 0.0, 4.0, 2.0)) == [(0, 0, 1, 2), (3, 2, 4, 0)]
    assert clip_line(zigzag, (0.0, 4.0, 4.0, 9.0)) == []


@settings(max_examples=80)
@given(st.integers(0, 1 << 30))
def test_nothing_is_lost_and_nothing_is_made(seed):
    """The parts in a window and in the four strips around it add up to the polygon."""
    draw = random.Random(seed)  # noqa: S311 (a repeatable series)
    outer = star(draw, (5, 5), 2.5, 12, draw.randint(3, 14))
    if draw.random() < 0.3:
        outer = tuple(float(round(number)) for number in outer)
    shape = (outer, (star(draw, (5, 5), 0.2, 0.7, 5),)) if draw.random() < 0.5 else (outer, ())
    far = 1e3
    strips = [
        (2, 1, 9, 8),
        (-far, -far, 2, far),
        (9, -far, far, far),
        (2, -far, 9, 1),
        (2, 8, 9, far),
    ]
    parts = [part for strip in strips for part in clip_polygon(shape, strip)]
    assert area(parts) == pytest.approx(area([shape]), abs=1e-9)
    for ring, holes in clip_polygon(shape, (2, 1, 9, 8)):
        assert all(2 <= x <= 9 for x in ring[::2])
        assert all(1 <= y <= 8 for y in ring[1::2])
        assert len(holes) <= 1


@settings(max_examples=60)
@given(st.integers(0, 1 << 30))
def test_parts_are_those_that_shapely_finds(seed):
    """The number of parts, their areas, and that they are valid."""
    shapely = pytest.importorskip("shapely.geometry")
    draw = random.Random(seed)  # noqa: S311 (a repeatable series)
    outer = star(draw, (draw.uniform(0, 10), draw.uniform(0, 10)), 1, 12, draw.randint(3, 16))
    known = shapely.Polygon(list(zip(outer[::2], outer[1::2], strict=True)))
    found = [
        shapely.Polygon(list(zip(ring[::2], ring[1::2], strict=True)))
        for ring, _ in clip_polygon((outer, ()), (2, 1, 9, 8))
    ]
    wanted = known.intersection(shapely.box(2, 1, 9, 8))
    parts = [part for part in getattr(wanted, "geoms", [wanted]) if part.area > 1e-12]
    assert all(one.is_valid for one in found)
    assert sorted(one.area for one in found) == pytest.approx(sorted(one.area for one in parts))


def test_inside_and_finite():
    """The even-odd rule; NaN, infinities and numbers whose square overflows are not finite."""
    assert inside_ring(1.5, 4.0, COMB)
    assert not inside_ring(4.5, 4.0, COMB)
    assert finite((0.0, -1e9))
    assert not any(finite((number,)) for number in (math.nan, math.inf, -math.inf, 1e200))
