"""LabelMe's JSON: shapes, flags, masks; what is broken."""

import base64
import json

import pytest

from datum.errors import FormatError
from datum.model import (
    Box,
    Categories,
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
)
from datum.testing.datasets import ListDataset, image_bytes, image_item
from datum.testing.running import assert_alone, put_files, read_all, write_all
from datum_formats._common.rle import decode_mask, runs
from datum_formats.labelme import LABELME

# transcribed from examples/primitives/primitives.json of LabelMe
_PRIMITIVES = {
    "version": "4.0.0",
    "flags": {},
    "shapes": [
        {
            "label": "rectangle",
            "points": [[132.0, 35.0], [32.0, 135.0]],
            "group_id": None,
            "shape_type": "rectangle",
            "flags": {},
        },
        {
            "label": "circle",
            "points": [[195.0, 84.0], [225.0, 124.0]],
            "group_id": None,
            "shape_type": "circle",
            "flags": {},
        },
        {"label": "polygon", "points": [[69.0, 318.0], [45.0, 403.0], [173.0, 406.0]]},
        {"label": "line", "points": [[188.0, 178.0], [160.0, 224.0]], "shape_type": "line"},
        {"label": "point", "points": [[345.0, 174.0]], "shape_type": "point"},
        {
            "label": "line_strip",
            "points": [[440.5, 181.5], [402.5, 274.5], [544.5, 275.5]],
            "shape_type": "linestrip",
        },
    ],
    "imagePath": "..\\primitives.jpg",
    "imageData": None,
    "imageHeight": 450,
    "imageWidth": 560,
    "lineColor": [0, 255, 0, 128],
}


def _one(folder, **shape):
    """The one shape of a file, whose image is 4 pixels high and 5 wide."""
    said = {"shapes": [{"label": "x", **shape}], "imageHeight": 4, "imageWidth": 5}
    (item,) = read_all(LABELME, put_files(folder, {"a.json": said}))
    (one,) = item.annotations
    return one


def test_primitives_are_read(tmp_path):
    """The shapes of LabelMe's own example; the oldest have no type and are polygons."""
    dataset = read_all(LABELME, put_files(tmp_path, {"p/1.json": _PRIMITIVES}))
    assert dataset.categories.names() == (
        *("circle", "line", "line_strip", "point", "polygon", "rectangle"),
    )
    (item,) = dataset
    assert item.key == ("p", "1")
    assert item.media == (Media(path="primitives.jpg", height=450, width=560),)
    assert item.attributes == {"lineColor": [0, 255, 0, 128]}
    assert item.annotations == (
        Box(label=5, x=32.0, y=35.0, w=100.0, h=100.0),
        Ellipse(label=0, cx=195.0, cy=84.0, rx=50.0, ry=50.0),
        Polygon(label=4, points=(69.0, 318.0, 45.0, 403.0, 173.0, 406.0)),
        Polyline(label=1, points=(188.0, 178.0, 160.0, 224.0)),
        Points(label=3, points=(345.0, 174.0)),
        Polyline(label=2, points=(440.5, 181.5, 402.5, 274.5, 544.5, 275.5)),
    )


def test_flags_of_the_image_are_labels(tmp_path):
    """As in LabelMe's example of classification; what is false is an attribute."""
    said = {"flags": {"__ignore__": False, "cat": True}, "shapes": [], "imagePath": "0001.jpg"}
    dataset = read_all(
        LABELME, put_files(tmp_path, {"0001.json": said, "labels.txt": "dog\ncat\n"})
    )
    (item,) = dataset
    assert dataset.categories.names() == ("dog", "cat")
    assert item.annotations == (Label(label=1),)
    assert item.attributes == {"__ignore__": False}
    files, losses = write_all(LABELME, dataset)
    assert json.loads(files["default/0001.json"])["flags"] == {"cat": True, "__ignore__": False}
    assert not losses


def test_what_is_said_of_a_shape_is_attributes(tmp_path):
    """Flags, the description, and keys that LabelMe does not know; groups count from 0 there."""
    shape = {"points": [[0, 0], [1, 0], [1, 1]], "group_id": 0, "flags": {"crowd": True}}
    one = _one(tmp_path, **shape, description="left", score=0.5, kie_linking=[1], line_color=None)
    assert one == Polygon(
        label=0,
        group=1,
        score=0.5,
        points=(0, 0, 1, 0, 1, 1),
        attributes={"kie_linking": [1], "description": "left", "crowd": True},
    )


def test_masks_are_pictures_in_a_box(tmp_path):
    """Both corners are inside the mask: (1, 1) and (2, 3) are 2 pixels wide and 3 high."""
    import cv2
    import numpy as np

    pixels = np.array([[1, 0], [1, 1], [0, 1]], np.uint8) * 255
    data = base64.b64encode(cv2.imencode(".png", pixels)[1].tobytes()).decode()
    one = _one(tmp_path, points=[[1, 1], [2, 3]], shape_type="mask", mask=data)
    whole = np.zeros((4, 5), bool)
    whole[1:4, 1:3] = pixels > 0
    assert isinstance(one, Mask)
    assert (decode_mask(one) == whole).all()
    # column by column, 4 pixels each: 0000 0110 0011 0000 0000
    assert runs(one.counts) == [5, 2, 3, 2, 8]


def test_turned_boxes_of_x_anylabeling_are_read(tmp_path):
    """They have a shape type of their own, and rectangles may have four corners."""
    corners = [[2, 0], [4, 2], [2, 4], [0, 2]]
    one = _one(tmp_path / "a", points=corners, shape_type="rotation", direction=0.78)
    assert isinstance(one, RotatedBox)
    assert (one.cx, one.cy, one.w, one.h, one.angle) == pytest.approx((2, 2, 8**0.5, 8**0.5, 45))
    corners = [[1, 1], [4, 1], [4, 3], [1, 3]]
    one = _one(tmp_path / "b", points=corners, shape_type="rectangle")
    assert one == Box(label=0, x=1, y=1, w=3, h=2)


def test_an_image_may_be_inside_the_file(tmp_path):
    """It is read from there where no file is beside."""
    picture = image_bytes(".png")
    said = {
        "shapes": [],
        "imagePath": "b/a.png",
        "imageData": base64.b64encode(picture).decode(),
    }
    (item,) = read_all(LABELME, put_files(tmp_path, {"x.json": said}))
    assert item.image.content == InMemory(picture)
    assert item.image.path == "a.png"


def test_images_without_a_file_are_items(tmp_path):
    """And a file may name an image elsewhere in the folder, but not outside it."""
    files = {
        "t/x.json": {"shapes": [], "imagePath": "pics/b.png"},
        "t/y.json": {"shapes": [], "imagePath": "../../secret.png"},
        "t/pics/b.png": image_bytes(".png"),
        "t/c.png": image_bytes(".png"),
    }
    put_files(tmp_path, {"secret.png": image_bytes(".png")})
    found = {item.id: item for item in read_all(LABELME, put_files(tmp_path / "d", files))}
    assert found["x"].size == (6, 8)
    assert found["y"].image.content is None
    assert set(found) == {"c", "pics/b", "x", "y"}


def test_shapes_that_labelme_does_not_have_are_counted():
    """A turned box becomes its corners, hidden points are seen; an ellipse, a cuboid are lost."""
    item = image_item(
        "a",
        RotatedBox(label=0, cx=4.0, cy=3.0, w=4.0, h=2.0, angle=90.0),
        Points(label=0, points=(1.0, 1.0, 2.0, 2.0), visibility=(1, 2)),
        Ellipse(label=0, cx=4.0, cy=3.0, rx=2.0, ry=1.0),
        Cuboid2D(label=0, points=tuple(map(float, range(16)))),
        Polygon(
            label=0, points=(0.0, 0.0, 4.0, 0.0, 4.0, 4.0), holes=((1.0, 1.0, 2.0, 1.0, 2.0, 2.0),)
        ),
        Polygon(label=0, points=(0.0, float("nan"), 4.0, 0.0, 4.0, 4.0)),
    )
    files, losses = write_all(LABELME, ListDataset([item], Categories.of(["x"])))
    shapes = json.loads(files["train/a.json"])["shapes"]
    assert [shape["shape_type"] for shape in shapes] == ["polygon", "points", "polygon"]
    assert shapes[0]["points"] == [[5, 1], [5, 5], [3, 5], [3, 1]]
    assert {row[0] for row in losses.rows()} == {
        *("rotated_box", "visibility", "ellipse", "cuboid_2d", "hole", "polygon"),
    }


def test_attributes_called_as_labelmes_own_keys_survive(tmp_path):
    """They are put into a map of their own."""
    attributes = {"label": "b", "points": 1, "description": 5, "free": [1, None], "yes": True}
    box = Box(label=0, x=1.0, y=1.0, w=2.0, h=2.0, attributes=attributes)
    item = Item(id="a", annotations=(box,), attributes={"shapes": 1, "x": "y", "off": False})
    files, losses = write_all(LABELME, ListDataset([item], Categories.of(["x"])))
    assert not losses
    (found,) = read_all(LABELME, put_files(tmp_path, files))
    assert found.annotations == (box,)
    assert found.attributes == item.attributes


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ([], "not the JSON that is expected"),
        ({}, "missing required field `shapes`"),
        ({"shapes": [{"points": [[1]]}]}, "length 2"),
        ({"shapes": [{"points": [["a", 1]]}]}, "Expected `float`"),
        ({"shapes": [{"points": [[1, 2]], "shape_type": "star"}]}, "shape_type 'star'"),
        ({"shapes": [{"points": [[1, 2]], "shape_type": "rectangle"}]}, "has 1 points, not 2"),
        ({"shapes": [{"points": [], "shape_type": "polygon"}]}, "has no points"),
        ({"shapes": [{"points": [[0, 0], [1, 1]], "shape_type": "mask"}]}, "has no pixels"),
        ({"shapes": [], "flags": {"a": 1}}, "Expected `bool`"),
        ({"shapes": [], "imageData": "?"}, "no base64"),
        ({"shapes": [{"points": [[1, 2]], "group_id": 2**70}]}, "group_id"),
    ],
)
def test_broken_files_are_refused(tmp_path, said, reason):
    """The error names the file and what is wrong in it."""
    with pytest.raises(FormatError, match=reason) as caught:
        read_all(LABELME, put_files(tmp_path, {"a.json": said}))
    assert "a.json" in str(caught.value)


@pytest.mark.parametrize(
    "mask", ["?", "aGFsbG8=", base64.b64encode(image_bytes(".png", 9, 9)).decode()]
)
def test_broken_masks_are_refused(tmp_path, mask):
    """No base64, no PNG, and one that is larger than its image, which is not decoded."""
    with pytest.raises(FormatError, match="mask"):
        _one(tmp_path, points=[[0, 0], [8, 8]], shape_type="mask", mask=mask)


def test_no_other_format_claims_its_output(tmp_path):
    """Detection names it alone."""
    dataset = ListDataset(
        [image_item("a", Box(label=0, x=1.0, y=1.0, w=2.0, h=2.0))], Categories.of(["x"])
    )
    assert_alone(LABELME, dataset, tmp_path / "out")
