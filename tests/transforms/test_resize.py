"""Pictures and annotations in another size; boxes that are one pixel off."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datum.errors import UsageError
from datum.images import decode_image, encode_image
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
from datum.model.covering import ellipse_ring
from datum.model.rle import decode_pixels, encode_pixels
from datum.plugins import find_transform
from datum.testing.datasets import image_bytes, picture
from datum.testing.transforms import run_transform

SAID = {"id": 7, "label": 1, "group": 3, "z_order": 2, "score": 0.5, "attributes": {"a": 1}}


def run(item, name="resize", **options):
    made = run_transform(find_transform(name), [item], **options)
    return made.items[0], made.losses.rows()


def of(*annotations, height=6, width=8, media=None):
    media = media or Media(path="i.png", height=height, width=width)
    return Item(id="i", subset="s", media=(media,), annotations=annotations)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Box(x=1, y=2, w=3, h=0.5), {"x": 2, "y": 6, "w": 6, "h": 1.5}),
        (
            Polygon(points=(0, 0, 4, 0, 4, 4), holes=((1, 1, 3, 1, 3, 3),)),
            {"points": (0, 0, 8, 0, 8, 12), "holes": ((2, 3, 6, 3, 6, 9),)},
        ),
        (Polyline(points=(1, 1, 2, 5)), {"points": (2, 3, 4, 15)}),
        (Points(points=(0, 0, 3, 2), visibility=(0, 1)), {"points": (0, 0, 6, 6)}),
        (Skeleton(points=(1, 1, 3, 2), visibility=(2, 1)), {"points": (2, 3, 6, 6)}),
        (Cuboid2D(points=tuple(range(16))), {"points": tuple(n * (2 + n % 2) for n in range(16))}),
        (RotatedBox(cx=4, cy=3, w=2, h=1, angle=180), {"cx": 8, "cy": 9, "w": 4, "h": 3}),
        (RotatedBox(cx=4, cy=3, w=2, h=1, angle=-90), {"cx": 8, "cy": 9, "w": 6, "h": 2}),
        (Ellipse(cx=4, cy=3, rx=2, ry=1, angle=0), {"cx": 8, "cy": 9, "rx": 4, "ry": 3}),
        (Ellipse(cx=4, cy=3, rx=2, ry=1, angle=270), {"rx": 6, "ry": 2, "angle": 270}),
    ],
)
def test_coordinates_are_multiplied(before, after):
    """By 2 along x and by 3 along y; what is said stays."""
    said = type(before)(**{**{f: getattr(before, f) for f in before.__struct_fields__}, **SAID})
    item, losses = run(of(said), width=16, height=18)
    assert item.size == (18, 16)
    (new,) = item.annotations
    assert type(new) is type(before)
    assert {field: getattr(new, field) for field in after} == after
    assert {field: getattr(new, field) for field in SAID} == SAID
    assert getattr(new, "visibility", None) == getattr(before, "visibility", None)
    assert not losses


def test_what_has_no_place_stays():
    """Labels, captions and cuboids in space are the very same."""
    notes = (
        Label(label=0),
        Caption(text="a"),
        Cuboid3D(position=(1, 2, 3), rotation=(0, 0, 0), scale=(1, 1, 1)),
    )
    item, losses = run(of(*notes), width=16, height=18)
    assert item.annotations == notes
    assert not losses


def test_a_rotated_box_in_an_uneven_scale():
    """It is the parallelogram of its corners then, and counted; in an even scale it stays one."""
    box = RotatedBox(cx=4, cy=4, w=math.sqrt(8), h=math.sqrt(8), angle=45, **SAID)
    item, losses = run(of(box), width=16, height=6)
    (polygon,) = item.annotations
    assert isinstance(polygon, Polygon)
    assert polygon.points == pytest.approx((8, 2, 12, 4, 8, 6, 4, 4))
    assert (polygon.id, polygon.group) == (7, 3)
    why = "its sides are at right angles no more; it is a polygon now"
    assert losses == [("rotated_box", why, 1, ("s/i",))]
    item, losses = run(of(box), width=16, height=12)
    assert item.annotations[0].w == 2 * box.w
    assert not losses


@settings(max_examples=40)
@given(
    st.floats(0.5, 50),
    st.floats(0.5, 50),
    st.floats(-180, 180),
    st.integers(1, 40),
    st.integers(1, 40),
)
def test_an_ellipse_stays_the_ellipse_that_it_is(rx, ry, angle, width, height):
    """Points of the old one, scaled, lie on the new one."""
    old = Ellipse(cx=3, cy=4, rx=rx, ry=ry, angle=angle)
    (new,) = run(of(old), width=width, height=height)[0].annotations
    ring = np.reshape(ellipse_ring(old), (-1, 2)) * (width / 8, height / 6)
    turned = math.radians(new.angle)
    dx, dy = (ring - (new.cx, new.cy)).T
    along = (dx * math.cos(turned) + dy * math.sin(turned)) / new.rx
    across = (dy * math.cos(turned) - dx * math.sin(turned)) / new.ry
    assert np.allclose(along**2 + across**2, 1, atol=1e-6)


def test_each_new_pixel_of_a_mask_is_an_old_one():
    """The one that its centre falls into: here each old one is two rows and one and a half columns."""
    mask = Mask(height=2, width=2, counts=encode_pixels(np.array([[1, 0], [0, 1]])), **SAID)
    (new,) = run(of(mask, height=2, width=2), width=3, height=4)[0].annotations
    assert decode_pixels(new).astype(int).tolist() == [
        [1, 0, 0],
        [1, 0, 0],
        [0, 1, 1],
        [0, 1, 1],
    ]
    assert (new.height, new.width, new.id, new.score) == (4, 3, 7, 0.5)


@settings(max_examples=30)
@given(st.lists(st.floats(-1e6, 1e6), min_size=6, max_size=6), st.integers(1, 9), st.integers(1, 9))
def test_doubling_and_halving_restores(numbers, height, width):
    """Every coordinate to the last bit, and every pixel of a mask."""
    x, y, w, h, *_ = numbers
    pixels = np.random.default_rng(height * width).random((height, width)) > 0.5
    notes = (
        Box(x=x, y=y, w=w, h=h),
        RotatedBox(cx=x, cy=y, w=abs(w), h=abs(h), angle=33.0),
        Ellipse(cx=x, cy=y, rx=abs(w), ry=abs(h), angle=33.0),
        Polygon(points=tuple(numbers)),
        Mask(height=height, width=width, counts=encode_pixels(pixels)),
    )
    item = of(*notes, height=height, width=width)
    double, _ = run(item, width=2 * width, height=2 * height)
    back, losses = run(double, width=width)
    assert back == item
    assert not losses


def test_one_side_alone_keeps_the_proportions():
    """The other one is rounded to the nearest pixel, half of one up, and is at least one."""
    assert run(of(height=6, width=8), width=4)[0].size == (3, 4)
    assert run(of(height=5, width=10), width=5)[0].size == (3, 5), "2.5 is 3"
    assert run(of(height=7, width=10), height=3)[0].size == (3, 4), "4.3 is 4"
    assert run(of(height=1, width=100), width=10)[0].size == (1, 10), "0.1 is 1"


@pytest.mark.parametrize("method", ["auto", "area", "cubic", "linear", "nearest"])
@pytest.mark.parametrize("ext", [".png", ".jpg", ".bmp", ".tif", ".webp"])
def test_the_picture_is_resized(ext, method):
    """In a file of its type, of its channels and depth, by the method that is asked for."""
    item, losses = run(of(media=picture("i", ext, 40, 60)), width=90, height=20, method=method)
    pixels = decode_image(item.image.content.data, "i")
    assert pixels.shape == (20, 90, 3)
    assert item.size == (20, 90)
    assert not losses
    if method == "auto" and ext == ".png":
        source = decode_image(image_bytes(ext, 40, 60), "i")
        assert (pixels == cv2.resize(source, (90, 20), interpolation=cv2.INTER_AREA)).all()


def test_depth_and_transparency_stay():
    """16 bits for each of four channels; a picture of class ids gets no new ids by nearest."""
    deep = np.arange(6 * 8 * 4, dtype=np.uint16).reshape(6, 8, 4) * 300
    media = Media(path="i.png", content=InMemory(encode_image(deep, "i.png", "i")))
    item, _ = run(of(media=media), width=16)
    pixels = decode_image(item.image.content.data, "i")
    assert (pixels.shape, pixels.dtype) == ((12, 16, 4), np.uint16)
    ids = np.array([[0, 7], [200, 255]], np.uint8)
    media = Media(path="i.png", content=InMemory(encode_image(ids, "i.png", "i")))
    item, _ = run(of(media=media), width=5, method="nearest")
    assert set(np.unique(decode_image(item.image.content.data, "i"))) == {0, 7, 200, 255}


def test_a_picture_of_that_size_stays():
    """The very item, though its bytes are broken: they are not even read."""
    broken = Media(path="i.png", height=6, width=8, content=InMemory(b"no picture"))
    item = of(Box(x=math.nan, y=0, w=1, h=1), media=broken)
    again, losses = run(item, width=8, height=6)
    assert again is item
    assert not losses


@pytest.mark.parametrize(
    ("media", "why"),
    [
        ((), "the size of its picture is unknown"),
        ((Media(path="i.png"),), "the size of its picture is unknown"),
        (
            (Media(path="i.png", height=9, width=9, content=InMemory(b"no")),),
            "its picture does not decode",
        ),
        (
            (Media(path="i.png", height=8, width=6, content=InMemory(image_bytes())),),
            "its picture is not of the size that is stated",
        ),
        ((Media(path="i.png", height=0, width=6),), "its picture has no pixels, or too many"),
        (
            (Media(path="i.xyz", content=InMemory(image_bytes())),),
            "no .xyz file can be written",
        ),
    ],
)
def test_a_picture_that_cannot_be_resized(media, why):
    """Its item stays as it was, and is counted with the reason."""
    item = Item(id="i", subset="s", media=media, annotations=(Box(x=1, y=1, w=2, h=2),))
    again, losses = run(item, width=4, height=4)
    assert again is item
    assert losses == [("item", f"{why}; left as it was", 1, ("s/i",))]


@pytest.mark.parametrize(
    "one",
    [
        Box(x=math.nan, y=0, w=1, h=1),
        RotatedBox(cx=0, cy=0, w=1, h=1, angle=math.inf),
        Polygon(points=(0, 0, 1, 0, 1, math.inf)),
        Mask(height=6, width=8, counts=b"zz"),
        Mask(height=5, width=8, counts=encode_pixels(np.zeros((5, 8)))),
    ],
)
def test_annotations_that_cannot_be_scaled(one):
    """They stay, and are counted."""
    item, losses = run(of(one), width=16)
    assert item.annotations[0] is one
    assert losses == [(one.kind, "it cannot be scaled; left as it was", 1, ("s/i",))]


def test_other_media_stay():
    """They are counted by what they are to the item."""
    depth = Media(role="depth", path="d.png", height=6, width=8)
    item = Item(id="i", subset="s", media=(picture("i"), depth))
    new, losses = run(item, width=4)
    assert new.media[1] is depth
    assert losses == [("media depth", "it is not the main one; left as it was", 1, ("s/i",))]


@pytest.mark.parametrize(
    "options",
    [{}, {"width": 0}, {"width": 5, "height": -1}, {"width": 1 << 20, "height": 1 << 20}],
)
def test_sizes_that_are_none(options):
    """They are refused."""
    with pytest.raises(UsageError, match="resize"):
        run(of(), **options)


def test_boxes_one_pixel_off():
    """One is taken from x and y of upright boxes alone; what is said stays, NaN is counted."""
    other = Polygon(points=(1, 1, 2, 2, 3, 1))
    bad = Box(x=math.nan, y=1, w=1, h=1)
    item, losses = run(of(Box(x=1, y=2.5, w=3, h=4, **SAID), other, bad), "bbox_values_decrement")
    assert item.annotations == (Box(x=0, y=1.5, w=3, h=4, **SAID), other, bad)
    assert item.annotations[1] is other
    assert losses == [("box", "its place is no number; left as it was", 1, ("s/i",))]
