"""Masks of VOC: pictures of classes and of objects, colours, and pixels that are covered."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from datum.errors import FormatError
from datum.losses import LossReport
from datum.model import (
    Annotation,
    Box,
    Categories,
    Item,
    LabelCategory,
    Mask,
    Media,
    Polygon,
)
from datum.outputs import FolderOutput, write_dataset
from datum.plugins import Format, parse_options
from datum.testing.datasets import ListDataset
from datum_formats._common.rle import decode_mask, encode_pixels
from datum_formats.voc import SEGMENTATION, VOC
from datum_formats.voc.labels import assign_colors, color_of
from datum_formats.voc.png import read_png, write_grey, write_palette

LABELS = Categories.of(["cat", "dog", "cow"])


def mask(top: int, left: int, bottom: int, right: int, **fields: Any) -> Mask:
    """A rectangle of pixels in an image of 6 rows and 8 columns."""
    pixels = np.zeros((6, 8), bool)
    pixels[top:bottom, left:right] = True
    height, width, counts = encode_pixels(pixels)
    return Mask(height=height, width=width, counts=counts, **fields)


def item(*annotations: Annotation) -> Item:
    """An item of 6 rows and 8 columns."""
    return Item(
        id="a",
        subset="train",
        media=(Media(path="a.jpg", height=6, width=8),),
        annotations=annotations,
    )


def export(
    path: Path, *items: Item, card: Format = VOC, known: Categories = LABELS, **options: Any
) -> LossReport:
    """Write a dataset."""
    with FolderOutput(path) as output:
        return write_dataset(card, ListDataset(items, known), output, options)


def read(path: Path, card: Format = VOC) -> tuple[Annotation, ...]:
    """The annotations of the only item."""
    assert card.read is not None
    (found,) = card.read(path, parse_options(card.read_options, {}, "")).items
    return found.annotations


@pytest.mark.parametrize("colored", [True, False])
@pytest.mark.parametrize("card", [VOC, SEGMENTATION], ids=["voc", "segmentation"])
def test_masks_of_one_class_stay_apart(card: Format, colored: bool, tmp_path: Path) -> None:
    """By the picture of objects, in colours and in greys, with their attributes."""
    said = (
        mask(0, 0, 2, 2, label=0),
        mask(0, 4, 2, 6, label=0, attributes={"is_crowd": True}),
        mask(3, 0, 5, 3, label=2),
        mask(5, 7, 6, 8),
    )
    losses = export(tmp_path / "out", item(*said), card=card, apply_colormap=colored)
    assert not losses
    assert read(tmp_path / "out", card) == said


def test_an_object_and_its_mask_share_index_and_group(tmp_path: Path) -> None:
    """The index in the picture of objects is the number of the object in the annotation."""
    boxes = (Box(x=0, y=0, w=1, h=1, label=0), Box(x=3, y=0, w=2, h=2, label=1, group=9))
    said = (*boxes, mask(0, 3, 2, 5, label=1, group=9))
    assert not export(tmp_path / "out", item(*said))
    pixels = read_png(tmp_path / "out/SegmentationObject/a.png")
    assert np.unique(pixels.values).tolist() == [0, 2]
    found = read(tmp_path / "out")
    assert found == (boxes[0], replace(boxes[1], group=2), replace(said[2], group=2))


def test_covered_pixels_are_counted_and_no_others(tmp_path: Path) -> None:
    """The higher z-order is above; a mask that nothing covers is no loss."""
    below, above = mask(0, 0, 4, 4, label=0, z_order=1), mask(2, 2, 6, 6, label=1, z_order=2)
    apart, hidden = mask(0, 6, 2, 8, label=2), mask(3, 3, 4, 4, label=2, z_order=-1)
    losses = export(tmp_path / "out", item(above, below, apart, hidden))
    found = {what: count for what, _, count, _ in losses.rows() if what == "mask"}
    assert found == {"mask": 1}
    assert [line for line in losses.lines() if "mask" in line] == [
        "1 × mask: another mask covers it",
        "1 × mask: other masks cover all of it",
    ]
    pixels = {
        one.label: decode_mask(one).sum() for one in read(tmp_path / "out") if isinstance(one, Mask)
    }
    assert pixels == {0: 12, 1: 16, 2: 4}


def test_polygons_are_drawn_where_the_size_is_known(tmp_path: Path) -> None:
    """With their holes left out, all of one object together, and that is counted."""
    whole = (0, 0, 8, 0, 8, 6, 0, 6)
    part = Polygon(points=whole, holes=((2, 2, 4, 2, 4, 4, 2, 4),), label=1)
    losses = export(tmp_path / "out", item(part))
    assert losses.lines() == ["1 × polygon: drawn as pixels"]
    (found,) = read(tmp_path / "out")
    assert isinstance(found, Mask)
    assert decode_mask(found).sum() == 44
    unsized = Item(id="a", subset="train", annotations=(part,))
    losses = export(tmp_path / "unsized", unsized)
    assert losses.lines() == ["1 × polygon: its pixels cannot be had; its box is kept"]
    (box,) = read(tmp_path / "unsized")
    assert box == Box(x=0, y=0, w=8, h=6, label=1)


def test_masks_of_another_size_and_empty_ones_are_counted(tmp_path: Path) -> None:
    """They are no pixels of the image."""
    small = Mask(height=2, width=2, counts=encode_pixels(np.ones((2, 2)))[2], label=0)
    losses = export(tmp_path / "out", item(small, mask(0, 0, 0, 0, label=1)), card=SEGMENTATION)
    assert losses.lines() == ["2 × mask: its pixels cannot be had"]


def test_hundreds_of_objects_and_of_labels_have_room(tmp_path: Path) -> None:
    """More than a palette has: colours then take three bytes. 255 is never an object."""
    known = Categories.of([f"l{n}" for n in range(300)])
    wide = []
    for n in range(300):
        pixels = np.zeros((20, 20), bool)
        pixels[n // 20, n % 20] = True
        height, width, counts = encode_pixels(pixels)
        wide.append(Mask(height=height, width=width, counts=counts, label=n))
    shown = replace(item(*wide), media=())
    for colored in (True, False):
        path = tmp_path / str(colored)
        assert not export(path, shown, known=known, apply_colormap=colored)
        assert read(path) == tuple(wide)


def test_colours_are_written_and_all_differ(tmp_path: Path) -> None:
    """Own colours stay; black is the background's, void nobody's; what changes is counted."""
    colors = [(1, 2, 3), (1, 2, 3), (0, 0, 0), (224, 224, 192), None]
    labels = tuple(LabelCategory(name=f"l{n}", color=color) for n, color in enumerate(colors))
    assert assign_colors(labels)[0] == (1, 2, 3)
    assert len({(0, 0, 0), (224, 224, 192), *assign_colors(labels)}) == 7
    said = tuple(mask(n, 0, n + 1, 1, label=n) for n in range(5))
    losses = export(tmp_path / "out", item(*said), known=Categories(labels=labels))
    assert [(what, count) for what, _, count, _ in losses.rows()] == [("color", 3)]
    assert read(tmp_path / "out") == said


def test_a_mask_of_the_background_comes_back(tmp_path: Path) -> None:
    """Wherever it stands among the labels."""
    for names in (["background", "cat"], ["cat", "background"]):
        known = Categories.of(names)
        said = (mask(0, 0, 1, 1, label=0), mask(2, 2, 3, 3, label=1))
        for colored in (True, False):
            path = tmp_path / f"{names[0]}{colored}"
            assert not export(path, item(*said), known=known, apply_colormap=colored)
            assert read(path) == said


def test_labels_that_are_not_in_the_chosen_map_are_counted(tmp_path: Path) -> None:
    """Their masks have no colour."""
    said = (mask(0, 0, 1, 1, label=0), mask(2, 2, 3, 3, label=1))
    known = Categories.of(["gnu", "cat"])
    losses = export(tmp_path / "out", item(*said), known=known, label_map="voc")
    assert losses.lines() == ["1 × mask: its label is not in the label map"]
    (found,) = read(tmp_path / "out")
    assert found.label == 8


def test_pictures_of_the_kit_are_read(tmp_path: Path) -> None:
    """The border is void, in the class picture alone too; indices find their objects."""
    colors = bytes(level for index in range(256) for level in color_of(index))
    classes = np.zeros((6, 8), np.uint8)
    objects = np.zeros((6, 8), np.uint8)
    classes[1:5, 1:5] = 255
    classes[2:4, 2:4] = 8
    objects[1:5, 1:5] = 1
    classes[0, 7] = 15
    for folder, pixels in (("SegmentationClass", classes), ("SegmentationObject", objects)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.png").write_bytes(write_palette(pixels, colors))
    lists = tmp_path / "ImageSets/Segmentation"
    lists.mkdir(parents=True)
    (lists / "train.txt").write_text("a\n")
    person, cat = read(tmp_path, SEGMENTATION)
    assert (person, cat) == (mask(0, 7, 1, 8, label=15), mask(2, 2, 4, 4, label=8))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no PNG"),
        (b"GIF89a", "no PNG"),
        (write_grey(np.zeros((6, 8), np.uint8))[:40], "no PNG|does not decode"),
        (write_grey(np.full((6, 8), 77, np.uint8)), "index 77 belongs to no label"),
        (
            write_palette(np.zeros((6, 8), np.uint8), bytes([1, 2, 3])),
            "colour #010203 belongs to no",
        ),
        (
            write_grey(np.zeros((6, 8), np.uint8)).replace(
                b"\0\0\0\x08\0\0\0\x06", b"\x7f\0\0\0" * 2
            ),
            "too many",
        ),
    ],
)
def test_a_broken_picture_is_an_error_that_names_it(
    data: bytes, reason: str, tmp_path: Path
) -> None:
    """Of any kind of damage, before memory is taken for it."""
    (tmp_path / "SegmentationClass").mkdir()
    (tmp_path / "SegmentationClass/a.png").write_bytes(data)
    with pytest.raises(FormatError, match=f"a.png: .*({reason})"):
        read(tmp_path)


def test_pictures_of_two_sizes_are_an_error(tmp_path: Path) -> None:
    """Classes and objects are of one image."""
    for folder, width in (("SegmentationClass", 8), ("SegmentationObject", 9)):
        (tmp_path / folder).mkdir()
        picture = write_grey(np.zeros((6, width), np.uint8))
        (tmp_path / folder / "a.png").write_bytes(picture)
    with pytest.raises(FormatError, match="size differs"):
        read(tmp_path)
