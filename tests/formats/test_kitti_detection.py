"""KITTI object detection: the columns of the development kit, its layout, faults."""

import pytest

from datum.errors import FormatError
from datum.model import Box, Categories
from datum.outputs import MemoryOutput, write_dataset
from datum.testing.datasets import ListDataset, image_bytes, image_item
from datum_formats.kitti import KITTI_DETECTION

# Lines of the first training image and of one with a DontCare region, as the benchmark has them.
PEDESTRIAN = (
    "Pedestrian 0.00 0 -0.20 712.40 143.00 810.73 307.92 1.89 0.48 1.20 1.84 1.47 8.41 0.01\n"
)
DONT_CARE = "DontCare -1 -1 -10 503.89 169.71 590.61 190.13 -1 -1 -1 -1000 -1000 -1000 -10\n"
UNKNOWN = "-1 -1 -10 1 2 4 6 -1 -1 -1 -1000 -1000 -1000 -10"


def make(root, files, images=()):
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    for name in images:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(image_bytes())


def read(path):
    reading = KITTI_DETECTION.read(path, {})
    return ListDataset(reading.items, reading.categories)


def written(items, labels=("car", "traffic light")):
    output = MemoryOutput()
    losses = write_dataset(
        KITTI_DETECTION, ListDataset(items, Categories.of(labels)), output, save_media=True
    )
    return output.files, losses


def test_the_layout_of_the_benchmark(tmp_path):
    """Columns beside the box are attributes; what DontCare does not know is not there."""
    make(
        tmp_path,
        {"training/label_2/000000.txt": PEDESTRIAN + DONT_CARE},
        ["training/image_2/000000.png", "testing/image_2/000000.png"],
    )
    (item,) = read(tmp_path)
    assert (item.subset, item.id, item.size) == ("training", "000000", (6, 8))
    person, region = item.annotations
    assert (person.label, region.label) == (1, 0)
    assert (person.x, person.y) == (712.40, 143.00)
    assert (person.w, person.h) == pytest.approx((98.33, 164.92))
    assert person.attributes == {
        "truncated": 0.0,
        "occluded": 0,
        "alpha": -0.20,
        "dimensions": [1.89, 0.48, 1.20],
        "location": [1.84, 1.47, 8.41],
        "rotation_y": 0.01,
    }
    assert region.attributes == {}


def test_a_16th_column_is_the_score(tmp_path):
    """As in files of results; a folder that holds label_2 itself is a dataset."""
    make(tmp_path, {"label_2/a.txt": f"Car {UNKNOWN} 0.75\n"})
    (item,) = read(tmp_path)
    assert item.annotations == (Box(label=0, x=1.0, y=2.0, w=3.0, h=4.0, score=0.75),)


def test_unknown_cuboids_of_other_tools_are_no_attributes(tmp_path):
    """They have -1 in each column of it."""
    make(tmp_path, {"label_2/a.txt": "Car 0 2 -1 1 2 4 6 -1 -1 -1 -1 -1 -1 -1\n"})
    (item,) = read(tmp_path)
    assert item.annotations[0].attributes == {"truncated": 0.0, "occluded": 2}


def test_what_is_written():
    """An item without boxes has an empty file; blanks in a label are underscores."""
    box = Box(label=1, x=1.0, y=2.0, w=3.0, h=4.0, attributes={"occluded": True, "alpha": 0.5})
    files, losses = written([image_item("a", box), image_item("b")])
    assert not losses
    assert sorted(files) == [
        *("labels.txt", "train/image_2/a.jpg", "train/image_2/b.jpg"),
        *("train/label_2/a.txt", "train/label_2/b.txt"),
    ]
    assert files["labels.txt"] == b"car\ntraffic light\n"
    assert files["train/label_2/a.txt"].decode() == (
        "traffic_light -1 1 0.5 1 2 4 6 -1 -1 -1 -1000 -1000 -1000 -10\n"
    )
    assert files["train/label_2/b.txt"] == b""


def test_what_is_lost_is_counted():
    """Boxes without a label, and attributes that are not what their column holds."""
    box = Box(label=0, x=1.0, y=2.0, w=3.0, h=4.0)
    said = {"occluded": 9, "truncated": "yes", "location": [1, 2], "color": "red"}
    odd = Box(label=0, x=1.0, y=2.0, w=3.0, h=4.0, attributes=said)
    bare = Box(x=1.0, y=2.0, w=3.0, h=4.0)
    _, losses = written([image_item("a", box, odd, bare)])
    assert losses.lines() == [
        "1 × attribute color: KITTI has no column for it",
        "1 × attribute location: it is no list of 3 numbers",
        "1 × attribute occluded: it is no whole number from 0 to 3",
        "1 × attribute truncated: it is no number",
        "1 × box: it has no label, which the format needs",
    ]


def test_labels_that_are_one_word_are_refused():
    """Else one would come back as the other."""
    with pytest.raises(FormatError, match="'a b' and 'a_b' would be the same word"):
        written([], labels=("a b", "a_b"))


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"label_2/a.txt": "\nCar 0 0 0\n"}, "a.txt:2: 4 columns, where 15 or 16 are expected"),
        ({"label_2/a.txt": f"Car {UNKNOWN.replace('6', 'x')}\n"}, "a.txt:1: 'x' is no number"),
        ({"label_2/a.txt": f"Car {UNKNOWN.replace('6', 'nan')}\n"}, "'nan' is no number"),
        ({"label_2/a.txt": f"Car {UNKNOWN.replace('-1 -1', '0 1.5', 1)}\n"}, "no whole number"),
        (
            {"label_2/a.txt": f"Cow {UNKNOWN}\n", "labels.txt": "Car\n"},
            "a.txt:1: label 'Cow' is not in labels.txt",
        ),
        ({"image_2/a.txt": ""}, "no folder label_2 in it, or below"),
    ],
)
def test_broken_files(tmp_path, files, reason):
    """The error names file and line."""
    make(tmp_path, files)
    with pytest.raises(FormatError, match=reason):
        read(tmp_path)
