"""Segments that cover each other, instances of several segments, boxes that are none."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datum.errors import UsageError
from datum.model import (
    Box,
    InMemory,
    Item,
    Label,
    Mask,
    Media,
    Polygon,
    RotatedBox,
)
from datum.model.covering import covered
from datum.model.rle import decode_pixels, encode_pixels
from datum.plugins import find_transform
from datum.testing.datasets import image_bytes
from datum.testing.transforms import run_transform

SIZE = (6, 8)
NAN = math.nan


def run(name, *annotations, size=SIZE, media=None, **options):
    media = media or Media(path="i.png", height=size and size[0], width=size and size[1])
    item = Item(id="i", subset="s", media=(media,), annotations=annotations)
    made = run_transform(find_transform(name), [item], **options)
    return made.items[0].annotations, made.losses.rows()


def square(x, y, w, h, **more):
    return Polygon(points=(x, y, x + w, y, x + w, y + h, x, y + h), **more)


def mask(*rows, **more):
    pixels = np.array([[c == "x" for c in row] for row in rows])
    return Mask(height=len(rows), width=len(rows[0]), counts=encode_pixels(pixels), **more)


def drawn(one):
    if isinstance(one, Mask):
        return decode_pixels(one)
    return decode_pixels(Mask(height=6, width=8, counts=covered(one, *SIZE)))


def rows(one):
    return ["".join(".x"[int(on)] for on in row) for row in drawn(one)]


def cropped(*annotations, **more):
    return run("crop_covered_segments", *annotations, **more)


def merged(*annotations, polygons=False, **more):
    return run("merge_instance_segments", *annotations, include_polygons=polygons, **more)


def fixed(*annotations, **more):
    return run("fix_boxes", *annotations, **more)


# ------------------------------------------------------------------ crop_covered_segments


def test_what_is_above_takes_away():
    """By z-order, of equal ones the later; the order in the item and what is said stay."""
    low = square(0, 0, 4, 4, id=1, label=1, group=5, score=0.5)
    top = square(2, 2, 4, 4, id=2, z_order=9)
    later = mask("........", ".x......", "........", "........", ".......x", "........", id=3)
    (first, second, third), losses = cropped(top, low, later)
    assert first is top
    assert rows(second) == ["xxxx....", "x.xx....", "xx......", "xx......", "........", "........"]
    assert (second.id, second.label, second.group, second.score) == (1, 1, 5, 0.5)
    assert third is later
    assert not losses


def test_something_inside_leaves_a_hole():
    """The known tool does not cut it out, and both cover it."""
    (outer, inner), losses = cropped(square(0, 0, 6, 6, id=1), square(2, 2, 2, 2, id=2))
    assert outer.points == (0, 0, 6, 0, 6, 6, 0, 6)
    assert [sorted(zip(h[::2], h[1::2], strict=True)) for h in outer.holes] == [
        [(2, 2), (2, 4), (4, 2), (4, 4)]
    ]
    assert inner.id == 2
    assert not losses


def test_a_polygon_cut_in_two():
    """Two polygons of one group; a mask stays one mask."""
    bar = square(3, 0, 2, 6, id=9)
    (left, right, _), _ = cropped(square(0, 1, 8, 2, id=1), bar)
    assert (left.id, right.id) == (1, None)
    assert left.group == right.group == 1
    below = mask("xxxxxxxx", *["........"] * 5, id=1)
    (one, _), _ = cropped(below, bar)
    assert rows(one)[0] == "xxx..xxx"
    assert (one.id, one.group) == (1, 0)


def test_what_is_covered_altogether_goes():
    """And is counted."""
    found, losses = cropped(square(1, 1, 2, 2), mask(*["xxxxxxxx"] * 6), square(0, 0, 8, 6))
    assert found == (square(0, 0, 8, 6),)
    assert losses == [
        ("mask", "it is covered altogether; removed", 1, ("s/i",)),
        ("polygon", "it is covered altogether; removed", 1, ("s/i",)),
    ]


def test_what_cannot_be_drawn_covers_nothing():
    """It stays, and is counted; other annotations are not looked at."""
    bad = Mask(height=6, width=8, counts=b"zz")
    none = Polygon(points=(0, 0, NAN, 1, 2, 2))
    box = Box(x=0, y=0, w=8, h=6, z_order=99)
    notes = (square(0, 0, 4, 4), bad, none, box)
    found, losses = cropped(*notes)
    assert all(one is other for one, other in zip(found, notes, strict=True))
    assert [row[:3] for row in losses] == [
        ("mask", "it cannot be drawn; left as it was", 1),
        ("polygon", "it cannot be drawn; left as it was", 1),
    ]
    found, losses = cropped(*notes, size=None)
    assert found == notes
    assert losses[0][:2] == ("item", "the size of its picture is unknown; left as it was")


segments = st.lists(
    st.tuples(
        st.integers(-2, 7),
        st.integers(-2, 5),
        st.integers(1, 9),
        st.integers(1, 9),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=40)
@given(segments)
def test_segments_are_disjoint_afterwards(shapes):
    """No two have a pixel in common, together they have those that they had; doing it again changes nothing."""
    before = [square(x, y, w, h, z_order=z, id=n) for n, (x, y, w, h, z) in enumerate(shapes)]
    found, _ = cropped(*before)
    total = sum((drawn(one).astype(int) for one in found), np.zeros(SIZE, int))
    assert (total == np.any([drawn(one) for one in before], axis=0)).all()
    again, _ = cropped(*found)
    assert all(one is other for one, other in zip(found, again, strict=True))


# ------------------------------------------------------------------ merge_instance_segments


def test_masks_of_one_group_are_one_mask():
    """It is where the first was, and says what the largest says; others are not touched."""
    small = mask("xx......", *["........"] * 5, id=1, group=4, label=0, score=0.1)
    large = mask("........", "xxxxx...", *["........"] * 4, id=2, group=4, label=1, z_order=7)
    alone = mask(*["x......."] * 6, id=3, group=5)
    free = mask(*["x......."] * 6, id=4)
    polygon = square(5, 5, 2, 1, id=5, group=4)
    label = Label(label=0, id=6, group=4)
    found, losses = merged(label, small, alone, free, large, polygon)
    assert found[0] is label
    assert rows(found[1])[:3] == ["xx......", "xxxxx...", "........"]
    assert (found[1].id, found[1].label, found[1].group, found[1].z_order) == (2, 1, 4, 7)
    assert found[1].score is None
    assert found[2:] == (alone, free, polygon)
    assert [row[:3] for row in losses] == [
        ("label", "the largest segment of the instance says otherwise", 1),
        ("score", "the largest segment of the instance says otherwise", 1),
    ]


def test_polygons_are_included_where_that_is_asked_for():
    """With their holes; a polygon that is alone becomes a mask too."""
    ring = Polygon(
        points=(0, 0, 4, 0, 4, 4, 0, 4), holes=((1, 1, 3, 1, 3, 3, 1, 3),), id=1, group=2
    )
    pixel = mask("........", "........", ".......x", *["........"] * 3, id=2, group=2)
    single = square(5, 4, 2, 2, id=3)
    (one, alone), losses = merged(ring, pixel, single, polygons=True)
    assert rows(one) == ["xxxx....", "x..x....", "x..x...x", "xxxx....", "........", "........"]
    assert (one.id, one.group) == (1, 2)
    assert rows(alone)[4:] == [".....xx.", ".....xx."]
    assert (alone.id, alone.group) == (3, 0)
    assert not losses


def test_segments_that_cannot_be_merged():
    """They stay, and are counted; without a size of the image, masks have one."""
    good, more = mask("x.", "..", id=1, group=1), mask(".x", "..", id=2, group=1)
    odd = mask("x", id=3, group=1)
    (one, other), losses = merged(good, odd, more, size=None)
    assert rows(one) == ["xx", ".."]
    assert other is odd
    assert losses == [("mask", "it cannot be drawn; left as it was", 1, ("s/i",))]
    polygon = square(0, 0, 1, 1)
    (one,), losses = merged(polygon, polygons=True, size=None)
    assert one is polygon
    assert losses == [("polygon", "it cannot be drawn; left as it was", 1, ("s/i",))]


def test_a_segment_that_is_there_twice():
    """The same value twice is merged with itself."""
    twin = mask("x.", "..", group=1)
    found, _ = merged(twin, twin, size=(2, 2))
    assert found == (twin,)


# ------------------------------------------------------------------ fix_boxes


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ((5, 4, -2, -3), (3, 1, 2, 3), ["its size was negative; turned over"]),
        ((1, 1, 2.5, -0.5), (1, 0.5, 2.5, 0.5), ["its size was negative; turned over"]),
        ((-1, 2, 3, 9), (0, 2, 2, 4), ["it reached out of the image; cut off"]),
        (
            (9, 1, -3, 1),
            (6, 1, 2, 1),
            ["it reached out of the image; cut off", "its size was negative; turned over"],
        ),
        ((NAN, 1, 2, 2), None, ["a coordinate is no number; removed"]),
        ((1, 1, math.inf, 2), None, ["a coordinate is no number; removed"]),
        ((8, 1, 2, 2), None, ["it lies outside of the image; removed"]),
        ((-5, -5, 2, 2), None, ["it lies outside of the image; removed"]),
        ((1, 1, 0, 2), None, ["it has no area; removed"]),
        ((1, 1, 2, -0.0), None, ["it has no area; removed"]),
    ],
)
def test_boxes_are_put_right(before, after, why):
    """Or removed; each change is counted, and what is said stays."""
    said = {"id": 3, "label": 1, "group": 2, "score": 0.25, "attributes": {"a": 1}}
    x, y, w, h = before
    found, losses = fixed(Box(x=x, y=y, w=w, h=h, **said), Label(label=0))
    boxes = [one for one in found if isinstance(one, Box)]
    expected = [] if after is None else [Box(**dict(zip("xywh", after, strict=True)), **said)]
    assert boxes == expected
    assert [row[:3] for row in losses] == [("box", one, 1) for one in why]


def test_rotated_boxes_are_put_right():
    """They lose the sign of their size, and reach out of the image as they did."""
    reaching = RotatedBox(cx=0, cy=3, w=4, h=1, angle=30)
    found, losses = fixed(
        RotatedBox(cx=4, cy=3, w=-2, h=1, angle=30),
        reaching,
        RotatedBox(cx=4, cy=3, w=2, h=0, angle=30),
        RotatedBox(cx=4, cy=3, w=2, h=1, angle=NAN),
        RotatedBox(cx=99, cy=3, w=2, h=1, angle=0),
    )
    assert found == (RotatedBox(cx=4, cy=3, w=2, h=1, angle=30), reaching)
    assert [(row[1], row[2]) for row in losses] == [
        ("a coordinate is no number; removed", 1),
        ("it has no area; removed", 1),
        ("it lies outside of the image; removed", 1),
        ("its size was negative; turned over", 1),
    ]


def test_sound_boxes_are_not_touched():
    """The very ones come back; small ones go where that is asked for."""
    box, small = Box(x=0, y=0, w=8, h=6), Box(x=1, y=1, w=1, h=5)
    found, losses = fixed(box, small)
    assert found[0] is box
    assert not losses
    found, losses = fixed(box, small, min_size="1")
    assert found == (box,)
    assert losses == [("box", "it is too small; removed", 1, ("s/i",))]


def test_boxes_of_an_image_of_unknown_size():
    """They are put right but for the border of the image, which is counted."""
    found, losses = fixed(Box(x=5, y=1, w=-9, h=1), size=None)
    assert found == (Box(x=-4, y=1, w=9, h=1),)
    assert losses[0][:3] == ("box", "its size was negative; turned over", 1)
    assert losses[1][:2] == ("item", "the size of its picture is unknown; boxes are not cut to it")
    found, _ = fixed(
        Box(x=5, y=1, w=9, h=1), media=Media(path="i.png", content=InMemory(image_bytes()))
    )
    assert found == (Box(x=5, y=1, w=3, h=1),)


@pytest.mark.parametrize("least", ["-1", "nan", "inf"])
def test_sizes_that_make_no_sense(least):
    """They are refused."""
    with pytest.raises(UsageError, match="--min-size"):
        fixed(min_size=least)


@settings(max_examples=60)
@given(st.lists(st.floats(), min_size=4, max_size=4))
def test_whatever_is_fixed_is_sound(numbers):
    """Finite, in the image, of some area; and fixing it again changes nothing."""
    x, y, w, h = numbers
    found, losses = fixed(Box(x=x, y=y, w=w, h=h))
    assert found or losses
    for box in found:
        assert 0 <= box.x <= box.x + box.w <= 8
        assert 0 <= box.y <= box.y + box.h <= 6
        assert min(box.w, box.h) > 0
        (again,), counted = fixed(box)
        assert again is box
        assert not counted
