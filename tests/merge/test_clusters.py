"""Which annotations overlap enough, found without comparing every two."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datum.merge.consensus.clusters import cluster, find_overlaps
from datum.model import (
    Box,
    Cuboid3D,
    Ellipse,
    Mask,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
)
from datum.model.overlap import Shapes

PLACES = st.integers(0, 12).map(float)
SIZES = st.integers(1, 8).map(float)
RUNS = st.sampled_from([b"0T3", b"<h2", b"T1`1"])
SHAPES = st.one_of(
    st.builds(Box, x=PLACES, y=PLACES, w=SIZES, h=SIZES),
    st.builds(RotatedBox, cx=PLACES, cy=PLACES, w=SIZES, h=SIZES, angle=st.sampled_from([0, 30])),
    st.builds(Ellipse, cx=PLACES, cy=PLACES, rx=SIZES, ry=SIZES),
    st.builds(Polygon, points=st.lists(PLACES, min_size=6, max_size=8).map(tuple)),
    st.builds(Mask, height=st.just(10), width=st.just(10), counts=RUNS),
    st.builds(Points, points=st.lists(PLACES, min_size=4, max_size=4).map(tuple)),
    st.builds(Polyline, points=st.lists(PLACES, min_size=4, max_size=4).map(tuple)),
    st.builds(
        Cuboid3D,
        position=st.tuples(PLACES, PLACES, PLACES),
        rotation=st.just((0.0, 0.0, 0.5)),
        scale=st.tuples(SIZES, SIZES, SIZES),
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(SHAPES, max_size=9), st.sampled_from([0.1, 0.3, 0.6, 0.9]), st.integers(0, 9))
def test_no_pair_is_missed(shapes, least, cut):
    """The pairs that the sweep finds are those of every two of an item that overlap so much."""
    cut = min(cut, len(shapes))
    found = find_overlaps(Shapes(shapes, least=least), [0, cut, len(shapes)])
    pairs = {
        (min(a, b), max(a, b)): iou
        for a, b, iou in zip(*(one.tolist() for one in found[:3]), strict=True)
    }
    exact = Shapes(shapes)
    expected = {}
    for start, stop in ((0, cut), (cut, len(shapes))):
        rows, columns = np.triu_indices(stop - start, 1)
        ious = exact.overlaps(rows + start, columns + start)
        for a, b, iou in zip(rows + start, columns + start, ious, strict=True):
            if iou >= least:
                expected[int(a), int(b)] = pytest.approx(iou, abs=1e-12)
    assert pairs == expected


def test_what_is_far_away_is_not_compared(monkeypatch):
    """A thousand boxes in a row, each of which touches the next: pairs of neighbours alone."""
    compared = []
    overlaps = Shapes.overlaps

    def counted(self, first, second):
        compared.append(len(first))
        return overlaps(self, first, second)

    monkeypatch.setattr(Shapes, "overlaps", counted)
    boxes = [Box(x=9.0 * n, y=0.0, w=10.0, h=10.0) for n in range(1000)]
    found = find_overlaps(Shapes(boxes, least=0.05), [0, 1000])
    assert len(found.iou) == sum(compared) == 999


def test_clusters_have_every_two_near_and_each_annotator_once():
    """0 and 1 are nearest; 2 is near 1 alone, and 3 is of the annotator of 0."""
    near = {}
    for a, b, iou in ((0, 1, 0.9), (1, 3, 0.8), (1, 2, 0.7)):
        near |= {(a, b): iou, (b, a): iou}
    assert cluster(range(5), near, [0, 1, 2, 0, 2]) == [[0, 1], [2], [3], [4]]
