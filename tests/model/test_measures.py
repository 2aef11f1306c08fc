import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datum.model import (
    KINDS,
    Box,
    Caption,
    Ellipse,
    Label,
    Mask,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
)
from datum.model.columns import columns_of
from datum.model.geometry import area, bounds
from datum.model.measures import measure
from datum.testing.samples import sample_categories
from datum.testing.shapes import annotations

ANY = st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: annotations(sample_categories(), kind=kind)
)


def measured(*notes):
    return measure(columns_of([notes]))


@settings(max_examples=150)
@given(st.lists(ANY, max_size=8))
def test_arrays_measure_what_values_do(notes):
    """Bounds and areas of columns are those of the annotations one by one."""
    found = measured(*notes)
    for n, one in enumerate(notes):
        place = bounds(one)
        assert found.placed[n] == (place is not None)
        if place is not None:
            assert found.bounds[n].tolist() == pytest.approx(place, rel=1e-9, abs=1e-6)
        assert found.areas[n] == pytest.approx(area(one), rel=1e-9, abs=1e-6)


def test_measures_worked_by_hand():
    """A triangle with a hole, a box turned by a quarter, and what has no place."""
    triangle = Polygon(points=(0, 0, 8, 0, 0, 4), holes=((1, 1, 2, 1, 2, 2, 1, 2),))
    turned = RotatedBox(cx=5, cy=5, w=4, h=2, angle=90)
    found = measured(triangle, Label(label=1), turned, Caption(text="x"), Polyline(points=()))
    assert found.areas.tolist() == [15, 0, 8, 0, 0]
    assert found.bounds[0].tolist() == [0, 0, 8, 4]
    assert found.bounds[2].tolist() == [4, 3, 2, 4]
    assert found.placed.tolist() == [True, False, True, False, False]


def test_absent_keypoints_have_no_place():
    """The bounds are those of the points that are there."""
    found = measured(
        Skeleton(points=(0, 0, 3, 4, 5, 6), visibility=(0, 1, 2)),
        Skeleton(points=(0, 0), visibility=(0,)),
    )
    assert found.bounds[0].tolist() == [3, 4, 2, 2]
    assert found.placed.tolist() == [True, False]


def test_damaged_shapes_spoil_no_other():
    """NaN, a point without a partner, a ring without points, broken run lengths."""
    found = measured(
        Box(x=math.nan, y=0, w=math.inf, h=0),
        Polygon(points=(0, 0, 2, 0, 2, 2, 9)),
        Polygon(points=()),
        Mask(height=2, width=2, counts=b""),
        Ellipse(cx=0, cy=0, rx=1, ry=2, angle=math.nan),
        Box(x=1, y=2, w=3, h=4),
    )
    assert found.areas[[1, 2, 3, 5]].tolist() == [2, 0, 0, 12]
    assert found.bounds[5].tolist() == [1, 2, 3, 4]
    assert np.isnan(found.bounds[4]).all()


@pytest.mark.parametrize(("height", "width"), [(0, 5), (5, 0), (0, 0), (-1, 3)])
def test_a_mask_of_no_pixels_has_no_place(height, width):
    """Whatever its run lengths say: the COCO API would end the process."""
    mask = Mask(height=height, width=width, counts=b"34")
    found = measured(mask, Mask(height=2, width=2, counts=b"13"))
    assert bounds(mask) is None
    assert area(mask) == 0
    assert found.placed.tolist() == [False, True]
    assert found.areas.tolist() == [0, 3]
