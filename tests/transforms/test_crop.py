"""What of annotations and pictures lies in a window: clip_to_image and crop."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from datum.errors import UsageError
from datum.images import decode_image
from datum.model import (
    Box,
    Caption,
    Cuboid2D,
    Cuboid3D,
    Ellipse,
    InMemory,
    Item,
    Label,
    Mask,
    Media,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
)
from datum.model.geometry import area, bounds
from datum.model.overlap import iou
from datum.model.rle import decode_pixels, encode_pixels
from datum.plugins import find_transform
from datum.testing.datasets import image_bytes, picture
from datum.testing.transforms import run_transform

SAID = {"id": 7, "label": 1, "group": 3, "z_order": 2, "score": 0.5, "attributes": {"a": 1}}
PLAIN = Media(path="i.png", height=10, width=20)
HOLED = Polygon(points=(0, 0, 8, 0, 8, 8, 0, 8), holes=((2, 2, 6, 2, 6, 6, 2, 6),), **SAID)
COMB = Polygon(points=(2, 8, 2, 14, 4, 14, 4, 10, 6, 10, 6, 14, 8, 14, 8, 8), **SAID)
"""A bar with two teeth that reach below an image of ten rows."""
FORK = Polygon(points=(2, 14, 2, 8, 4, 8, 4, 12, 6, 12, 6, 8, 8, 8, 8, 14), **SAID)


def run(name, *annotations, media=PLAIN, **options):
    item = Item(id="i", subset="s", media=(media,), annotations=annotations)
    made = run_transform(find_transform(name), [item], **options)
    return made.items[0], made.losses.rows()


def clip(*annotations, media=PLAIN):
    item, losses = run("clip_to_image", *annotations, media=media)
    return item.annotations, losses


def crop(*annotations, media=PLAIN, x=4, y=2, width=10, height=6):
    return run("crop", *annotations, media=media, x=x, y=y, width=width, height=height)


def said(one):
    return {field: getattr(one, field) for field in SAID}


# ------------------------------------------------------------------ clip_to_image


@pytest.mark.parametrize(
    "inside",
    [
        Box(x=0, y=0, w=20, h=10),
        Box(x=3, y=3, w=0, h=0),
        RotatedBox(cx=10, cy=5, w=10, h=20, angle=90),
        Ellipse(cx=10, cy=5, rx=10, ry=5),
        Ellipse(cx=10, cy=5, rx=3, ry=5, angle=33),
        Polygon(points=(0, 0, 20, 0, 20, 10, 0, 10), holes=((1, 1, 2, 1, 2, 2),)),
        Polyline(points=(0, 0, 20, 10)),
        Points(points=(0, 0, 20, 10)),
        Points(points=(-5, -5, 3, 3), visibility=(0, 2)),
        Skeleton(points=(99, 99), visibility=(0,)),
        Mask(height=10, width=20, counts=encode_pixels(np.zeros((10, 20)))),
        Cuboid2D(points=(0, 0, 20, 0, 20, 10, 0, 10) * 2),
        Cuboid3D(position=(-9, 0, 0), rotation=(0, 0, 0), scale=(1, 1, 1)),
        Label(label=0),
        Caption(text="out"),
    ],
)
def test_what_lies_in_the_image_stays(inside):
    """The very annotation, and nothing is counted."""
    (one,), losses = clip(inside)
    assert one is inside
    assert not losses


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Box(x=-1, y=-2, w=4, h=5, **SAID), {"x": 0, "y": 0, "w": 3, "h": 3}),
        (Box(x=19.25, y=9.5, w=4, h=5, **SAID), {"x": 19.25, "y": 9.5, "w": 0.75, "h": 0.5}),
        (Box(x=-5, y=0.1, w=90, h=0.7, **SAID), {"x": 0, "y": 0.1, "w": 20, "h": 0.7}),
        (Polyline(points=(10, 5, 30, 5), **SAID), {"points": (10, 5, 20, 5)}),
    ],
)
def test_what_reaches_out_is_cut(before, after):
    """Exactly, and says what it said."""
    (one,), losses = clip(before)
    assert {field: getattr(one, field) for field in after} == after
    assert said(one) == SAID
    assert not losses


def test_a_polygon_is_cut():
    """A corner outside gives two on the border; the corners inside are the very same."""
    (one,), losses = clip(Polygon(points=(-4, 4, 4, 0, 4, 8), **SAID))
    corners = list(zip(one.points[::2], one.points[1::2], strict=True))
    assert sorted(corners) == [(0, 2), (0, 6), (4, 0), (4, 8)]
    assert said(one) == SAID
    assert not losses


def test_a_polygon_that_falls_apart():
    """Two teeth stay of the fork: the first has the id, both have the group, or a new one."""
    fork = Polygon(points=(2, -4, 8, -4, 8, 4, 6, 4, 6, -2, 4, -2, 4, 4, 2, 4), id=5, label=1)
    found, losses = clip(Box(x=1, y=1, w=1, h=1, id=1, group=8), fork)
    _, first, second = found
    assert sorted((bounds(first), bounds(second))) == [(2, 0, 2, 4), (6, 0, 2, 4)]
    assert [one.id for one in (first, second)] == [5, None]
    assert [one.group for one in (first, second)] == [9, 9]
    assert not losses


def test_a_line_that_leaves_and_comes_back():
    """Its two parts are lines of one group."""
    (first, second), _ = clip(Polyline(points=(1, 8, 1, 12, 5, 12, 5, 8), **SAID))
    assert first.points == (1, 8, 1, 10)
    assert second.points == (5, 10, 5, 8)
    assert (first.id, second.id, first.group, second.group) == (7, None, 3, 3)


def test_a_rotated_box_and_an_ellipse_that_reach_out():
    """They become polygons of the exact area, which is counted."""
    box = RotatedBox(cx=0, cy=5, w=math.sqrt(8), h=math.sqrt(8), angle=45, **SAID)
    (half,), losses = clip(box)
    assert isinstance(half, Polygon)
    assert area(half) == pytest.approx(4)
    assert said(half) == SAID
    assert losses == [("rotated_box", "it is cut; what is left is a polygon", 1, ("s/i",))]
    (half,), losses = clip(Ellipse(cx=20, cy=5, rx=4, ry=2))
    assert area(half) == pytest.approx(math.pi * 4, rel=0.01)
    assert losses == [("ellipse", "it is cut; what is left is a polygon", 1, ("s/i",))]


@pytest.mark.parametrize("kind", [Points, Skeleton])
def test_keypoints_outside_are_absent(kind):
    """They keep their coordinates, and those inside how visible they are."""
    (one,), losses = clip(kind(points=(1, 1, -3, 4, 25, 5, 20, 10), visibility=(1, 2, 0, 2)))
    assert one.points == (1, 1, -3, 4, 25, 5, 20, 10)
    assert one.visibility == (1, 0, 0, 2)
    assert losses == [(kind.kind, "points outside are absent now", 1, ("s/i",))]
    (one,), _ = clip(kind(points=(1, 1, -3, 4)))
    assert one.visibility == (2, 0)


@pytest.mark.parametrize(
    "outside",
    [
        Box(x=20, y=0, w=4, h=4),
        Box(x=-4, y=-4, w=3, h=3),
        RotatedBox(cx=30, cy=5, w=4, h=4, angle=45),
        Ellipse(cx=-10, cy=5, rx=4, ry=4),
        Polygon(points=(-4, 0, -1, 0, -1, 4)),
        Polyline(points=(21, 0, 25, 9)),
        Points(points=(21, 5, -1, 5)),
        Cuboid2D(points=(30, 0, 31, 0, 31, 1, 30, 1) * 2),
    ],
)
def test_what_lies_outside_goes(outside):
    """And is counted."""
    found, losses = clip(outside)
    assert found == ()
    assert losses == [(outside.kind, "it lies outside of the image; removed", 1, ("s/i",))]


def test_a_cuboid_cannot_be_cut():
    """It stays whole, and is counted."""
    cuboid = Cuboid2D(points=(18, 0, 25, 0, 25, 5, 18, 5) * 2)
    found, losses = clip(cuboid)
    assert found == (cuboid,)
    assert losses == [("cuboid_2d", "it cannot be cut; left whole", 1, ("s/i",))]


@pytest.mark.parametrize(
    "bad",
    [
        Box(x=math.nan, y=0, w=1, h=1),
        Box(x=3, y=3, w=-1, h=1),
        Polygon(points=(0, 0, 1, 1)),
        RotatedBox(cx=1, cy=1, w=1, h=math.inf, angle=0),
        Points(points=(math.nan, 1)),
        Mask(height=9, width=20, counts=encode_pixels(np.ones((9, 20)))),
    ],
)
def test_what_cannot_be_cut(bad):
    """It stays as it was where the image is clipped, goes where it is cropped, and is counted."""
    found, losses = clip(bad)
    assert found[0] is bad
    assert losses == [(bad.kind, "it cannot be cut; left as it was", 1, ("s/i",))]
    item, losses = crop(bad)
    assert item.annotations == ()
    assert losses == [(bad.kind, "it cannot be cut; removed", 1, ("s/i",))]


def test_an_image_of_unknown_size():
    """The item stays; where only the bytes say the size, they do."""
    box = Box(x=-1, y=0, w=99, h=1)
    (one,), losses = clip(box, media=Media(path="i.png"))
    assert one is box
    why = "the size of its picture is unknown; left as it was"
    assert losses == [("item", why, 1, ("s/i",))]
    (one,), _ = clip(box, media=Media(path="i.png", content=InMemory(image_bytes())))
    assert (one.x, one.w) == (0, 8)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(-8, 28), st.integers(-8, 18)), min_size=3, max_size=8))
def test_polygons_are_cut_as_shapely_cuts_them(corners):
    """The area inside is the same; nothing reaches out; clipping again changes nothing."""
    ring = shapely.Polygon(corners)
    if not ring.is_valid or not ring.area:
        return
    found, _ = clip(Polygon(points=tuple(float(n) for xy in corners for n in xy)))
    inside = ring.intersection(shapely.box(0, 0, 20, 10)).area
    assert sum(map(area, found)) == pytest.approx(inside, abs=1e-9)
    again, _ = clip(*found)
    assert all(one is other for one, other in zip(found, again, strict=True))


# ------------------------------------------------------------------ crop


def test_annotations_move_to_the_origin_of_the_window():
    """The window is 10 x 6 pixels at (4, 2); each is cut and moved."""
    mask = np.zeros((10, 20))
    mask[1:4, 3:6] = 1
    item, losses = crop(
        Box(x=2, y=3, w=4, h=2, **SAID),
        HOLED,
        Polyline(points=(4, 2, 14, 8)),
        Points(points=(5, 3, 0, 0), visibility=(1, 2)),
        Mask(height=10, width=20, counts=encode_pixels(mask)),
        RotatedBox(cx=9, cy=5, w=2, h=1, angle=90),
        Ellipse(cx=9, cy=5, rx=2, ry=1),
        Label(label=0),
    )
    box, holed, line, points, pixels, rotated, ellipse, label = item.annotations
    assert item.size == (6, 10)
    assert (box.x, box.y, box.w, box.h, said(box)) == (0, 1, 2, 2, SAID)
    ring = shapely.Polygon(
        np.reshape(holed.points, (-1, 2)), [np.reshape(h, (-1, 2)) for h in holed.holes]
    )
    assert ring.equals(shapely.box(0, 0, 4, 6).difference(shapely.box(0, 0, 2, 4)))
    assert line.points == (0, 0, 10, 6)
    assert (points.points, points.visibility) == ((1, 1, -4, -2), (1, 0))
    assert (pixels.height, pixels.width) == (6, 10)
    assert np.argwhere(decode_pixels(pixels)).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert (rotated.cx, rotated.cy, rotated.angle) == (5, 3, 90)
    assert (ellipse.cx, ellipse.cy, ellipse.rx) == (5, 3, 2)
    assert label == Label(label=0)
    assert losses == [("points", "points outside are absent now", 1, ("s/i",))]


def test_a_mask_without_a_pixel_in_the_window_goes():
    """It is counted as outside."""
    mask = np.zeros((10, 20))
    mask[9, 19] = 1
    item, losses = crop(Mask(height=10, width=20, counts=encode_pixels(mask)))
    assert item.annotations == ()
    assert losses == [("mask", "it lies outside of the window; removed", 1, ("s/i",))]


@pytest.mark.parametrize("ext", [".png", ".bmp", ".tif"])
def test_pixels_of_the_window(ext):
    """They are the very pixels."""
    item, _ = crop(media=picture("i", ext, 10, 20))
    whole = decode_image(image_bytes(ext, 10, 20), "i")
    assert (decode_image(item.image.content.data, "i") == whole[2:8, 4:14]).all()
    assert item.size == (6, 10)


def test_a_window_that_reaches_out():
    """It is cut to the picture; one that misses it leaves the item as it was."""
    item, losses = crop(Box(x=15, y=5, w=5, h=5), media=picture("i", ".png", 10, 20), x=16, y=8)
    assert item.size == (2, 4)
    assert item.annotations[0] == Box(x=0, y=0, w=4, h=2)
    assert not losses
    box = Box(x=1, y=1, w=1, h=1)
    item, losses = crop(box, x=20)
    assert (item.size, item.annotations[0]) == ((10, 20), box)
    assert losses == [("item", "the window is outside of its picture; left as it was", 1, ("s/i",))]


def test_the_whole_picture_is_the_identity():
    """The very item comes back: bytes, and annotations of every kind that lie in it."""
    notes = (
        Box(x=0, y=0, w=8, h=6),
        Polygon(points=(0, 0, 8, 0, 8, 6)),
        Mask(height=6, width=8, counts=encode_pixels(np.zeros((6, 8)))),
        Points(points=(0, 0, 8, 6)),
        Label(label=0),
    )
    item = Item(id="i", media=(picture("i", ".jpg"),), annotations=notes)
    made = run_transform(find_transform("crop"), [item], width=8, height=6)
    assert made.items[0] is item
    made = run_transform(find_transform("crop"), [item], width=800, height=600)
    assert made.items[0] is item
    assert not made.losses


@pytest.mark.parametrize(
    "options",
    [
        {"width": 0, "height": 1},
        {"width": 1, "height": -1},
        {"x": -1, "width": 1, "height": 1},
        {"width": 5},
        {"width": 1.5, "height": 1},
    ],
)
def test_windows_that_are_none(options):
    """They are refused."""
    with pytest.raises(UsageError, match="crop"):
        run("crop", **options)


def test_broken_pictures_leave_their_items():
    """With what is said of them, and a count."""
    box = Box(x=1, y=1, w=1, h=1)
    broken = Media(path="i.png", height=10, width=20, content=InMemory(b"none"))
    item, losses = crop(box, media=broken)
    assert item.annotations == (box,)
    assert losses == [("item", "its picture does not decode; left as it was", 1, ("s/i",))]


def test_cropping_in_two_steps_is_cropping_once():
    """The window in the window is the same window."""
    shapes = (FORK, HOLED, COMB)
    once, _ = crop(*shapes, x=3, y=1, width=4, height=8)
    twice, _ = crop(
        *crop(*shapes, x=2, y=1, width=9, height=9)[0].annotations,
        x=1,
        y=0,
        width=4,
        height=8,
        media=Media(path="i.png", height=9, width=9),
    )
    assert sum(map(area, once.annotations)) == sum(map(area, twice.annotations))
    for one, other in zip(once.annotations, twice.annotations, strict=True):
        assert iou(one, other) == 1
