"""VIA, VoTT and Create ML: their own examples, what they cannot hold, what is broken."""

import json

import pytest

from datum.errors import FormatError
from datum.model import Box, Categories, Ellipse, Label, LabelCategory, Points, Polygon, Polyline
from datum.testing.datasets import ListDataset, image_bytes, image_item
from datum.testing.running import assert_alone, put_files, read_all, write_all
from datum_formats.createml import CREATEML
from datum_formats.via import VIA
from datum_formats.vott import VOTT_CSV, VOTT_JSON

# in the form of VIA 2's export, https://www.robots.ox.ac.uk/~vgg/software/via/
_VIA = {
    "adutta_swan.jpg-1": {
        "filename": "adutta_swan.jpg",
        "size": -1,
        "regions": [
            {
                "shape_attributes": {
                    "name": "polygon",
                    "all_points_x": [116, 94, 176],
                    "all_points_y": [157, 195, 264],
                },
                "region_attributes": {"name": "Swan", "type": "bird"},
            },
            {
                "shape_attributes": {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4},
                "region_attributes": {"name": "Swan", "score": 0.5},
            },
            {
                "shape_attributes": {"name": "circle", "cx": 5, "cy": 6, "r": 2},
                "region_attributes": {},
            },
            {
                "shape_attributes": {"name": "point", "cx": 5, "cy": 6},
                "region_attributes": {"name": {"Swan": True, "Duck": False}},
            },
        ],
        "file_attributes": {"caption": "Swan in lake"},
    }
}
_VOTT = {
    "name": "p",
    "version": "2.1.0",
    "tags": [{"name": "car", "color": "#5db300"}, {"name": "bus", "color": "#e81123"}],
    "assets": {
        "d41d": {
            "asset": {
                "format": "jpg",
                "id": "d41d",
                "name": "a.jpg",
                "path": "file:C:/pics/a.jpg",
                "size": {"width": 8, "height": 6},
                "state": 2,
                "type": 1,
            },
            "regions": [
                {
                    "id": "r1",
                    "type": "RECTANGLE",
                    "tags": ["bus", "car"],
                    "boundingBox": {"height": 2, "width": 3, "left": 1, "top": 0.5},
                    "points": [{"x": 1, "y": 0.5}],
                },
                {"id": "r2", "type": "POLYLINE", "points": [{"x": 1, "y": 2}, {"x": 3, "y": 4}]},
            ],
        }
    },
}


def test_via_is_read(tmp_path):
    """Exports alone: the label is what is usually called so, the rest are attributes."""
    dataset = read_all(VIA, put_files(tmp_path, {"train.json": _VIA}))
    assert dataset.categories.names() == ("Swan",)
    (item,) = dataset
    assert (item.key, item.attributes) == (("train", "adutta_swan"), {"caption": "Swan in lake"})
    assert item.annotations == (
        Polygon(label=0, points=(116, 157, 94, 195, 176, 264), attributes={"type": "bird"}),
        Box(label=0, x=1, y=2, w=3, h=4, score=0.5),
        Ellipse(cx=5, cy=6, rx=2, ry=2),
        Points(label=0, points=(5, 6)),
    )


def test_another_attribute_may_be_the_label_of_via(tmp_path):
    """As the option says."""
    path = put_files(tmp_path, {"train.json": _VIA})
    dataset = read_all(VIA, path, label_attribute="type")
    assert dataset.categories.names() == ("bird",)
    assert next(iter(dataset)).annotations[1].attributes == {"name": "Swan"}


def test_projects_of_via_declare_their_labels(tmp_path):
    """An only attribute with options is the label, and they are in its order; VIA 1 has maps."""
    regions = {
        "0": {
            "shape_attributes": {"name": "point", "cx": 1, "cy": 1},
            "region_attributes": {"kind": "b"},
        }
    }
    project = {
        "_via_settings": {},
        "_via_img_metadata": {"x": {"filename": "a.jpg", "size": 5, "regions": regions}},
        "_via_attributes": {
            "region": {
                "kind": {"type": "radio", "options": {"c": "", "b": ""}},
                "note": {"type": "text"},
            },
            "file": {},
        },
    }
    dataset = read_all(VIA, put_files(tmp_path, {"p.json": project}))
    assert dataset.categories.names() == ("c", "b")
    assert next(iter(dataset)).annotations == (Points(label=1, points=(1, 1)),)


def test_via_projects_are_written():
    """What VIA opens: settings, images by name and size, options of the label."""
    item = image_item(
        "a", Box(label=1, x=1.0, y=2.0, w=3.0, h=2.0, score=0.5, attributes={"label": 1})
    )
    files, losses = write_all(VIA, ListDataset([item], Categories.of(["x", "y"])))
    project = json.loads(files["train.json"])
    assert project["_via_attributes"]["region"]["label"]["options"] == {"x": "", "y": ""}
    assert project["_via_img_metadata"] == {
        "images/train/a.jpg-1": {
            "filename": "images/train/a.jpg",
            "size": -1,
            "regions": [
                {
                    "shape_attributes": {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 2},
                    "region_attributes": {"label": "y", "score": 0.5},
                }
            ],
            "file_attributes": {"height": 6, "width": 8},
        }
    }
    assert [row[0] for row in losses.rows()] == ["attribute label"]


def test_vott_is_read(tmp_path):
    """Tags in order with colours; further tags are an attribute; the image lies beside."""
    files = {"train-export.json": _VOTT, "a.jpg": image_bytes(".jpg")}
    dataset = read_all(VOTT_JSON, put_files(tmp_path, files))
    assert dataset.categories.labels[1] == LabelCategory(name="bus", color=(232, 17, 35))
    (item,) = dataset
    assert (item.key, item.size) == (("train", "a"), (6, 8))
    assert item.image.content.path == str(tmp_path / "a.jpg")
    assert item.annotations == (
        Box(label=1, x=1, y=0.5, w=3, h=2, attributes={"tags": ["car"]}),
        Polyline(points=(1, 2, 3, 4)),
    )
    _, losses = write_all(VOTT_JSON, dataset)
    assert not losses


def test_vott_csv_is_read(tmp_path):
    """Quoted columns, as VoTT writes them; images without rows are items."""
    rows = '"image","xmin","ymin","xmax","ymax","label"\r\n"a, b.jpg",1,2,4.5,4,"car"\r\n"a, b.jpg",0,0,1,1,""\r\n'
    files = {"t-export.csv": rows, "images/t/c.jpg": image_bytes(".jpg"), "labels.txt": "bus\n"}
    dataset = read_all(VOTT_CSV, put_files(tmp_path, files))
    assert dataset.categories.names() == ("bus", "car")
    found = {item.key: item.annotations for item in dataset}
    assert found == {
        ("t", "a, b"): (Box(label=1, x=1, y=2, w=3.5, h=2), Box(x=0, y=0, w=1, h=1)),
        ("t", "c"): (),
    }


def test_createml_is_read(tmp_path):
    """The example of Apple's documentation: the centre is (160, 124), the size 42 by 27."""
    entry = {
        "image": "image1.jpg",
        "annotations": [
            {"label": "carrots", "coordinates": {"x": 160, "y": 124, "width": 42, "height": 27}}
        ],
    }
    files = {
        "annotations.json": [entry],
        "image1.jpg": image_bytes(".jpg"),
        "other.jpg": image_bytes(".jpg"),
    }
    dataset = read_all(CREATEML, put_files(tmp_path, files))
    found = {item.key: item.annotations for item in dataset}
    assert found == {
        ("default", "image1"): (Box(label=0, x=139.0, y=110.5, w=42, h=27),),
        ("default", "other"): (),
    }


@pytest.mark.parametrize("card", [VIA, VOTT_JSON, VOTT_CSV, CREATEML])
def test_what_has_no_place_is_counted(card):
    """By its kind."""
    item = image_item(
        "a", Label(label=0), Box(label=0, x=1.0, y=float("inf"), w=1.0, h=1.0, group=3)
    )
    _, losses = write_all(card, ListDataset([item], Categories.of(["x"])))
    assert {"label", "box"} <= {row[0] for row in losses.rows()}


@pytest.mark.parametrize(
    ("card", "name", "said", "reason"),
    [
        (VIA, "a.json", [], "Expected `object`"),
        (VIA, "a.json", {"a": {"size": 1}}, "missing required field `filename`"),
        (VIA, "a.json", {"a": {"filename": "a", "regions": [{"shape_attributes": {"name": "star"}}]}}, "'star'"),
        (VIA, "a.json", {"a": {"filename": "a", "regions": [{"shape_attributes": {"name": "polygon", "all_points_x": [1]}}]}}, "1 x and 0 y"),
        (VIA, "a.json", {"a": {"filename": "a"}, "b": {"filename": "a"}}, "there twice"),
        (VOTT_JSON, "a-export.json", {}, "missing required field `assets`"),
        (VOTT_JSON, "a-export.json", {"assets": {"x": {"asset": {"name": "a"}, "regions": [{"type": "STAR"}]}}}, "'STAR'"),
        (VOTT_JSON, "a-export.json", {"assets": {"x": {"asset": {"name": "a"}, "regions": [{}]}}}, "no boundingBox"),
        (VOTT_CSV, "a-export.csv", "image,x\n", "the columns are not"),
        (VOTT_CSV, "a-export.csv", "image,xmin,ymin,xmax,ymax,label\na.jpg,1,2,3\n", "csv:2: 4 columns"),
        (VOTT_CSV, "a-export.csv", "image,xmin,ymin,xmax,ymax,label\na.jpg,1,2,nan,4,x\n", "csv:2: 'nan'"),
        (VOTT_CSV, "a-export.csv", 'image,xmin,ymin,xmax,ymax,label\n"a.jpg,1,2,3,4,x\n', "csv:"),
        (CREATEML, "a.json", {}, "Expected `array`"),
        (CREATEML, "a.json", [{"image": "a", "annotations": [{"label": "x"}]}], "coordinates"),
        (CREATEML, "a.json", [{"image": "a"}, {"image": "a"}], "there twice"),
    ],
)  # fmt: skip
def test_broken_files_are_refused(tmp_path, card, name, said, reason):
    """The error names the file and what is wrong in it."""
    with pytest.raises(FormatError, match=reason) as caught:
        read_all(card, put_files(tmp_path, {name: said}))
    assert name in str(caught.value)


@pytest.mark.parametrize("card", [VIA, VOTT_JSON, VOTT_CSV, CREATEML])
def test_no_other_format_claims_its_output(tmp_path, card):
    """Detection names it alone."""
    dataset = ListDataset(
        [image_item("a", Box(label=0, x=1.0, y=1.0, w=2.0, h=2.0))], Categories.of(["x"])
    )
    assert_alone(card, dataset, tmp_path / "out")
