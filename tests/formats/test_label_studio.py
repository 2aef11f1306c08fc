"""Label Studio: per cent and pixels, brushes, what is said of regions, predictions, relations."""

import json

import numpy as np
import pytest

from datum.errors import FormatError
from datum.model import (
    Box,
    Caption,
    Categories,
    Ellipse,
    Label,
    LabelCategory,
    Mask,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
)
from datum.testing.datasets import ListDataset, image_bytes, image_item
from datum.testing.running import assert_alone, put_files, read_all, write_all
from datum_formats._common.rle import decode_mask
from datum_formats.label_studio import LABEL_STUDIO
from datum_formats.label_studio.brush import decode_brush, encode_brush

_PIXELS = np.array([[0, 1, 1], [0, 0, 1]], bool)
# made of _PIXELS by encode_rle of label-studio-converter 0.0.59
_BRUSH = [0, 0, 0, 24, 57, 27, 252, 96, 19, 255, 206, 1, 31, 248]


def _result(kind, value, **further):
    size = {"original_width": 200, "original_height": 100, "image_rotation": 0}
    return {
        "id": "a1",
        "type": kind,
        "from_name": "tag",
        "to_name": "img",
        "value": value,
        **size,
        **further,
    }


def _task(*results, predictions=(), image="/data/upload/1/0123abcd-a.jpg", **data):
    return {
        "id": 7,
        "data": {"image": image, **data},
        "annotations": [{"id": 1, "completed_by": 1, "result": list(results)}],
        "predictions": list(predictions),
    }


def _read(folder, *tasks, **files):
    return read_all(LABEL_STUDIO, put_files(folder, {"train.json": list(tasks), **files}))


def _notes(folder, *results, **task):
    dataset = _read(folder, _task(*results, **task))
    return next(iter(dataset)).annotations


def test_rectangles_are_turned_around_their_corner(tmp_path):
    """The example of https://labelstud.io/guide/export has per cent; 90 degrees turn it down."""
    value = {"x": 10.0, "y": 20.0, "width": 30.0, "height": 40.0, "rectanglelabels": ["Car"]}
    box, turned = _notes(
        tmp_path,
        _result("rectanglelabels", {**value, "rotation": 0}),
        _result("rectanglelabels", {**value, "x": 50, "rotation": 90}),
    )
    assert box == Box(label=0, x=20.0, y=20.0, w=60.0, h=40.0)
    # from (100, 20): 60 down and 40 to the left, so the centre is (80, 50)
    assert isinstance(turned, RotatedBox)
    assert (turned.cx, turned.cy, turned.w, turned.h) == pytest.approx((80, 50, 60, 40))


def test_other_regions_are_read(tmp_path):
    """Those without labels have another type; a vector that is closed is a polygon."""
    vertices = [
        {"id": "1", "x": 0, "y": 0},
        {"id": "2", "x": 50, "y": 0},
        {"id": "3", "x": 0, "y": 10},
    ]
    notes = _notes(
        tmp_path,
        _result("polygon", {"points": [[0, 0], [50, 0], [50, 50]], "closed": True}),
        _result(
            "ellipselabels",
            {
                "x": 50,
                "y": 50,
                "radiusX": 10,
                "radiusY": 10,
                "rotation": 30,
                "ellipselabels": ["a"],
            },
        ),
        _result("keypointlabels", {"x": 50, "y": 50, "width": 0.75, "keypointlabels": ["a", "b"]}),
        _result("vectorlabels", {"vertices": vertices, "closed": False, "vectorlabels": ["a"]}),
        _result("vector", {"vertices": vertices, "closed": True}),
    )
    assert notes == (
        Polygon(points=(0.0, 0.0, 100.0, 0.0, 100.0, 50.0)),
        Ellipse(label=0, cx=100.0, cy=50.0, rx=20.0, ry=10.0, angle=30.0),
        Points(label=0, points=(100.0, 50.0), attributes={"labels": ["b"], "keypoint_width": 0.75}),
        Polyline(label=0, points=(0.0, 0.0, 100.0, 0.0, 0.0, 10.0)),
        Polygon(points=(0.0, 0.0, 100.0, 0.0, 0.0, 10.0)),
    )


def test_brushes_are_those_of_the_converter():
    """Bytes that Label Studio's own converter made, and the reverse."""
    assert (decode_brush(_BRUSH, 2, 3) == _PIXELS).all()
    assert encode_brush(_PIXELS) == _BRUSH


def test_the_converter_reads_our_brushes():
    """A referee, where it is installed: masks of several sizes, both ways."""
    brush = pytest.importorskip("label_studio_converter.brush")
    random = np.random.default_rng(0)
    for height, width, part in ((1, 1, 1.0), (5, 7, 0.5), (300, 211, 0.01)):
        pixels = random.random((height, width)) < part
        values = brush.decode_rle(encode_brush(pixels)).reshape(height, width, 4)
        assert ((values[..., 3] > 0) == pixels).all()
        theirs = brush.encode_rle(np.repeat(pixels.ravel() * np.uint8(255), 4))
        assert (decode_brush(theirs, height, width) == pixels).all()


def test_values_that_differ_are_read_one_by_one():
    """Runs whose first bit is 0: here of 4 values of 8 bits, an opaque pixel."""
    bits = (
        f"{4:032b}{7:05b}"
        + "0010" * 4
        + "0"
        + "00"
        + "011"
        + "".join(f"{n:08b}" for n in (9, 0, 7, 1))
    )
    data = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
    assert decode_brush(list(data), 1, 1).tolist() == [[True]]


def test_masks_survive(tmp_path):
    """A brush is read into a mask, and comes back."""
    value = {"format": "rle", "rle": _BRUSH, "brushlabels": ["a"]}
    result = _result("brushlabels", value) | {"original_width": 3, "original_height": 2}
    dataset = _read(tmp_path, _task(result))
    (item,) = dataset
    (mask,) = item.annotations
    assert isinstance(mask, Mask)
    assert (decode_mask(mask) == _PIXELS).all()
    files, losses = write_all(LABEL_STUDIO, dataset)
    assert not losses
    (task,) = json.loads(files["train.json"])
    assert task["annotations"][0]["result"][0]["value"] == value


def test_what_is_said_of_a_region_is_attributes(tmp_path):
    """Choices and texts with the id of a region, and its meta."""
    value = {"x": 0, "y": 0, "width": 100, "height": 100, "rectanglelabels": ["a"]}
    (box,) = _notes(
        tmp_path,
        _result("rectanglelabels", value, meta={"text": ["seen"]}),
        _result("choices", {**value, "choices": ["far"]}) | {"from_name": "distance"},
        _result("textarea", {**value, "text": ["x", "y"]}) | {"from_name": "note"},
        _result("number", {**value, "number": 4}) | {"from_name": "count"},
    )
    assert box.attributes == {"text": ["seen"], "distance": "far", "note": ["x", "y"], "count": 4}


def test_choices_and_texts_of_the_image(tmp_path):
    """They are labels and captions."""
    notes = _notes(
        tmp_path,
        {"id": "1", "type": "choices", "value": {"choices": ["b", "a"]}},
        {"id": "2", "type": "textarea", "value": {"text": ["hello"]}},
    )
    assert notes == (Label(label=1), Label(label=0), Caption(text="hello"))


def test_what_else_is_said_of_the_image_is_attributes(tmp_path):
    """Ratings, taxonomies, and what nobody knows yet."""
    (item,) = _read(
        tmp_path,
        _task(
            {"type": "rating", "from_name": "sharp", "value": {"rating": 4}},
            {"type": "taxonomy", "from_name": "tax", "value": {"taxonomy": [["a", "b"]]}},
            {"type": "pairwise", "from_name": "pair", "value": {"selected": "left"}},
        ),
    )
    assert item.annotations == ()
    assert item.attributes == {"sharp": 4, "tax": ["a", "b"], "pair": {"selected": "left"}}


def test_predictions_have_scores(tmp_path):
    """Their own, else that of the whole; one without any is marked, so that it stays one."""
    value = {"x": 0, "y": 0, "width": 50, "height": 100, "rectanglelabels": ["a"]}
    region = _result("rectanglelabels", value)
    predictions = [
        {"score": 0.5, "result": [region, {**region, "score": 0.25}]},
        {"model_version": "x", "result": [region]},
    ]
    dataset = _read(tmp_path, _task(predictions=predictions))
    (item,) = dataset
    assert [one.score for one in item.annotations] == [0.5, 0.25, None]
    assert [one.attributes for one in item.annotations] == [
        {},
        {},
        {"model_version": "x", "prediction": True},
    ]
    files, _ = write_all(LABEL_STUDIO, dataset)
    (task,) = json.loads(files["train.json"])
    assert task["annotations"] == []
    assert [one.get("score") for one in task["predictions"][0]["result"]] == [0.5, 0.25, None]


def test_relations_survive(tmp_path):
    """They are an attribute of the item, and the regions at their ends keep their ids."""
    value = {"x": 0, "y": 0, "width": 50, "height": 100, "rectanglelabels": ["a"]}
    relation = {
        "type": "relation",
        "from_id": "p",
        "to_id": "q",
        "direction": "right",
        "labels": ["of"],
    }
    regions = [_result("rectanglelabels", value) | {"id": one} for one in "pqr"]
    dataset = _read(tmp_path, _task(*regions, relation))
    (item,) = dataset
    assert [one.attributes.get("region_id") for one in item.annotations] == ["p", "q", None]
    files, losses = write_all(LABEL_STUDIO, dataset)
    results = json.loads(files["train.json"])[0]["annotations"][0]["result"]
    assert relation in results
    assert [one["id"] for one in results[:2]] == ["p", "q"]
    assert not losses


def test_several_people_are_told_apart(tmp_path):
    """By whom a region is, where several annotated; cancelled work is left out, and noted."""
    value = {"x": 0, "y": 0, "width": 50, "height": 100, "rectanglelabels": ["a"]}
    task = _task(_result("rectanglelabels", value))
    task["annotations"] += [
        {"completed_by": {"id": 2, "email": "b@c"}, "result": [_result("rectanglelabels", value)]},
        {"completed_by": 3, "was_cancelled": True, "result": [_result("rectanglelabels", value)]},
    ]
    (item,) = _read(tmp_path, task)
    assert [one.attributes for one in item.annotations] == [
        {"completed_by": 1},
        {"completed_by": {"id": 2, "email": "b@c"}},
    ]
    assert item.attributes == {"was_cancelled": True}


@pytest.mark.parametrize(
    ("image", "file"),
    [
        ("/data/upload/1/0123abcd-a.jpg", "a.jpg"),
        ("/data/upload/1/0123abcd-a.jpg", "x/0123abcd-a.jpg"),
        ("/data/local-files/?d=pics/a.jpg", "pics/a.jpg"),
        ("https://example.org/b/a.jpg?size=2", "images/a.jpg"),
        ("s3://bucket/a%20b.jpg", "a b.jpg"),
        ("pics/a.jpg", "pics/a.jpg"),
    ],
)
def test_images_are_found(tmp_path, image, file):
    """By their path, else by their name, with or without what an upload adds to it."""
    put_files(tmp_path, {file: image_bytes(".jpg")})
    (item,) = _read(tmp_path, _task(image=image))
    assert item.image.content.path == str(tmp_path / file)
    assert item.size == (6, 8)


def test_the_interface_says_the_labels(tmp_path):
    """Their order, their colours, and those that nobody used; the key of the image may be another."""
    config = (
        '<View><Image name="img" value="$pic"/><RectangleLabels name="tag" toName="img">'
        '<Label value="dog" background="#ff8000"/><Label value="cat"/></RectangleLabels></View>'
    )
    task = {"data": {"pic": "a.jpg", "source": "cam"}, "annotations": []}
    dataset = _read(tmp_path, task, **{"config.xml": config})
    assert dataset.categories.labels == (
        LabelCategory(name="dog", color=(255, 128, 0)),
        LabelCategory(name="cat"),
    )
    (item,) = dataset
    assert (item.key, item.attributes) == (("train", "a"), {"source": "cam"})


def test_an_export_has_no_subset(tmp_path):
    """Label Studio calls its exports by project and time."""
    files = {"project-3-at-2024-05-01-10-00-0a1b2c3d.json": [_task()]}
    (item,) = read_all(LABEL_STUDIO, put_files(tmp_path, files))
    assert item.subset == "default"


@pytest.mark.parametrize(
    ("tasks", "reason"),
    [
        ({}, "Expected `array`"),
        ([{"annotations": []}], "missing required field `data`"),
        (
            [_task(_result("rectanglelabels", {"x": "a", "rectanglelabels": ["a"]}))],
            "task 1: Expected `float`",
        ),
        ([_task({"id": "1", "type": "rectanglelabels", "value": {}})], "no original_width"),
        ([_task(_result("brush", {"rle": [0, 0]}))], "ends too early"),
        ([_task(_result("brush", {"rle": [999]}))], "must be in range"),
        (
            [_task(_result("brush", {"rle": [0, 0, 0, 4, 0, 0, 0, 0]}))],
            "not of an image of 100 x 200",
        ),
        ([_task(_result("polygon", {"points": []}))], "has no points"),
        ([_task(image="x/a.jpg"), _task(image="x/a.jpg")], "there twice"),
    ],
)
def test_broken_tasks_are_refused(tmp_path, tasks, reason):
    """The error names the file, and the task where there is one."""
    with pytest.raises(FormatError, match=reason) as caught:
        read_all(LABEL_STUDIO, put_files(tmp_path, {"train.json": tasks}))
    assert "train.json" in str(caught.value)


def test_no_other_format_claims_its_output(tmp_path):
    """Detection names it alone."""
    dataset = ListDataset(
        [image_item("a", Box(label=0, x=1.0, y=1.0, w=2.0, h=2.0))], Categories.of(["x"])
    )
    assert_alone(LABEL_STUDIO, dataset, tmp_path / "out")
