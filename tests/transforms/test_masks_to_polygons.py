import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco

from datum.losses import LossReport
from datum.model import Box, Categories, Item, Mask, Polygon
from datum.model.geometry import area
from datum.model.rle import decode_pixels
from datum.plugins import TransformContext
from datum.transforms.masks_to_polygons import MASKS_TO_POLYGONS, outlines


def mask_of(pixels, **fields):
    pixels = np.asarray(pixels, bool)
    counts = coco.encode(np.asfortranarray(pixels.astype(np.uint8)))["counts"]
    return Mask(height=pixels.shape[0], width=pixels.shape[1], counts=counts, **fields)


def drawn(*rows):
    return [[char == "x" for char in row] for row in rows]


def filled(outer, holes, shape):
    """Pixels whose centre is inside, by the even-odd rule: a ray to the left crosses an odd number."""
    inside = np.zeros(shape, bool)
    for ring in (outer, *holes):
        points = np.array(ring).reshape(-1, 2)
        for (x0, y0), (x1, y1) in zip(points, np.roll(points, -1, axis=0), strict=True):
            if x0 == x1:
                top, bottom = sorted((int(y0), int(y1)))
                inside[top:bottom, int(x0) :] ^= True
            else:
                assert y0 == y1
    return inside


def run(*annotations):
    losses = LossReport()
    context = TransformContext(
        categories=Categories(), options={}, load=lambda _: None, losses=losses
    )
    item = Item(id="i", subset="s", annotations=annotations)
    return MASKS_TO_POLYGONS.item(item, context).annotations, losses


@st.composite
def bitmaps(draw):
    height, width = draw(st.integers(1, 7)), draw(st.integers(1, 7))
    bits = draw(st.lists(st.booleans(), min_size=height * width, max_size=height * width))
    return np.array(bits).reshape(height, width)


RING = drawn("xxx", "x.x", "xxx")
PINCHED = drawn("xxxx.", "x.xxx", "xx.x.", ".xxx.")
CHECKERS = drawn("x.x", ".x.", "x.x")
ISLAND = drawn("xxxxx", "x...x", "x.x.x", "x...x", "xxxxx")
DIAGONAL_HOLES = drawn("xxxx", "x.xx", "xx.x", "xxxx")


@settings(max_examples=150)
@given(bitmaps())
def test_the_pixels_come_back(pixels):
    """Filling the outlines gives back the very pixels, each part on its own, holes left out."""
    found = np.zeros(pixels.shape, bool)
    for outer, holes in outlines(np.array(pixels, bool)):
        part = filled(outer, holes, pixels.shape)
        assert part.any()
        assert not (found & part).any()
        assert area(Polygon(points=outer, holes=holes)) == part.sum()
        found |= part
    assert (found == pixels).all()


@pytest.mark.parametrize(
    ("pixels", "parts", "holes"),
    [
        (drawn("x"), 1, 0),
        (RING, 1, 1),
        (PINCHED, 1, 1),
        (CHECKERS, 5, 0),
        (ISLAND, 2, 1),
        (DIAGONAL_HOLES, 1, 1),
        (drawn("...", "..."), 0, 0),
    ],
)
def test_parts_and_holes(pixels, parts, holes):
    """Neighbours along an edge are one part, along a corner they are not; for holes they are."""
    found = list(outlines(np.array(pixels, bool)))
    assert len(found) == parts
    assert sum(len(inner) for _, inner in found) == holes
    together = sum(filled(*one, np.shape(pixels)).astype(int) for one in found)
    assert np.array_equal(np.broadcast_to(together, np.shape(pixels)), np.array(pixels, int))


def test_a_rectangle_has_four_corners():
    """Only corners are points, at the edges of pixels."""
    ((outer, holes),) = outlines(np.array(drawn("....", ".xx.", ".xx.")))
    assert sorted(zip(outer[::2], outer[1::2], strict=True)) == [(1, 1), (1, 3), (3, 1), (3, 3)]
    assert holes == ()


def test_several_parts_are_a_group():
    """All parts say what the mask said; the first has its id; a group of the mask's own stays."""
    fields = {"label": 1, "z_order": 2, "score": 0.5, "attributes": {"a": 1}}
    box = Box(id=9, x=0.0, y=0.0, w=1.0, h=1.0, group=4)
    whole = mask_of(RING, id=1, **fields)
    parted = mask_of(CHECKERS, id=2, **fields)
    grouped = mask_of(CHECKERS, id=3, group=4)
    notes, losses = run(box, whole, parted, mask_of(CHECKERS, id=5), grouped)
    assert notes[0] is box
    assert [(one.id, one.group) for one in notes[1:]] == [
        (1, 0),
        *[(2, 5), (None, 5), (None, 5), (None, 5), (None, 5)],
        *[(5, 6), (None, 6), (None, 6), (None, 6), (None, 6)],
        *[(3, 4), (None, 4), (None, 4), (None, 4), (None, 4)],
    ]
    for one in notes[1:7]:
        assert {name: getattr(one, name) for name in fields} == fields
    assert not losses


def test_an_empty_mask_is_counted():
    """It has no outline: it goes, and the report says where."""
    notes, losses = run(mask_of(drawn("..")), mask_of(drawn("x")))
    assert len(notes) == 1
    assert losses.rows() == [("mask", "it is empty and has no outline", 1, ("s/i",))]
    notes, losses = run(Mask(height=0, width=0, counts=b""))
    assert notes == ()
    assert losses


@pytest.mark.parametrize("counts", [b"", b"zz", b"\xff", b"P99", b"0"])
def test_broken_run_lengths(counts):
    """A mask that does not cover its image stays, and is counted."""
    broken = Mask(id=7, height=6, width=8, counts=counts)
    notes, losses = run(broken, mask_of(drawn("x")))
    assert notes[0] is broken
    assert isinstance(notes[1], Polygon)
    assert losses.rows() == [("mask", "its run lengths are broken; left as it was", 1, ("s/i",))]


def test_an_item_without_masks_is_the_same_one():
    """So it is not written again."""
    context = TransformContext(categories=Categories(), options={}, load=None, losses=LossReport())
    item = Item(id="i", annotations=(Box(x=0.0, y=0.0, w=1.0, h=1.0),))
    assert MASKS_TO_POLYGONS.item(item, context) is item


@settings(max_examples=60)
@given(bitmaps())
def test_run_lengths_are_read_as_the_coco_api_reads_them(pixels):
    """Its encoder's output decodes to the same pixels."""
    assert np.array_equal(decode_pixels(mask_of(pixels)), pixels)


def test_long_runs_are_read():
    """Runs of several characters, and differences below zero."""
    pixels = np.zeros((40, 50), bool)
    pixels[3:5, 2:45] = True
    pixels[10:, 7:9] = True
    assert np.array_equal(decode_pixels(mask_of(pixels)), pixels)
