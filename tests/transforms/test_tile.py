"""Pictures and annotations cut into tiles."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datum.errors import UsageError
from datum.images import decode_image
from datum.model import (
    Box,
    Caption,
    Cuboid2D,
    InMemory,
    Item,
    Label,
    Mask,
    Media,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
)
from datum.model.geometry import area
from datum.model.rle import decode_pixels, encode_pixels
from datum.plugins import find_transform
from datum.testing.datasets import image_bytes, picture
from datum.testing.transforms import run_transform

SAID = {"label": 1, "group": 3, "z_order": 2, "score": 0.5, "attributes": {"a": 1}}


def tile(*annotations, height=10, width=20, media=None, grid="2 2", overlap="0 0", least=0, **more):
    media = media or Media(path="d/i.png", height=height, width=width)
    item = Item(id="d/i", subset="s", media=(media,), annotations=annotations, **more)
    made = run_transform(
        find_transform("tile"), [item], grid_size=grid, overlap=overlap, threshold_drop_ann=least
    )
    return made.items, made.losses.rows()


def rois(**options):
    return [item.attributes["roi"] for item in tile(**options)[0]]


def test_tiles_are_named_and_know_where_they_are():
    """Row by row from 0; attributes and subset are the item's, and the file has the number too."""
    items, losses = tile(grid="1 2", attributes={"sun": True})
    assert [item.id for item in items] == ["d/i_tile_0", "d/i_tile_1"]
    assert [item.subset for item in items] == ["s", "s"]
    assert items[1].attributes == {
        "sun": True,
        "tile_id": "d/i",
        "tile_idx": 1,
        "roi": [10, 0, 10, 10],
    }
    assert [item.image.path for item in items] == ["d/i_tile_0.png", "d/i_tile_1.png"]
    assert [item.size for item in items] == [(10, 10), (10, 10)]
    assert not losses


def test_every_pixel_is_in_a_tile():
    """Where the grid does not fit, tiles differ by a pixel; none is left over at the border."""
    assert rois(height=5, width=7, grid="2 3") == [
        [0, 0, 2, 2],
        [2, 0, 2, 2],
        [4, 0, 3, 2],
        [0, 2, 2, 3],
        [2, 2, 2, 3],
        [4, 2, 3, 3],
    ]


def test_overlap_is_about_the_centre_of_a_tile():
    """Half of the size more: a quarter on each side, less at the border. As the known tool has it."""
    assert rois(height=40, width=80, grid="2 2", overlap="0.5 0.5") == [
        [0, 0, 50, 25],
        [30, 0, 50, 25],
        [0, 15, 50, 25],
        [30, 15, 50, 25],
    ]
    assert rois(height=40, width=80, grid="1 2", overlap="0 0.29")[1] == [35, 0, 45, 40], (
        "11.6 is 11"
    )


def test_an_overlap_is_taken_as_it_is_typed():
    """.29 of 100 pixels is 29, though the nearest float is less."""
    assert rois(height=1, width=300, grid="1 3", overlap="0 0.29")[1] == [86, 0, 129, 1]


def test_annotations_of_a_tile():
    """A box over four tiles has a part in each, in the tile's coordinates, and says what it said."""
    items, losses = tile(Box(x=8, y=3, w=4, h=4, id=5, **SAID), Label(label=0), Caption(text="a"))
    boxes = [item.annotations[0] for item in items]
    assert [(b.x, b.y, b.w, b.h) for b in boxes] == [
        (8, 3, 2, 2),
        (0, 3, 2, 2),
        (8, 0, 2, 2),
        (0, 0, 2, 2),
    ]
    assert all({field: getattr(b, field) for field in SAID} == SAID for b in boxes)
    assert [b.id for b in boxes] == [5] * 4
    assert all(item.annotations[1:] == items[0].annotations[1:] for item in items)
    assert len(items[0].annotations) == 3
    assert not losses


def test_the_threshold():
    """A tile keeps what it has the share of: here 3/4 and 1/4 of a box, of a line and of points."""
    notes = (
        Box(x=7, y=1, w=4, h=1),
        Polyline(points=(7, 1, 11, 1)),
        Points(points=(7, 1, 8, 1, 9, 1, 11, 1)),
    )
    for least, kept in ((0.25, (3, 3)), (0.26, (3, 0)), (0.75, (3, 0)), (0.76, (0, 0))):
        items, losses = tile(*notes, grid="1 2", least=least)
        assert tuple(len(item.annotations) for item in items) == kept
        lost = [row[0] for row in losses if row[1] == "no tile has enough of it; removed"]
        assert lost == (["box", "points", "polyline"] if kept == (0, 0) else [])


def test_what_falls_apart_in_a_tile():
    """Parts have ids that no tile has, and one group over all tiles."""
    fork = Polygon(points=(2, 2, 18, 2, 18, 8, 14, 8, 14, 4, 6, 4, 6, 8, 2, 8), id=5)
    other = Box(x=0, y=0, w=1, h=1, id=6)
    items, _ = tile(fork, other, grid="2 1")
    (top, box), lower = items[0].annotations, items[1].annotations
    assert (box.id, box.group) == (6, 0)
    assert (top.id, [one.id for one in lower]) == (5, [5, 7])
    assert {top.group, *(one.group for one in lower)} == {1}


def test_annotations_without_ids_get_some():
    """The same in every tile, so that they can be put together again."""
    items, _ = tile(Box(x=8, y=1, w=4, h=1), Box(x=9, y=1, w=4, h=1), grid="1 2")
    assert [[one.id for one in item.annotations] for item in items] == [[1, 2], [1, 2]]


def test_kinds_that_cannot_be_cut():
    """A rotated box over the border is a polygon, a cuboid is whole in both tiles; both are counted."""
    box = RotatedBox(cx=10, cy=5, w=4, h=2, angle=0)
    cuboid = Cuboid2D(points=(8, 1, 12, 1, 12, 3, 8, 3) * 2)
    items, losses = tile(box, cuboid, grid="1 2")
    assert [[one.kind for one in item.annotations] for item in items] == [
        ["polygon", "cuboid_2d"]
    ] * 2
    assert items[1].annotations[1].points == (-2, 1, 2, 1, 2, 3, -2, 3) * 2
    assert [row[:3] for row in losses] == [
        ("cuboid_2d", "it cannot be cut; left whole", 1),
        ("rotated_box", "it is cut; what is left is a polygon", 1),
    ]


@settings(max_examples=25)
@given(
    st.integers(1, 4),
    st.integers(1, 4),
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 10)), min_size=3, max_size=7),
    st.integers(0, 9),
)
def test_areas_of_tiles_without_overlap_are_those_of_the_whole(rows, columns, corners, seed):
    """Of boxes, of polygons that do not cross themselves, and of masks."""
    pixels = np.random.default_rng(seed).random((10, 20)) > 0.5
    x, y = corners[0]
    around = sorted(corners, key=lambda p: math.atan2(p[1] - 5.25, p[0] - 10.125))  # a star
    notes = (
        Box(x=x / 2, y=y / 2, w=8, h=4),
        Polygon(points=tuple(float(n) for xy in around for n in xy)),
        Mask(height=10, width=20, counts=encode_pixels(pixels)),
    )
    items, _ = tile(*notes, grid=(rows, columns))
    for kind, one in zip(("box", "polygon", "mask"), notes, strict=True):
        parts = [part for item in items for part in item.annotations if part.kind == kind]
        assert sum(map(area, parts)) == pytest.approx(area(one), abs=1e-9)


def test_pixels_and_masks_of_tiles_are_those_of_the_whole():
    """Put side by side they are the picture."""
    mask = np.random.default_rng(0).random((9, 14)) > 0.3
    items, _ = tile(
        Mask(height=9, width=14, counts=encode_pixels(mask)),
        media=picture("i", ".png", 9, 14),
        grid="2 3",
    )
    parts = [decode_image(item.image.content.data, "i") for item in items]
    whole = np.vstack([np.hstack(parts[:3]), np.hstack(parts[3:])])
    assert (whole == decode_image(image_bytes(".png", 9, 14), "i")).all()
    masks = [decode_pixels(item.annotations[0]) for item in items]
    assert (np.vstack([np.hstack(masks[:3]), np.hstack(masks[3:])]) == mask).all()


def test_one_tile_is_the_whole_picture():
    """Its bytes are not touched."""
    media = picture("i", ".jpg", 9, 14)
    (item,), _ = tile(Box(x=1, y=1, w=2, h=2, id=1), media=media, grid="1 1")
    assert item.image.content is media.content
    assert item.id == "d/i_tile_0"


@pytest.mark.parametrize(
    ("media", "grid", "why"),
    [
        (Media(path="i.png"), "1 2", "the size of its picture is unknown"),
        (Media(path="i.png", height=1, width=9), "2 2", "fewer pixels than the grid has tiles"),
        (Media(path="i.png", content=InMemory(b"\x89PNG")), "1 2", "its picture does not decode"),
    ],
)
def test_items_that_cannot_be_tiled(media, grid, why):
    """They stay as they were, and are counted."""
    items, losses = tile(Box(x=0, y=0, w=1, h=1), media=media, grid=grid)
    assert [item.id for item in items] == ["d/i"]
    assert [(row[0], row[2]) for row in losses] == [("item", 1)]
    assert why in losses[0][1]


def test_a_tile_of_a_tile():
    """The attributes of the first tiling are replaced, which is counted."""
    items, losses = tile(attributes={"roi": [1, 2, 3, 4]}, grid="1 2")
    assert items[0].attributes["roi"] == [0, 0, 10, 10]
    assert losses[0][:2] == ("attribute roi", "the item is a tile already; replaced")


@pytest.mark.parametrize(
    "options",
    [
        {"grid": "0 2"},
        {"grid": "2 -1"},
        {"grid": "2"},
        {"overlap": "1 0"},
        {"overlap": "0 -0.1"},
        {"overlap": "nan 0"},
        {"least": 1.5},
        {"least": "nan"},
    ],
)
def test_options_that_make_no_sense(options):
    """They are refused."""
    with pytest.raises(UsageError, match="tile"):
        tile(**options)
