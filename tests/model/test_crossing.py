import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datum.model import Polygon
from datum.model.columns import columns_of
from datum.model.crossing import crossed_polygons

SQUARE = (0, 0, 4, 0, 4, 4, 0, 4)
BOW = (0, 0, 4, 4, 4, 0, 0, 4)
ROUGH = st.lists(st.integers(0, 6).map(float), min_size=6, max_size=20).filter(
    lambda numbers: len(numbers) % 2 == 0
)


def crossed(*rings, holes=()):
    notes = [Polygon(points=tuple(ring), holes=holes) for ring in rings]
    (shape,) = columns_of([notes]).geometry.values()
    return crossed_polygons(shape).tolist()


def circle(count, *, back=False):
    steps = [2 * math.pi * n / count for n in range(count)]
    points = [number for one in steps for number in (math.cos(one), math.sin(one))]
    if back:  # two neighbouring points change places
        points[2:4], points[4:6] = points[4:6], points[2:4]
    return points


def test_a_bow_tie_crosses_itself_and_a_square_does_not():
    """Each polygon is told by itself, whatever stands beside it; a hole counts as its polygon."""
    assert crossed(SQUARE, BOW, SQUARE) == [False, True, False]
    assert crossed(SQUARE, holes=(BOW,)) == [True]
    assert crossed(SQUARE, holes=(SQUARE,)) == [False]


def test_edges_that_only_touch_do_not_cross():
    """A corner on an edge, a corner on a corner, an edge that runs back on itself."""
    assert not any(
        crossed(
            (0, 0, 4, 0, 4, 4, 2, 0, 0, 4),
            (0, 0, 2, 2, 4, 0, 4, 4, 2, 2, 0, 4),
            (0, 0, 4, 0, 2, 0, 2, 2),
            (0.1, 0.1, 0.3, 0.3, 0.7, 0.7, 0.2, 0.2),
        )
    )


@pytest.mark.parametrize("count", [8, 63, 65, 3000])
def test_rings_of_any_length(count):
    """A circle does not cross itself; with two points changed it does."""
    assert crossed(circle(count), circle(count, back=True), SQUARE) == [False, True, False]


def test_degenerate_rings_do_not_cross():
    """No points, one, two, three, a number without a partner, and no numbers at all."""
    nan = (math.nan,) * 10
    assert not any(crossed((), (1, 2), (1, 2, 3, 4), (0, 0, 1, 0, 1, 1), (*SQUARE, 9), nan))


@settings(max_examples=100)
@given(st.lists(ROUGH, min_size=1, max_size=4))
def test_crossings_are_those_that_shapely_finds(rings):
    """Two edges cross in shapely's words where their inner parts share a point and no line."""
    shapely = pytest.importorskip("shapely")
    wanted = []
    for ring in rings:
        points = list(zip(ring[::2], ring[1::2], strict=True))
        pairs = zip(points, points[1:] + points[:1], strict=True)
        edges = [shapely.LineString(pair) for pair in pairs if pair[0] != pair[1]]
        wanted.append(any(one.crosses(two) for n, one in enumerate(edges) for two in edges[:n]))
    assert crossed(*rings) == wanted


def test_many_polygons_at_once():
    """More pairs of edges than are held at a time."""
    found = crossed(*[circle(60)] * 700, circle(60, back=True), *[circle(60)] * 3)
    assert np.flatnonzero(found).tolist() == [700]
