import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from datum.model import (
    Box,
    Caption,
    Cuboid2D,
    Cuboid3D,
    Ellipse,
    Label,
    Mask,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
)
from datum.model.geometry import area, bounds, box_iou, center, corners, shift

SQUARE = (0.0, 0.0, 10.0, 0.0, 10.0, 10.0, 0.0, 10.0)
HOLE = (2.0, 2.0, 4.0, 2.0, 4.0, 4.0, 2.0, 4.0)


def mask(*rows):
    """A mask of rows of text, x for its pixels."""
    import numpy as np
    from pycocotools import mask as coco

    pixels = np.array([[char == "x" for char in row] for row in rows])
    counts = coco.encode(np.asfortranarray(pixels.astype(np.uint8)))["counts"]
    return Mask(height=len(rows), width=len(rows[0]), counts=counts)


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (Box(x=1.0, y=2.0, w=3.0, h=4.0), 12.0),
        (RotatedBox(cx=0.0, cy=0.0, w=3.0, h=4.0, angle=30.0), 12.0),
        (Polygon(points=SQUARE), 100.0),
        (Polygon(points=SQUARE[::-1]), 100.0),
        (Polygon(points=SQUARE, holes=(HOLE,)), 96.0),
        (Polygon(points=(0.0, 0.0, 4.0, 0.0, 0.0, 3.0)), 6.0),
        (Polygon(points=(1.0, 1.0, 2.0, 2.0)), 0.0),
        (Polygon(points=()), 0.0),
        (Ellipse(cx=5.0, cy=5.0, rx=2.0, ry=3.0, angle=15.0), 6 * math.pi),
        (mask(".xx", "..x"), 3.0),
        (mask("...", "..."), 0.0),
        (Polyline(points=SQUARE), 0.0),
        (Points(points=SQUARE), 0.0),
        (Label(label=0), 0.0),
        (Caption(text="x"), 0.0),
    ],
)
def test_area(annotation, expected):
    """Square pixels, holes taken off; nothing for what covers nothing."""
    assert area(annotation) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (Box(x=1.0, y=2.0, w=3.0, h=4.0), (1, 2, 3, 4)),
        (RotatedBox(cx=5.0, cy=5.0, w=4.0, h=2.0, angle=90.0), (4, 3, 2, 4)),
        (
            RotatedBox(cx=0.0, cy=0.0, w=2.0, h=2.0, angle=45.0),
            (-(2**0.5), -(2**0.5), 8**0.5, 8**0.5),
        ),
        (Polygon(points=SQUARE, holes=(HOLE,)), (0, 0, 10, 10)),
        (Polyline(points=(1.0, 5.0, 3.0, 2.0)), (1, 2, 2, 3)),
        (Cuboid2D(points=(1.0, 5.0, 3.0, 2.0)), (1, 2, 2, 3)),
        (Ellipse(cx=5.0, cy=5.0, rx=2.0, ry=3.0), (3, 2, 4, 6)),
        (Ellipse(cx=5.0, cy=5.0, rx=2.0, ry=3.0, angle=90.0), (2, 3, 6, 4)),
        (mask("....", ".xx.", "..x."), (1, 1, 2, 2)),
        (mask("..", ".."), None),
        (Points(points=(5.0, 6.0)), (5, 6, 0, 0)),
        (Points(points=(0.0, 0.0, 5.0, 6.0, 7.0, 7.0), visibility=(0, 1)), (5, 6, 2, 1)),
        (Skeleton(points=(0.0, 0.0), visibility=(0,)), None),
        (Points(points=()), None),
        (Points(points=(1.0,)), None),
        (Label(label=0), None),
        (Caption(text=""), None),
        (Cuboid3D(position=(1.0, 2.0, 3.0), rotation=(0.0,) * 3, scale=(1.0,) * 3), None),
    ],
)
def test_bounds(annotation, expected):
    """The upright box around all that is there; absent keypoints are not."""
    found = bounds(annotation)
    assert found == (expected if expected is None else pytest.approx(expected))


def test_corners_turn_clockwise():
    """A quarter turn takes the top left corner to the top right."""
    box = RotatedBox(cx=5.0, cy=5.0, w=4.0, h=2.0, angle=90.0)
    assert corners(replace(box, angle=0.0)) == (3, 4, 7, 4, 7, 6, 3, 6)
    assert corners(box)[:2] == pytest.approx((6, 3))


BOX = Box(x=0.0, y=0.0, w=10.0, h=10.0)


@settings(max_examples=100)
@given(*[st.tuples(*[st.floats()] * 4)] * 2)
def test_overlap_of_any_numbers_is_a_share(a, b):
    """NaN, infinities and negative sizes give a number from 0 to 1 too."""
    assert 0 <= box_iou(a, b) <= 1
    assert box_iou(a, b) == box_iou(b, a)


def test_an_edge_that_is_no_number_overlaps_nothing():
    """In whatever order the two boxes are given."""
    odd, box = (0.0, float("nan"), 1.0, 1.0), (0.0, 0.0, 1.0, 1.0)
    assert box_iou(odd, box) == box_iou(box, odd) == 0


@pytest.mark.parametrize("counts", [b"", b"zzzz", b"\xff\xff", b"P9999999", b"0"])
def test_broken_run_lengths_raise_nothing(counts):
    """A mask that does not cover its image has some bounds."""
    broken = Mask(height=6, width=8, counts=counts)
    bounds(broken)
    area(broken)


def test_centre_and_shift():
    """Pixels from centre to centre; in space for a cuboid; None where there is no place."""
    assert center(BOX) == (5, 5)
    assert shift(BOX, replace(BOX, x=3.0, y=4.0)) == 5
    cuboid = Cuboid3D(position=(0.0, 0.0, 0.0), rotation=(0.0,) * 3, scale=(1.0,) * 3)
    assert shift(cuboid, replace(cuboid, position=(1.0, 2.0, 2.0))) == 3
    assert shift(BOX, cuboid) is None
    assert shift(Label(), Label()) is None
