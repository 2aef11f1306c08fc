"""Boxes, polygons, masks into each other."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datum.model import (
    Box,
    Cuboid2D,
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
from datum.model.covering import covered
from datum.model.overlap import iou
from datum.model.rle import decode_pixels, empty_runs, encode_pixels
from datum.plugins import find_transform
from datum.testing.datasets import image_bytes
from datum.testing.transforms import run_transform

SAID = {"id": 7, "label": 1, "group": 3, "z_order": 2, "score": 0.5, "attributes": {"a": 1}}
RING = ((0, 0, 4, 0, 4, 4, 0, 4), ((1, 1, 3, 1, 3, 3, 1, 3),))


def run(name, *annotations, size=(5, 6), **options):
    media = Media(path="i.png", height=size and size[0], width=size and size[1])
    item = Item(id="i", subset="s", media=(media,), annotations=annotations)
    made = run_transform(find_transform(name), [item], **options)
    return made.items[0].annotations, made.losses.rows()


def bits(mask):
    return ["".join(".x"[int(on)] for on in row) for row in decode_pixels(mask)]


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("boxes_to_masks", Box(x=1, y=1, w=2, h=2, **SAID)),
        ("boxes_to_masks", RotatedBox(cx=2, cy=2, w=2, h=2, angle=90, **SAID)),
        ("boxes_to_polygons", Box(x=1, y=1, w=2, h=2, **SAID)),
        ("boxes_to_polygons", RotatedBox(cx=2, cy=2, w=2, h=2, angle=90, **SAID)),
        ("polygons_to_masks", Polygon(points=(1, 1, 3, 1, 3, 3, 1, 3), **SAID)),
        ("polygons_to_masks", Ellipse(cx=2, cy=2, rx=2, ry=2, **SAID)),
        ("shapes_to_boxes", Polygon(points=(1, 1, 3, 1, 3, 3), **SAID)),
        ("shapes_to_boxes", Mask(height=2, width=2, counts=encode_pixels(np.eye(2)), **SAID)),
    ],
)
def test_what_is_said_stays(name, shape):
    """Id, label, group, z-order, score and attributes are those of the shape; others are left alone."""
    label = Label(label=0)
    (first, new), losses = run(name, label, shape)
    assert first is label
    assert type(new) is not type(shape)
    assert {field: getattr(new, field) for field in SAID} == SAID
    assert not losses


def test_boxes_become_masks():
    """Of whole pixels, cut off at the border of the image."""
    (mask, beyond), _ = run("boxes_to_masks", Box(x=1, y=1, w=2, h=3), Box(x=4, y=3, w=9, h=9))
    assert bits(mask) == ["......", ".xx...", ".xx...", ".xx...", "......"]
    assert bits(beyond) == ["......", "......", "......", "....xx", "....xx"]


def test_holes_stay_holes():
    """From a polygon to a mask and back, with the hole and the label."""
    polygon = Polygon(points=RING[0], holes=RING[1], id=4, label=1)
    (mask,), _ = run("polygons_to_masks", polygon)
    assert bits(mask) == ["xxxx..", "x..x..", "x..x..", "xxxx..", "......"]
    (back,), _ = run("masks_to_polygons", mask)
    assert (back.id, back.label, len(back.holes)) == (4, 1, 1)
    assert iou(back, polygon) == 1


def test_boxes_become_polygons():
    """Clockwise from the top left corner, to the last digit."""
    (plain, turned), _ = run(
        "boxes_to_polygons",
        Box(x=0.1, y=0.2, w=1.0, h=2.0),
        RotatedBox(cx=2, cy=2, w=4, h=2, angle=90),
    )
    assert plain.points == (0.1, 0.2, 1.1, 0.2, 1.1, 2.2, 0.1, 2.2)
    assert turned.points == (3, 0, 3, 4, 1, 4, 1, 0)


@pytest.mark.parametrize(
    ("shape", "box"),
    [
        (Polygon(points=(1.5, 1, 3, 1, 3, 4.25)), (1.5, 1, 1.5, 3.25)),
        (Polyline(points=(4, 0, 1, 2)), (1, 0, 3, 2)),
        (Points(points=(1, 1, 3, 2)), (1, 1, 2, 1)),
        (Skeleton(points=(0, 0, 3, 2, 4, 4), visibility=(0, 1, 2)), (3, 2, 1, 2)),
        (Ellipse(cx=3, cy=2, rx=2, ry=1, angle=90), (2, 0, 2, 4)),
        (RotatedBox(cx=3, cy=2, w=4, h=2, angle=90), (2, 0, 2, 4)),
        (Mask(height=3, width=4, counts=encode_pixels(np.eye(3, 4, 1))), (1, 0, 3, 3)),
        (Cuboid2D(points=(*range(8), *range(8))), (0, 1, 6, 6)),
    ],
)
def test_shapes_become_boxes(shape, box):
    """The upright box around what is there; a mask's last pixel counts whole."""
    (new,), losses = run("shapes_to_boxes", shape)
    assert isinstance(new, Box)
    assert (new.x, new.y, new.w, new.h) == pytest.approx(box, abs=1e-12)
    assert not losses


@pytest.mark.parametrize(
    "shape",
    [
        Mask(height=3, width=4, counts=empty_runs(3, 4)),
        Mask(height=3, width=4, counts=b"zz"),
        Points(points=(1, 1), visibility=(0,)),
        Polygon(points=()),
        Polygon(points=(0, 0, 1, math.nan, 3, 3)),
    ],
)
def test_shapes_without_a_place(shape):
    """They stay, and are counted."""
    (new,), losses = run("shapes_to_boxes", shape)
    assert new is shape
    assert losses == [(shape.kind, "it has no place in the image; left as it was", 1, ("s/i",))]


def test_an_image_of_unknown_size():
    """Boxes stay, and are counted; where the image is at hand, it says its size."""
    box = Box(x=0, y=0, w=1, h=1)
    (new,), losses = run("boxes_to_masks", box, size=None)
    assert new is box
    assert losses == [("box", "the size of the image is unknown; left as it was", 1, ("s/i",))]
    media = Media(path="i.png", content=InMemory(image_bytes(".png", 6, 8)))
    item = Item(id="i", media=(media,), annotations=(box,))
    (mask,) = run_transform(find_transform("boxes_to_masks"), [item]).items[0].annotations
    assert (mask.height, mask.width) == (6, 8)


@pytest.mark.parametrize("points", [(), (1, 1), (1, 1, 2, 2), (1, 1, 2, 2, math.inf, 1)])
def test_polygons_that_are_none(points):
    """They stay, and are counted."""
    polygon = Polygon(points=points)
    (new,), losses = run("polygons_to_masks", polygon)
    assert new is polygon
    assert losses == [("polygon", "it cannot be drawn; left as it was", 1, ("s/i",))]


@settings(max_examples=30)
@given(st.integers(5, 12), st.floats(30, 45), st.floats(0, 6), st.floats(-0.3, 0.45))
def test_a_polygon_survives_being_a_mask(count, radius, start, dent):
    """Polygon to mask to polygon keeps an IoU above .95, for polygons of a reasonable size."""
    points = tuple(
        number
        for n in range(count)
        for reach in [radius * (1 + dent * (n % 2))]
        for angle in [start + 2 * math.pi * n / count]
        for number in (70 + reach * math.cos(angle), 70 + reach * math.sin(angle))
    )
    polygon = Polygon(points=points)
    counts = covered(polygon, 140, 140)
    back, _ = run("masks_to_polygons", Mask(height=140, width=140, counts=counts))
    largest = max(back, key=lambda one: len(one.points))
    assert iou(largest, polygon) > 0.95
    again = [covered(one, 140, 140) for one in back]
    if len(again) == 1:
        assert again == [counts], "drawing the outlines of a mask gives back its pixels"
