"""Overlap of annotations: by hand, by laws, and with shapely and pycocotools as referees."""

import math

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from datum.model import (
    KINDS,
    Box,
    Caption,
    Categories,
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
    SkeletonSpec,
)
from datum.model.geometry import area, bounds
from datum.model.overlap import iou, pairwise_iou
from datum.model.regions import common_areas, regions_of
from datum.testing.strategies import annotations

SQUARE = (0.0, 0.0, 10.0, 0.0, 10.0, 10.0, 0.0, 10.0)
HOLE = (2.0, 2.0, 4.0, 2.0, 4.0, 4.0, 2.0, 4.0)
BOX = Box(x=0.0, y=0.0, w=10.0, h=10.0)
BOW_TIE = Polygon(points=(0.0, 0.0, 10.0, 10.0, 10.0, 0.0, 0.0, 10.0))
KNOWN = replace(Categories.of(["a"]), skeletons=(SkeletonSpec(label=0, joints=("p", "q")),))
ANY = st.sampled_from(sorted(KINDS)).flatmap(lambda kind: annotations(KNOWN, kind=kind))
NO_PLACE = (Label, Caption, Cuboid3D)


def mask(*rows):
    """A mask of rows of text, x for its pixels."""
    from pycocotools import mask as coco

    pixels = np.array([[char == "x" for char in row] for row in rows])
    counts = coco.encode(np.asfortranarray(pixels.astype(np.uint8)))["counts"]
    return Mask(height=len(rows), width=len(rows[0]), counts=counts)


def solid(x=0.0, turn=(0.0, 0.0, 0.0), size=(2.0, 2.0, 2.0)):
    """A box in space."""
    return Cuboid3D(position=(x, 0.0, 0.0), rotation=turn, scale=size)


EIGHTH = math.pi / 4
OCTAGON = 2 * (math.sqrt(2) - 1)
"""A square of area 1 and itself turned by 45 degrees have an octagon of this area in common."""


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (BOX, Box(x=5.0, y=0.0, w=10.0, h=10.0), 1 / 3),
        (BOX, Box(x=5.0, y=5.0, w=10.0, h=10.0), 25 / 175),
        (BOX, Box(x=2.0, y=2.0, w=5.0, h=4.0), 0.2),
        (BOX, Box(x=10.0, y=0.0, w=10.0, h=10.0), 0),
        (BOX, Box(x=20.0, y=20.0, w=1.0, h=1.0), 0),
        (BOX, Box(x=0.0, y=0.0, w=-10.0, h=10.0), 0),
        (BOX, Polygon(points=SQUARE), 1),
        (BOX, Polygon(points=SQUARE[::-1]), 1),
        (BOX, Polygon(points=(0.0, 0.0, 10.0, 0.0, 0.0, 10.0)), 0.5),
        (BOX, Polygon(points=SQUARE, holes=(HOLE,)), 0.96),
        (BOX, Polygon(points=SQUARE, holes=(HOLE[::-1],)), 0.96),
        (Polygon(points=HOLE), Polygon(points=SQUARE, holes=(HOLE,)), 0),
        # two triangles that touch in one point, which an outline that crosses itself covers
        (BOX, BOW_TIE, 0.5),
        (BOW_TIE, Polygon(points=(10.0, 10.0, 0.0, 0.0, 0.0, 10.0, 10.0, 0.0)), 1),
        (BOX, RotatedBox(cx=5.0, cy=5.0, w=10.0, h=10.0, angle=90.0), 1),
        (
            BOX,
            RotatedBox(cx=5.0, cy=5.0, w=10.0, h=10.0, angle=45.0),
            OCTAGON / (2 - OCTAGON),
        ),
        (
            Polygon(points=(0.0, 0.0, 10.0, 0.0, 0.0, 10.0)),
            Polygon(points=(10.0, 10.0, 10.0, 0.0, 0.0, 10.0)),
            0,
        ),
        # the corners of a box drawn in perspective: its outline is that of a hexagon
        (
            Cuboid2D(
                points=(
                    *(0.0, 2.0, 8.0, 2.0, 8.0, 10.0, 0.0, 10.0),
                    *(2.0, 0.0, 10.0, 0.0, 10.0, 8.0, 2.0, 8.0),
                )
            ),
            BOX,
            0.96,
        ),
        (mask("xx..", "xx.."), mask(".xx.", ".xx."), 1 / 3),
        (mask("xx..", "xx.."), Box(x=0.0, y=0.0, w=2.0, h=2.0), 1),
        (mask("xx..", "xx.."), Box(x=1.0, y=0.0, w=2.0, h=2.0), 1 / 3),
        (mask("xx..", "xx.."), Box(x=0.5, y=0.5, w=1.0, h=1.0), 0.25),
        (mask("xx..", "x..."), Polygon(points=(0.0, 0.0, 2.0, 0.0, 0.0, 2.0)), 2 / 3),
        (mask("xx", "xx"), mask("xx..", "xx..", "...."), 1),
        (mask("xxx", "x.x", "xxx"), Box(x=0.0, y=0.0, w=3.0, h=3.0), 8 / 9),
        (Label(label=0), Label(label=0, id=3), 1),
        (Label(label=0), Label(label=1), 0),
        (BOX, Caption(text="x"), 0),
        (BOX, Points(points=SQUARE), 0),
        (Caption(text="a red  car"), Caption(text="Car red a"), 1),
        (Caption(text="a red car"), Caption(text="a car a"), 0.5),
        (Caption(text=""), Caption(text=" "), 1),
        (Caption(text=""), Caption(text="x"), 0),
        (solid(), solid(x=1.0), 4 / 12),
        (solid(), solid(x=2.0), 0),
        (solid(), solid(size=(2.0, 2.0, 0.0)), 0),
        (solid(), solid(size=(1.0, 2.0, 2.0)), 0.5),
        (solid(), solid(turn=(0.0, 0.0, EIGHTH)), OCTAGON / (2 - OCTAGON)),
        (solid(), solid(turn=(0.0, EIGHTH, 0.0)), OCTAGON / (2 - OCTAGON)),
        (solid(), solid(turn=(EIGHTH, 0.0, 0.0)), OCTAGON / (2 - OCTAGON)),
        # a quarter turn around two axes is the same cube, by way of clipping
        (solid(), solid(turn=(2 * EIGHTH, 2 * EIGHTH, 0.0)), 1),
        (solid(turn=(0.3, 0.2, 0.1)), solid(turn=(0.3, 0.2, 0.1), size=(2.0, 1.0, 2.0)), 0.5),
    ],
)
def test_overlap_by_hand(a, b, expected):
    """Overlaps that can be worked out by hand, either way round."""
    assert iou(a, b) == pytest.approx(expected, abs=1e-12)
    assert iou(b, a) == iou(a, b)


def test_ellipses_are_right_to_one_in_a_million():
    """A circle in a square, and two circles of radius 1 whose centres are 1 apart."""
    circle = Ellipse(cx=5.0, cy=5.0, rx=5.0, ry=5.0)
    assert iou(BOX, circle) == pytest.approx(math.pi / 4, abs=1e-6)
    lens = 2 * math.pi / 3 - math.sqrt(3) / 2
    one, other = (Ellipse(cx=x, cy=0.0, rx=1.0, ry=1.0, angle=20 * x) for x in (0.0, 1.0))
    assert iou(one, other) == pytest.approx(lens / (2 * math.pi - lens), abs=1e-6)


def test_keypoints_by_hand():
    """The mean over all that is present on a side; what is absent on the other is not alike."""
    # bounds of 30 × 40 on both sides, so that s² is 1250, and 2 s² (2 sigma)² is 100
    one = Points(points=(0.0, 0.0, 30.0, 40.0, 9.0, 9.0), visibility=(2, 2, 0))
    moved = replace(one, points=(6.0, 8.0, 36.0, 48.0, 0.0, 0.0))
    assert iou(one, moved) == pytest.approx(math.exp(-1))
    more = Skeleton(points=(0.0, 0.0, 30.0, 40.0, 9.0, 9.0))
    assert iou(one, more) == iou(more, one) == pytest.approx(2 / 3)
    assert iou(one, Points(points=(0.0, 0.0, 30.0, 40.0))) == 1
    # one point alone has the extent of a small object: 2 · 32² · 0.04
    assert iou(Points(points=(0.0, 0.0)), Points(points=(3.0, 4.0))) == pytest.approx(
        math.exp(-25 / 81.92)
    )
    assert iou(Points(points=(0.0, 0.0), visibility=(0,)), one) == 0


def test_keypoints_as_coco_has_them():
    """On squares of equal size it is what COCOeval computes, with the same deviation."""
    from pycocotools.cocoeval import COCOeval

    rng = np.random.default_rng(0)
    places = rng.uniform(20, 80, (2, 17, 2))
    places[:, 0], places[:, 1] = 0.0, 100.0  # the same bounds on both sides
    first, second = (Skeleton(points=tuple(side.ravel().tolist())) for side in places)
    judge = COCOeval(iouType="keypoints")
    judge.params.kpt_oks_sigmas = np.full(17, 0.1)
    flat = [np.concatenate([side, np.full((17, 1), 2)], axis=1).ravel().tolist() for side in places]
    shared = {"bbox": [0, 0, 100, 100], "area": 10000, "num_keypoints": 17, "score": 1}
    judge._gts[1, 1] = [{**shared, "keypoints": flat[0]}]  # noqa: SLF001 (its only way in without files)
    judge._dts[1, 1] = [{**shared, "keypoints": flat[1]}]  # noqa: SLF001 (as above)
    assert iou(first, second) == pytest.approx(judge.computeOks(1, 1)[0, 0])


def test_lines_have_no_direction():
    """A line and itself the other way round are one; parallel lines less so as they part."""
    line = Polyline(points=(0.0, 0.0, 50.0, 0.0, 100.0, 0.0))
    assert iou(line, Polyline(points=(100.0, 0.0, 0.0, 0.0))) == 1
    # s² is 5000, and 2 s² (2 sigma)² is 400
    assert iou(line, Polyline(points=(0.0, 20.0, 100.0, 20.0))) == pytest.approx(math.exp(-1))
    assert iou(line, Polyline(points=(0.0, 200.0, 100.0, 200.0))) < 1e-9


def test_pairs_are_a_table():
    """Rows are the first, columns the second; no annotation makes no rows."""
    boxes = [replace(BOX, x=5.0 * n) for n in range(3)]
    assert pairwise_iou(boxes, boxes[:2]) == pytest.approx(
        np.array([[1, 1 / 3], [1 / 3, 1], [0, 1 / 3]])
    )
    assert pairwise_iou([], boxes).shape == (0, 3)
    assert pairwise_iou([], []).shape == (0, 0)


@settings(max_examples=40)
@given(st.lists(ANY, max_size=5), st.lists(ANY, max_size=5))
def test_overlap_is_symmetric_and_a_share(first, second):
    """From 0 to 1, the transpose the other way round, and 1 of a thing with itself if it is somewhere."""
    table = pairwise_iou(first, second)
    assert ((table >= 0) & (table <= 1)).all()
    assert (pairwise_iou(second, first) == table.T).all()
    for one in first:
        somewhere = isinstance(one, NO_PLACE) or bounds(one) is not None
        assert iou(one, replace(one, id=7)) == (1 if somewhere else 0)


def numbers(most):
    """Coordinates of few values, so that points and edges coincide, or of any in the range."""
    one = st.integers(0, 6).map(float) | st.floats(0, 10)
    return st.lists(one, min_size=6, max_size=most).map(tuple)


@settings(max_examples=80)
@given(numbers(14), numbers(14), st.lists(numbers(6), max_size=1).map(tuple))
@example((0.0,) * 6, (0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 2e-313, 0.0), ()).via("an edge without a slope")
def test_polygons_as_shapely_has_them(first, second, holes):
    """Outlines that cross themselves, touch, coincide or have holes: areas and common areas."""
    shapely = pytest.importorskip("shapely")
    shapes, expected = [], []
    for points, inner in ((first, ()), (second, holes)):
        rings = [ring[: len(ring) // 2 * 2] for ring in (points, *inner)]
        shapes.append(Polygon(points=rings[0], holes=tuple(rings[1:])))
        outlines = [shapely.Polygon(np.reshape(ring, (-1, 2))) for ring in rings]
        for one in outlines:  # shapely counts what is drawn twice once
            drawn = one.exterior
            assume(shapely.unary_union(drawn).length == pytest.approx(drawn.length))
        even_odd = shapely.make_valid(outlines[0])
        for hole in outlines[1:]:
            even_odd = even_odd.symmetric_difference(shapely.make_valid(hole))
        expected.append(even_odd)
    regions = regions_of(shapes)
    assert regions.areas == pytest.approx([one.area for one in expected], abs=1e-7)
    common = common_areas(regions, np.array([0]), regions, np.array([1]))
    assert common == pytest.approx([expected[0].intersection(expected[1]).area], abs=1e-7)


@settings(max_examples=40)
@given(st.integers(1, 9), st.integers(1, 9), st.randoms(use_true_random=False))
def test_masks_as_coco_has_them(height, width, random):
    """Masks of one size, pixel by pixel; and a mask and its pixels as boxes."""
    from pycocotools import mask as coco

    rows = [
        ["".join(random.choice(".x") for _ in range(width)) for _ in range(height)]
        for _ in range(2)
    ]
    first, second = (mask(*one) for one in rows)
    pair = [{"size": [height, width], "counts": one.counts} for one in (first, second)]
    expected = coco.iou(pair[:1], pair[1:], [0])[0][0]
    empty = not (area(first) or area(second))
    assert iou(first, second) == (0 if empty else pytest.approx(expected))


def test_solids_as_points_have_them():
    """The share of the points of a lattice that are in both of two boxes, turned around all axes."""
    from datum.model.solids import _axes

    rng = np.random.default_rng(1)
    places = np.stack(np.meshgrid(*[np.linspace(-2, 2, 80)] * 3), axis=-1).reshape(-1, 3)
    for _ in range(4):
        pair = [
            Cuboid3D(
                position=tuple(rng.uniform(-0.3, 0.3, 3).tolist()),
                rotation=tuple(rng.uniform(-3, 3, 3).tolist()),
                scale=tuple(rng.uniform(1, 2, 3).tolist()),
            )
            for _ in range(2)
        ]
        inside = [
            (np.abs((places - box.position) @ _axes(box)) <= np.array(box.scale) / 2).all(axis=1)
            for box in pair
        ]
        expected = (inside[0] & inside[1]).sum() / (inside[0] | inside[1]).sum()
        assert iou(*pair) == pytest.approx(expected, abs=0.01)
        assert iou(*pair) == iou(*pair[::-1])


@settings(max_examples=60)
@given(st.lists(st.floats(), max_size=9).map(tuple), st.lists(st.floats(), max_size=9).map(tuple))
def test_any_numbers_have_an_overlap(points, others):
    """Points of any numbers, odd ones out and too few, NaN and infinities, raise nothing."""
    four = (*points, *[0.0] * 4)[:4]
    shapes = [
        Polygon(points=points),
        Polygon(points=SQUARE, holes=(points,)),
        Polyline(points=points),
        Points(points=points),
        Cuboid2D(points=points),
        Box(x=four[0], y=four[1], w=four[2], h=four[3]),
        Polygon(points=others),
        Polyline(points=others),
        Points(points=others),
        BOX,
    ]
    table = pairwise_iou(shapes, shapes)
    assert ((table >= 0) & (table <= 1)).all()
    assert (table == table.T).all()


@pytest.mark.parametrize("counts", [b"", b"zzzz", b"\xff\xff", b"P9999999", b"0"])
def test_broken_run_lengths_cover_nothing(counts):
    """A mask that does not cover its image overlaps nothing."""
    assert iou(Mask(height=6, width=8, counts=counts), BOX) == 0


def test_large_coordinates_keep_their_digits():
    """Shapes far from the origin overlap as they do near it."""
    near = Polygon(points=(0.0, 0.0, 10.0, 1.0, 3.0, 8.0)), Polygon(points=SQUARE)
    far = [replace(one, points=tuple(1e6 + number for number in one.points)) for one in near]
    assert iou(*far) == pytest.approx(iou(*near), abs=1e-8)
