import math
import random
import resource

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco

from datum.model import Box, Ellipse, Label, Mask, Polygon, Polyline, RotatedBox
from datum.model.covering import covered, ellipse_ring, outline
from datum.model.geometry import area
from datum.model.rle import decode_pixels, empty_runs, encode_pixels, is_whole


def pixels(annotation, height=6, width=8):
    counts = covered(annotation, height, width)
    return decode_pixels(Mask(height=height, width=width, counts=counts))


def drawn(text):
    return np.array([[char == "x" for char in row] for row in text.split()])


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (Box(x=1, y=1, w=2, h=2), "..... .xx.. .xx.. ....."),
        (Box(x=1.4, y=1.4, w=2, h=2), "..... .xx.. .xx.. ....."),
        (Box(x=3, y=-5, w=99, h=7), "...xx ...xx ..... ....."),
        (Polygon(points=(0, 0, 4, 0, 4, 4, 0, 4)), "xxxx. xxxx. xxxx. xxxx."),
        (RotatedBox(cx=2.5, cy=2, w=4, h=1, angle=90), "..x.. ..x.. ..x.. ..x.."),
        (
            Polygon(points=(0, 0, 4, 0, 4, 4, 0, 4), holes=((1, 1, 3, 1, 3, 3, 1, 3),)),
            "xxxx. x..x. x..x. xxxx.",
        ),
        (Polygon(points=(9, 9, 12, 9, 12, 12)), "..... ..... ..... ....."),
    ],
)
def test_pixels(shape, expected):
    """A pixel spans whole numbers; what is outside is cut off; holes stay empty."""
    wanted = drawn(expected)
    if isinstance(
        shape, RotatedBox
    ):  # a line of one pixel: half covered columns are the API's choice
        assert pixels(shape, 4, 5).sum() == wanted.sum()
        return
    assert np.array_equal(pixels(shape, 4, 5), wanted)


@settings(max_examples=60)
@given(st.integers(0, 1 << 30))
def test_polygons_are_drawn_as_the_coco_api_draws_them(seed):
    """To the pixel, inside the image and beyond it."""
    draw = random.Random(seed)  # noqa: S311 (a repeatable series)
    ring = [draw.uniform(-10, 40) for _ in range(2 * draw.randint(3, 9))]
    (encoded,) = coco.frPyObjects([ring], 24, 32)
    assert covered(Polygon(points=tuple(ring)), 24, 32) == encoded["counts"]
    box = (ring[0], ring[1], abs(ring[2]), abs(ring[3]))
    (encoded,) = coco.frPyObjects(np.array([box]), 24, 32)
    assert covered(Box(x=box[0], y=box[1], w=box[2], h=box[3]), 24, 32) == encoded["counts"]


def test_ellipses():
    """The ring is off by a hundredth of a pixel at most, and the pixels are as many as the area says."""
    ellipse = Ellipse(cx=50.0, cy=40.0, rx=30.0, ry=12.0, angle=30.0)
    ring = ellipse_ring(ellipse)
    assert area(Polygon(points=ring)) == pytest.approx(area(ellipse), rel=1e-3)
    assert pixels(ellipse, 80, 100).sum() == pytest.approx(area(ellipse), rel=0.01)
    assert len(ellipse_ring(Ellipse(cx=0, cy=0, rx=1e9, ry=1))) // 2 == 4096


@pytest.mark.parametrize(
    "shape",
    [
        Label(label=1),
        Polyline(points=(0, 0, 4, 4, 5, 1)),
        Polygon(points=(0, 0, 4, 4)),
        Polygon(points=(0, 0, 4, 4, math.nan, 1)),
        Polygon(points=(0, 0, 4, 0, 4, 4), holes=((1, 1, math.inf, 1, 2, 2),)),
        Box(x=0, y=0, w=math.inf, h=1),
        RotatedBox(cx=0, cy=0, w=1, h=1, angle=math.inf),
        Ellipse(cx=0, cy=0, rx=math.nan, ry=1),
        Mask(height=3, width=3, counts=empty_runs(3, 3)),
    ],
)
def test_what_covers_nothing(shape):
    """Kinds without an area, too few points, numbers that are none, masks of another size."""
    assert covered(shape, 6, 8) is None
    assert isinstance(shape, Mask) or outline(shape) is None


def test_images_of_no_or_too_many_pixels():
    """They are refused before anything is allocated."""
    box = Box(x=0, y=0, w=1, h=1)
    assert covered(box, 0, 8) is covered(box, 1 << 20, 1 << 20) is None


def test_far_outlines_take_no_memory():
    """An outline of a billion pixels' length is cut to the image first."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    far = Polygon(points=(-1e9, -1e9, 1e9, -1e9, 1e9, 1e9, -1e9, 1e9))
    assert pixels(far).all()
    assert not pixels(Polygon(points=(1e9, 1e9, 2e9, 1e9, 2e9, 2e9))).any()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


def test_run_lengths_that_are_whole():
    """Well formed, and as many pixels as the mask has."""
    counts = encode_pixels(drawn("x. .x"))
    assert is_whole(Mask(height=2, width=2, counts=counts))
    assert not is_whole(Mask(height=2, width=3, counts=counts))
    assert not is_whole(Mask(height=2, width=2, counts=b"\xff"))
