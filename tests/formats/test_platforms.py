"""Supervisely, Labelbox and FiftyOne: their own examples, what they cannot hold, what is broken."""

import base64
import io
import json
import zlib

import numpy as np
import pytest

from datum.errors import FormatError
from datum.model import (
    Box,
    Caption,
    Categories,
    Label,
    LabelCategory,
    Mask,
    Points,
    Polygon,
    Polyline,
    Skeleton,
    SkeletonSpec,
)
from datum.testing.datasets import ListDataset, image_bytes, image_item
from datum.testing.running import assert_alone, put_files, read_all, write_all
from datum_formats._common.bitmaps import encode_png
from datum_formats._common.rle import decode_mask
from datum_formats.fiftyone import FIFTYONE
from datum_formats.labelbox import LABELBOX
from datum_formats.supervisely import SUPERVISELY

_PIXELS = np.zeros((6, 8), bool)
_PIXELS[2:4, 3:6] = [[1, 0, 1], [1, 1, 1]]
_CROP = _PIXELS[2:4, 3:6]


def _packed(data):
    return base64.b64encode(zlib.compress(data)).decode()


def _array(values, **options):
    file = io.BytesIO()
    np.save(file, values, **options)
    return file.getvalue()


# in the form of https://docs.supervisely.com/data-organization/00_ann_format_navi
_NODES = {"n1": {"label": "nose", "loc": [0, 0]}, "n2": {"label": "tail", "loc": [1, 1]}}
_META = {
    "classes": [
        {"title": "cat", "shape": "any", "color": "#0F8A12", "geometry_config": {}},
        {
            "title": "fox",
            "shape": "graph",
            "color": "#000000",
            "geometry_config": {"nodes": _NODES, "edges": [{"src": "n1", "dst": "n2"}]},
        },
    ],
    "tags": [
        {"name": "cat", "value_type": "none"},
        {"name": "age", "value_type": "any_number"},
        {"name": "big", "value_type": "oneof_string", "values": ["true", "false"]},
        {"name": "seen", "value_type": "none"},
    ],
}


def _object(kind, title="cat", **place):
    return {"id": 1, "classTitle": title, "geometryType": kind, "tags": [], **place}


def _supervisely(folder, *objects, tags=()):
    said = {
        "description": "",
        "tags": list(tags),
        "size": {"height": 6, "width": 8},
        "objects": list(objects),
    }
    return read_all(SUPERVISELY, put_files(folder, {"meta.json": _META, "ds/ann/a.jpg.json": said}))


def test_supervisely_is_read(tmp_path):
    """Every kind of object; tags are attributes, and labels where they are called as a class."""
    bitmap = {"data": _packed(encode_png(_CROP)), "origin": [3, 2]}
    tags = [
        {"name": "age", "value": 2},
        {"name": "big", "value": "false"},
        {"name": "seen", "value": None},
    ]
    dataset = _supervisely(
        tmp_path,
        _object("rectangle", points={"exterior": [[4, 1], [1, 3]], "interior": []})
        | {"tags": tags},
        _object(
            "polygon",
            points={"exterior": [[0, 0], [4, 0], [4, 4]], "interior": [[[1, 1], [2, 1], [2, 2]]]},
        ),
        _object("line", points={"exterior": [[0, 0], [4, 0]], "interior": []}),
        _object("point", points={"exterior": [[2, 3]], "interior": []}),
        _object("bitmap", bitmap=bitmap),
        _object("graph", "fox", nodes={"n2": {"loc": [3, 4], "disabled": True}}),
        tags=[{"name": "cat", "value": None}, {"name": "age", "value": 1.5}],
    )
    known = dataset.categories
    assert known.labels[0] == LabelCategory(name="cat", color=(15, 138, 18))
    assert known.skeletons == (SkeletonSpec(label=1, joints=("nose", "tail"), edges=((0, 1),)),)
    (item,) = dataset
    assert (item.key, item.size, item.attributes) == (("ds", "a"), (6, 8), {"age": 1.5})
    *others, mask, skeleton = item.annotations
    assert others == [
        Label(label=0),
        Box(label=0, x=1, y=1, w=3, h=2, attributes={"age": 2, "big": False, "seen": True}),
        Polygon(label=0, points=(0, 0, 4, 0, 4, 4), holes=((1, 1, 2, 1, 2, 2),)),
        Polyline(label=0, points=(0, 0, 4, 0)),
        Points(label=0, points=(2, 3)),
    ]
    assert (decode_mask(mask) == _PIXELS).all()
    assert skeleton == Skeleton(label=1, points=(0, 0, 3, 4), visibility=(0, 1))
    _, losses = write_all(SUPERVISELY, dataset)
    assert not losses


def test_tags_of_supervisely_have_types():
    """One that is always true has no value; bools are one of two words."""
    item = image_item(
        "a",
        Box(
            label=0,
            x=1.0,
            y=1.0,
            w=1.0,
            h=1.0,
            attributes={"t": True, "b": False, "n": 1, "s": "x"},
        ),
    )
    files, _ = write_all(SUPERVISELY, ListDataset([item], Categories.of(["c"])))
    tags = {
        tag["name"]: (tag["value_type"], tag["values"])
        for tag in json.loads(files["meta.json"])["tags"]
    }
    assert tags == {
        "b": ("oneof_string", ["true", "false"]),
        "n": ("any_number", None),
        "s": ("any_string", None),
        "t": ("none", None),
    }


# in the form of https://docs.labelbox.com/reference/export-image-annotations
def _labelbox(folder, *objects, answers=(), **files):
    line = {
        "data_row": {"id": "cl1", "external_id": "pics/a.jpg", "row_data": "https://x.org/a.jpg"},
        "media_attributes": {"height": 6, "width": 8, "mime_type": "image/jpeg"},
        "metadata_fields": [
            {"schema_name": "split", "value": [{"schema_id": "x", "schema_name": "test"}]},
        ],
        "projects": {
            "p": {
                "name": "n",
                "labels": [
                    {
                        "label_kind": "Default",
                        "annotations": {
                            "objects": list(objects),
                            "classifications": list(answers),
                            "relationships": [],
                        },
                    }
                ],
            }
        },
    }
    return read_all(
        LABELBOX, put_files(folder, {"export.ndjson": json.dumps(line) + "\n", **files})
    )


def test_labelbox_is_read(tmp_path):
    """Objects with their answers, answers about the image, masks here and elsewhere."""
    radio = {"name": "mood", "value": "mood", "radio_answer": {"name": "calm", "value": "calm"}}
    several = {"name": "parts", "checklist_answers": [{"name": "a"}, {"name": "b"}]}
    text = {"name": "note", "text_answer": {"content": "hello"}}
    bounds = {"top": 2.0, "left": 1.0, "height": 3.0, "width": 4.5}
    dataset = _labelbox(
        tmp_path,
        {
            "name": "cat",
            "annotation_kind": "ImageBoundingBox",
            "bounding_box": bounds,
            "classifications": [radio, several, text],
        },
        {"name": "cat", "polygon": [{"x": 0, "y": 0}, {"x": 4, "y": 0}, {"x": 4, "y": 4}]},
        {"name": "cat", "line": [{"x": 0, "y": 0}, {"x": 4, "y": 0}]},
        {"name": "cat", "point": {"x": 2, "y": 3}},
        {"name": "cat", "mask": {"url": "m.png"}},
        {"name": "cat", "mask": {"url": "https://api.labelbox.com/api/v1/mask/1"}},
        answers=[radio, text],
        **{"m.png": encode_png(_PIXELS)},
    )
    (item,) = dataset
    assert (item.key, item.size) == (("test", "a"), (6, 8))
    assert item.attributes == {
        "masks": [{"label": "cat", "url": "https://api.labelbox.com/api/v1/mask/1"}]
    }
    *others, mask = item.annotations
    assert others == [
        Label(label=0, attributes={"question": "mood"}),
        Caption(text="hello", attributes={"question": "note"}),
        Box(
            label=1,
            x=1,
            y=2,
            w=4.5,
            h=3,
            attributes={"mood": "calm", "parts": ["a", "b"], "note": "hello"},
        ),
        Polygon(label=1, points=(0, 0, 4, 0, 4, 4)),
        Polyline(label=1, points=(0, 0, 4, 0)),
        Points(label=1, points=(2, 3)),
    ]
    assert (decode_mask(mask) == _PIXELS).all()
    _, losses = write_all(LABELBOX, dataset)
    assert {row[0] for row in losses.rows()} == {"attribute masks", "attribute parts"}


# in the form of https://docs.voxel51.com/user_guide/using_datasets.html#labels
def _fiftyone(folder, **fields):
    sample = {
        "_id": {"$oid": "5f45"},
        "filepath": "data/a.jpg",
        "tags": ["checked", "validation"],
        "metadata": {"_cls": "ImageMetadata", "width": 8, "height": 6},
        **fields,
    }
    files = {"samples.json": {"samples": [sample]}, "data/a.jpg": image_bytes(".jpg")}
    return read_all(FIFTYONE, put_files(folder, files))


def test_fiftyone_is_read(tmp_path):
    """Every class of labels; coordinates are parts of the image, other keys are attributes."""
    dataset = _fiftyone(
        tmp_path,
        ground_truth={
            "_cls": "Detections",
            "detections": [
                {
                    "_cls": "Detection",
                    "label": "cat",
                    "bounding_box": [0.25, 0.5, 0.5, 0.25],
                    "iscrowd": 0,
                    "tags": ["x"],
                },
                {
                    "_cls": "Detection",
                    "label": "cat",
                    "bounding_box": [3 / 8, 2 / 6, 3 / 8, 2 / 6],
                    "mask": {"$binary": {"base64": _packed(_array(_CROP)), "subType": "00"}},
                },
            ],
        },
        predictions={
            "_cls": "Detection",
            "label": "dog",
            "confidence": 0.5,
            "bounding_box": [0, 0, 1, 1],
        },
        polylines={
            "_cls": "Polyline",
            "label": "cat",
            "points": [[[0, 0], [0.5, 0]], [[0, 0], [0.5, 1]]],
            "closed": False,
        },
        keypoints={
            "_cls": "Keypoints",
            "keypoints": [{"label": "cat", "points": [[0.5, 0.5], [None, None]]}],
        },
        weather={"_cls": "Classification", "label": "sunny"},
        score=3,
    )
    (item,) = dataset
    assert (item.key, item.size) == (("validation", "a"), (6, 8))
    assert item.attributes == {"tags": ["checked"], "score": 3}
    assert dataset.categories.names() == ("cat", "dog", "sunny")
    box, mask, *others = item.annotations
    assert box == Box(label=0, x=2, y=3, w=4, h=1.5, attributes={"iscrowd": 0, "tags": ["x"]})
    assert isinstance(mask, Mask)
    assert (decode_mask(mask) == _PIXELS).all()
    assert others == [
        Box(label=1, score=0.5, x=0, y=0, w=8, h=6, attributes={"field": "predictions"}),
        Polyline(label=0, points=(0, 0, 4, 0)),
        Polyline(label=0, points=(0, 0, 4, 6)),
        Points(label=0, points=(4, 3, 0, 0), visibility=(2, 0)),
        Label(label=2, attributes={"field": "weather"}),
    ]
    files, losses = write_all(FIFTYONE, dataset)
    assert {row[0] for row in losses.rows()} == {"visibility"}
    (sample,) = json.loads(files["samples.json"])["samples"]
    assert sample["tags"] == ["validation", "checked"]
    assert sample["predictions"]["detections"][0]["confidence"] == 0.5
    assert "field" not in sample["predictions"]["detections"][0]


def test_a_mask_of_another_size_than_its_box_is_fitted(tmp_path):
    """FiftyOne draws masks in the size of the box: here two columns become four."""
    label = {
        "_cls": "Detection",
        "label": "c",
        "bounding_box": [0, 0, 0.5, 1 / 6],
        "mask": _packed(_array(np.array([[True, False]]))),
    }
    (item,) = _fiftyone(tmp_path, ground_truth=label)
    assert decode_mask(item.annotations[0])[0].tolist() == [True, True, *[False] * 6]


def test_arrays_with_objects_are_refused(tmp_path):
    """What a pickle holds is never run."""
    array = np.array([[{"a": 1}]], dtype=object)
    label = {
        "_cls": "Detection",
        "bounding_box": [0, 0, 1, 1],
        "mask": _packed(_array(array, allow_pickle=True)),
    }
    with pytest.raises(FormatError, match="no compressed array"):
        _fiftyone(tmp_path, ground_truth=label)


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ({"_cls": "Detection"}, "no bounding_box"),
        ({"_cls": "Detection", "bounding_box": [0, 0, 1]}, "length 4"),
        ({"_cls": "Detection", "bounding_box": [0, 0, 1, 1], "mask": "?"}, "no compressed array"),
        ({"_cls": "Polyline", "points": [[]]}, "has no points"),
        ({"_cls": "Polyline", "points": [["a"]]}, "Expected `array`"),
    ],
)
def test_broken_labels_of_fiftyone_are_refused(tmp_path, label, reason):
    """The error names the file and the sample."""
    with pytest.raises(FormatError, match=reason) as caught:
        _fiftyone(tmp_path, ground_truth=label)
    assert "data/a.jpg" in str(caught.value)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (_object("star"), "geometryType 'star'"),
        (_object("cuboid", "dog"), "label 'dog' is not declared"),
        (_object("rectangle", points={"exterior": [[1, 1]]}), "has 1 points"),
        (_object("bitmap", bitmap={"data": "?", "origin": [0, 0]}), "no compressed PNG"),
        (_object("bitmap", bitmap={"data": _packed(encode_png(_CROP)), "origin": [7, 0]}), "leaves its image"),
        (_object("bitmap", bitmap={"data": _packed(encode_png(np.ones((90, 90), bool))), "origin": [0, 0]}), "larger than its image"),
        (_object("graph", "fox", nodes={"n9": {"loc": [1, 1]}}), "no such nodes"),
        (_object("polygon", points={"exterior": [["a", 1]]}), "Expected `float`"),
    ],
)  # fmt: skip
def test_broken_objects_of_supervisely_are_refused(tmp_path, one, reason):
    """The error names the file."""
    with pytest.raises(FormatError, match=reason) as caught:
        _supervisely(tmp_path, one)
    assert "a.jpg.json" in str(caught.value)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        ({"name": "c"}, "of a kind that is not known"),
        ({"name": "c", "bounding_box": {"top": 1}}, "missing required field"),
        ({"name": "c", "mask": {"url": "../m.png"}}, "leaves the dataset"),
        ({"name": "c", "mask": {"url": "none.png"}}, "No such file"),
        ({"name": "c", "point": {"x": "a", "y": 1}}, "Expected `float`"),
    ],
)
def test_broken_objects_of_labelbox_are_refused(tmp_path, one, reason):
    """The error names the file."""
    with pytest.raises(FormatError, match=reason):
        _labelbox(tmp_path, one)


@pytest.mark.parametrize("card", [SUPERVISELY, LABELBOX, FIFTYONE], ids=lambda card: card.name)
def test_no_other_format_claims_their_output(tmp_path, card):
    """Detection names each of them alone."""
    box = Box(label=0, x=1.0, y=1.0, w=2.0, h=2.0)
    assert_alone(card, ListDataset([image_item("a", box)], Categories.of(["x"])), tmp_path / "out")
