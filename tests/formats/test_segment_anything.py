"""Segment Anything: masks as run lengths, keys that are attributes, labels of our own."""

import json

import pytest

from datum.errors import FormatError
from datum.model import Box, Categories, Label, Mask
from datum.testing.datasets import ListDataset, image_item
from datum.testing.running import assert_alone, put_files, read_all, write_all
from datum_formats.segment_anything import SEGMENT_ANYTHING

# in the form of https://github.com/facebookresearch/segment-anything#dataset; 48 pixels, 4 of them set
_ANN = {
    "id": 7,
    "segmentation": {"size": [6, 8], "counts": "74U1"},
    "bbox": [1.0, 1.0, 1.0, 4.0],
    "area": 4,
    "predicted_iou": 0.9,
    "stability_score": 0.95,
    "crop_box": [0.0, 0.0, 8.0, 6.0],
    "point_coords": [[1.5, 2.5]],
}
_IMAGE = {"image_id": 1, "width": 8, "height": 6, "file_name": "sa_1.jpg"}


def _read(folder, *anns, **image):
    said = {"image": {**_IMAGE, **image}, "annotations": list(anns)}
    return read_all(SEGMENT_ANYTHING, put_files(folder, {"sa_1.json": said}))


def test_a_mask_and_its_box_are_a_group(tmp_path):
    """What SA-1B says of a mask is in the attributes of both."""
    dataset = _read(tmp_path, _ANN, licence="x")
    (item,) = dataset
    said = {
        name: _ANN[name]
        for name in ("predicted_iou", "stability_score", "crop_box", "point_coords")
    }
    assert (item.key, item.size) == (("default", "sa_1"), (6, 8))
    assert item.attributes == {"licence": "x", "image_id": 1}
    assert item.annotations == (
        Box(group=1, x=1, y=1, w=1, h=4, attributes=said),
        Mask(group=1, height=6, width=8, counts=b"74U1", attributes=said),
    )
    files, losses = write_all(SEGMENT_ANYTHING, dataset)
    written = json.loads(files["default/sa_1.json"])
    assert written["annotations"] == [{**_ANN, "id": 1}]
    assert written["image"] == {**_IMAGE, "licence": "x"}
    assert not losses


def test_plain_run_lengths_and_labels_are_read(tmp_path):
    """Lists of counts; the label and the score are keys of our own."""
    ann = {"segmentation": {"size": [6, 8], "counts": [7, 3, 38]}, "label": "a", "score": 0.5}
    dataset = _read(tmp_path, ann)
    assert dataset.categories.names() == ("a",)
    assert next(iter(dataset)).annotations == (
        Mask(label=0, score=0.5, height=6, width=8, counts=b"73V1"),
    )


def test_what_has_no_place_is_counted():
    """Labels of the image, and a group that is no mask with its box."""
    boxes = [Box(label=0, group=1, x=1.0, y=1.0, w=2.0, h=n) for n in (1.0, 2.0)]
    item = image_item("a", Label(label=0), *boxes)
    _, losses = write_all(SEGMENT_ANYTHING, ListDataset([item], Categories.of(["x"])))
    assert {row[0]: row[2] for row in losses.rows()} == {"label": 1, "group": 2}


@pytest.mark.parametrize(
    ("ann", "reason"),
    [
        ({}, "annotation 1 has neither"),
        ({"segmentation": {"size": [6, 8], "counts": "73"}}, "do not add up to 6 x 8"),
        ({"segmentation": {"size": [6, 8], "counts": "o"}}, "run lengths are broken"),
        ({"segmentation": {"size": [6, 8], "counts": [1, 2]}}, "do not add up"),
        ({"segmentation": {"size": [6], "counts": "7"}}, "length 2"),
        ({"bbox": [1, 2, 3]}, "length 4"),
    ],
)
def test_broken_annotations_are_refused(tmp_path, ann, reason):
    """The error names the file."""
    with pytest.raises(FormatError, match=reason) as caught:
        _read(tmp_path, ann)
    assert "sa_1.json" in str(caught.value)


def test_no_other_format_claims_its_output(tmp_path):
    """Detection names it alone."""
    box = Box(label=0, x=1.0, y=1.0, w=2.0, h=2.0)
    dataset = ListDataset([image_item("a", box)], Categories.of(["x"]))
    assert_alone(SEGMENT_ANYTHING, dataset, tmp_path / "out")
