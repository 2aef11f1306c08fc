"""Tiles put together again: the inverse of tile, and what happens where it is not."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

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
from datum.model.rle import encode_pixels
from datum.plugins import find_transform
from datum.testing.datasets import image_bytes, picture
from datum.testing.transforms import run_transform

TILE, MERGE = find_transform("tile"), find_transform("merge_tile")
PLAIN = Media(path="d/i.png", height=10, width=20)


def cut(*annotations, media=PLAIN, grid="2 2", overlap="0 0", least=0, **more):
    item = Item(id="d/i", subset="s", media=(media,), annotations=annotations, **more)
    made = run_transform(TILE, [item], grid_size=grid, overlap=overlap, threshold_drop_ann=least)
    return list(made.items)


def merge(tiles):
    made = run_transform(MERGE, tiles)
    return made.items, made.losses.rows()


def there_and_back(*annotations, **options):
    (item,), losses = merge(cut(*annotations, **options))
    assert not losses
    return item.annotations


def region(polygon):
    rings = [np.reshape(ring, (-1, 2)) for ring in (polygon.points, *polygon.holes)]
    return shapely.Polygon(rings[0], rings[1:])


def is_same_ring(one, other):
    """Whether they differ in nothing but where they begin and which way they run."""
    a, b = (shapely.normalize(region(polygon)) for polygon in (one, other))
    return a.equals_exact(b, 1e-9)


def square(x, y, w, h, **more):
    return Polygon(points=(x, y, x + w, y, x + w, y + h, x, y + h), **more)


GRIDS = [("2 2", "0 0"), ("3 4", "0 0"), ("2 2", "0.5 0.5"), ("3 4", "0.3 0.6"), ("1 1", "0 0")]


@pytest.mark.parametrize(("grid", "overlap"), GRIDS)
@pytest.mark.parametrize("ext", [".png", ".bmp", ".tif"])
def test_the_picture_comes_back(ext, grid, overlap):
    """Pixel by pixel, under its own path and id, with its own attributes."""
    tiles = cut(media=picture("d/i", ext, 10, 21), grid=grid, overlap=overlap, attributes={"a": 1})
    (item,), losses = merge(tiles[::-1])
    assert (item.id, item.subset, item.attributes) == ("d/i", "s", {"a": 1})
    assert (item.image.path, item.size) == ("d/i" + ext, (10, 21))
    whole = decode_image(image_bytes(ext, 10, 21), "i")
    assert (decode_image(item.image.content.data, "i") == whole).all()
    assert not losses


@pytest.mark.parametrize(("grid", "overlap"), GRIDS)
def test_annotations_of_every_kind_come_back(grid, overlap):
    """With what is said of them, in their order; lines and outlines from corner to corner."""
    said = {"label": 1, "group": 3, "z_order": 2, "score": 0.5, "attributes": {"a": 1}}
    pixels = np.zeros((10, 20))
    pixels[2:9, 3:18] = 1
    pixels[4:6, 6:12] = 0
    pixels[0, 0] = 1
    notes = (
        Label(label=0, id=1),
        Box(x=3.5, y=1.25, w=14, h=7.5, id=2, **said),
        Polygon(points=(1, 1, 19, 2, 15, 9, 3, 8), id=3, label=2),
        Polygon(
            points=(1, 1, 18.5, 1, 18.5, 9.5, 1, 9.5), holes=((3, 3, 15, 3, 15, 8),), id=4, **said
        ),
        Polyline(points=(1, 1, 19, 9.5, 19, 1, 2, 8), id=5, **said),
        Points(points=(1, 1, 19, 9, 0, 0, 9.5, 4.5), visibility=(2, 1, 0, 2), id=6, **said),
        Skeleton(points=(1, 1, 19, 9), visibility=(2, 2), id=7, label=1),
        Mask(height=10, width=20, counts=encode_pixels(pixels), id=8, **said),
        Cuboid2D(points=(8, 1, 12, 1, 12, 3, 8, 3) * 2, id=9),
        Cuboid3D(position=(1, 2, 3), rotation=(0, 0, 0), scale=(1, 1, 1), id=10),
        Caption(text="a", id=11),
        Caption(text="a", id=12),
    )
    (item,), losses = merge(cut(*notes, grid=grid, overlap=overlap))
    assert not losses
    back = {one.id: one for one in item.annotations}
    assert sorted(back) == [one.id for one in notes]
    for one in notes:
        if isinstance(one, Polygon):
            assert is_same_ring(back[one.id], one), one.id
            assert replace(back[one.id], points=one.points, holes=one.holes) == one
        else:
            assert back[one.id] == one


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.floats(0, 20), st.floats(0, 10)), min_size=3, max_size=8),
    st.integers(1, 4),
    st.integers(1, 4),
    st.sampled_from(["0 0", "0.2 0.5", "0.9 0.1"]),
)
def test_tiling_and_merging_is_the_identity(corners, rows, columns, overlap):
    """For boxes, lines, and polygons of any shape that do not cross themselves."""
    xs, ys = zip(*corners, strict=True)
    box = Box(x=min(xs), y=min(ys), w=max(xs) - min(xs), h=max(ys) - min(ys), id=1)
    around = sorted(corners, key=lambda p: math.atan2(p[1] - 5.03, p[0] - 10.07))
    polygon = Polygon(points=tuple(number for xy in around for number in xy), id=2)
    options = {"grid": (rows, columns), "overlap": overlap}
    (same,) = there_and_back(box, **options)
    assert (same.x, same.y, same.w, same.h) == pytest.approx((box.x, box.y, box.w, box.h), abs=1e-9)
    shape = region(polygon)
    if shape.is_valid and shape.area > 1e-3:
        back = there_and_back(polygon, **options)
        both = shapely.union_all([region(one) for one in back])
        assert both.symmetric_difference(shape).area < 1e-6


def test_a_polygon_that_fell_apart():
    """Its parts are one again, with its id and without the group that tiling gave them."""
    fork = Polygon(points=(2, 2, 18, 2, 18, 8, 14, 8, 14, 4, 6, 4, 6, 8, 2, 8), id=5)
    grouped = replace(fork, id=6, group=7, label=1)
    for grid, overlap in GRIDS:
        one, other = there_and_back(fork, grouped, grid=grid, overlap=overlap)
        assert is_same_ring(one, fork)
        assert is_same_ring(other, grouped)
        assert (one.id, one.group, other.id, other.group) == (5, 0, 6, 7)


def test_polygons_of_one_group_stay_apart():
    """Two outlines of one object that touch a cut next to each other, and a box in their group."""
    notes = (
        square(2, 1, 12, 3, id=1, group=4, label=1),
        square(2, 5, 12, 3, id=2, group=4, label=1),
        Box(x=2, y=1, w=12, h=7, id=3, group=4, label=1),
    )
    for grid, overlap in GRIDS:
        back = there_and_back(*notes, grid=grid, overlap=overlap)
        assert [one.id for one in back] == [1, 2, 3]
        assert back[2] == notes[2]
        assert all(is_same_ring(one, other) for one, other in zip(back[:2], notes[:2], strict=True))


def test_a_ring_around_the_middle_has_its_hole_again():
    """The hole is in no tile as a hole."""
    ring = Polygon(points=square(2, 1, 16, 8).points, holes=(square(8, 4, 4, 2).points,), id=1)
    assert all(not tile.annotations[0].holes for tile in cut(ring))
    (back,) = there_and_back(ring)
    assert is_same_ring(back, ring)


def test_objects_that_have_one_id_by_chance_stay_apart():
    """As those of a model that counts anew in every tile: they do not meet at the border."""
    tiles = cut(grid="1 2")
    left = Box(x=1, y=1, w=3, h=3, id=1, label=0)
    right = Box(x=5, y=5, w=3, h=3, id=1, label=0)
    near = Box(x=8, y=1, w=2, h=3, id=2, label=0)
    other = Box(x=0, y=4, w=2, h=3, id=2, label=0)
    part = Box(x=9, y=8, w=1, h=1, id=3, label=0)
    rest = Box(x=0, y=8, w=4, h=1, id=3, label=0)
    tiles[0] = replace(tiles[0], annotations=(left, near, part))
    tiles[1] = replace(tiles[1], annotations=(right, other, rest))
    (item,), losses = merge(tiles)
    assert [(b.id, b.x, b.w) for b in item.annotations] == [
        (1, 1, 3),
        (None, 15, 3),
        (2, 8, 2),
        (None, 10, 2),
        (3, 9, 5),
    ]
    assert not losses


def test_what_was_cut_everywhere_is_a_polygon():
    """A rotated box or an ellipse comes back where a tile has it whole, as with enough overlap."""
    notes = (
        RotatedBox(cx=10, cy=5, w=2, h=1, angle=30, id=1),
        Ellipse(cx=10, cy=5, rx=1, ry=0.5, id=2),
    )
    assert [one.kind for one in there_and_back(*notes)] == ["polygon", "polygon"]
    assert there_and_back(*notes, overlap="0.9 0.9") == notes


def test_a_part_that_tiling_dropped_does_not_come_back():
    """Of a box with a tenth of it in the right tile, the rest is left."""
    (box,) = there_and_back(Box(x=1, y=1, w=10, h=2, id=1), grid="1 2", least=0.5)
    assert (box.x, box.w) == (1, 9)


def test_a_line_along_a_cut():
    """What two tiles have of it is there once."""
    line = Polyline(points=(2, 2, 10, 2, 10, 8, 17, 8), id=1)
    assert there_and_back(line, grid="1 2") == (line,)
    back = Polyline(points=(2, 2, 10, 2, 10, 4, 3, 4), id=1)
    assert there_and_back(back, grid="1 2") == (back,)


def test_tiles_that_were_removed():
    """Their pixels are 0 and counted, and the annotations of the others come back."""
    tiles = cut(Box(x=2, y=2, w=16, h=2, id=1), media=picture("d/i", ".png", 10, 20))
    (item,), losses = merge([tiles[0], tiles[1], tiles[3]])
    pixels = decode_image(item.image.content.data, "i")
    assert not pixels[5:, :10].any()
    assert (pixels[:5] == decode_image(image_bytes(".png", 10, 20), "i")[:5]).all()
    assert item.annotations[0].w == 16
    assert losses == [("pixel", "no tile has it; it is 0", 50, ("s/d/i",))]


def test_tiles_of_other_pixels():
    """A broken one and a grey one are 0, and counted with the reason."""
    tiles = cut(media=picture("d/i", ".png", 10, 20))
    broken = replace(tiles[1].image, content=InMemory(b"none"))
    grey = replace(
        tiles[2].image, content=InMemory(encode_image(np.ones((5, 10), np.uint8), "a.png", "a"))
    )
    tiles[1] = replace(tiles[1], media=(broken,))
    tiles[2] = replace(tiles[2], media=(grey,))
    (item,), losses = merge(tiles)
    assert item.size == (10, 20)
    assert [row[:3] for row in losses] == [
        ("picture", "a tile has other channels or another depth than the first", 1),
        ("picture", "its picture does not decode", 1),
        ("pixel", "no tile has it; it is 0", 100),
    ]


def test_tiles_that_say_different_things():
    """The first one counts, and the others are counted."""
    tiles = cut(Box(x=2, y=2, w=16, h=2, id=1, score=0.5), grid="1 2")
    edited = replace(tiles[1].annotations[0], score=0.9)
    sunny = {**tiles[1].attributes, "sun": True}
    tiles[0] = replace(tiles[0], attributes={**tiles[0].attributes, "sun": False})
    tiles[1] = replace(tiles[1], annotations=(edited,), attributes=sunny)
    (item,), losses = merge(tiles)
    assert (item.annotations[0].score, item.attributes) == (0.5, {"sun": False})
    assert [row[:2] for row in losses] == [
        ("attribute sun", "an earlier tile says otherwise"),
        ("score", "the first part of the annotation says otherwise"),
    ]


@pytest.mark.parametrize(
    "roi",
    [
        None,
        [0, 0, 5],
        [0, 0, 0, 5],
        [-1, 0, 5, 5],
        [0, 0, 5.5, 5],
        "0 0 5 5",
        [0, 0, 1 << 40, 1],
        [0, 0, 9, 9],
    ],
)
def test_a_roi_that_is_none(roi):
    """All tiles of the picture stay as they are, and the bad ones are counted; so after resize."""
    tiles = cut(grid="1 2")
    tiles[0] = replace(tiles[0], attributes={**tiles[0].attributes, "roi": roi})
    items, losses = merge(tiles)
    assert items == tuple(tiles)
    why = "its roi is none, or not of its size; all tiles of the picture stay"
    assert losses == [("item", why, 1, ("s/d/i_tile_0",))]


def test_tiles_that_are_too_far_apart():
    """A wide and a high one, each small enough, span more pixels than a picture may have."""
    attributes = {"tile_id": "a"}
    wide = Item(id="w", attributes={**attributes, "roi": [0, 0, 1 << 29, 1]})
    high = Item(id="x", attributes={**attributes, "roi": [0, 0, 1, 1 << 29]})
    items, losses = merge([wide, high])
    assert items == (wide, high)
    assert [row[0] for row in losses] == ["item"]


def test_items_that_are_no_tiles_stay():
    """And one that has the id of the whole already is an error."""
    other = Item(id="other", subset="s", attributes={"roi": [0, 0, 1, 1], "tile_id": 7})
    items, _ = merge([other, *cut(grid="1 2")])
    assert sorted(item.id for item in items) == ["d/i", "other"]
    assert other in items
    taken = Item(id="d/i", subset="s")
    with pytest.raises(UsageError, match="makes an item 's/d/i', and there is one"):
        merge([taken, *cut(grid="1 2")])


def test_tiles_of_two_subsets():
    """Each subset has its own picture: what is in test does not come into train."""
    tiles = cut(grid="1 2")
    items, _ = merge([tiles[0], replace(tiles[1], subset="t")])
    assert [(item.subset, item.size) for item in items] == [("s", (10, 10)), ("t", (10, 20))]
