"""VGGFace2: boxes and landmarks in CSV files, persons as folders, faults."""

import json

import pytest

from datum.errors import FormatError
from datum.model import Box, Categories, Label, LabelCategory, Points
from datum.outputs import MemoryOutput, write_dataset
from datum.testing.datasets import ListDataset, image_bytes, image_item
from datum_formats.vgg_face2 import VGG_FACE2

BOXES = "NAME_ID,X,Y,W,H\n"
MARKS = "NAME_ID,P1X,P1Y,P2X,P2Y,P3X,P3Y,P4X,P4Y,P5X,P5Y\n"
TEN = tuple(float(n) for n in range(10))


def make(root, files, images=()):
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    for name in images:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(image_bytes())


def read(path):
    reading = VGG_FACE2.read(path, {})
    return ListDataset(reading.items, reading.categories)


def test_the_layout_of_the_data_set(tmp_path):
    """Rows with and without images, images without rows, columns in quotes, no labels.txt."""
    make(
        tmp_path,
        {
            "bb_landmark/loose_bb_test.csv": BOXES
            + '"n000001/0001_01",60,60,79,109\n"n000009/2",,,,\n',
            "bb_landmark/loose_landmark_test.csv": MARKS
            + '"n000001/0001_01",'
            + ",".join(str(n) for n in range(10))
            + "\n",
        },
        ["test/n000001/0001_01.jpg", "test/n000002/x.jpg", "test/no_label/y.png", "train/n3/z.jpg"],
    )
    dataset = read(tmp_path)
    assert dataset.categories.names() == ("n000001", "n000002", "n000009")
    assert {item.id: item.annotations for item in dataset} == {
        "n000001/0001_01": (
            Label(label=0),
            Box(label=0, x=60.0, y=60.0, w=79.0, h=109.0),
            Points(label=0, points=TEN),
        ),
        "n000002/x": (Label(label=1),),
        "n000009/2": (Label(label=2),),
        "no_label/y": (),
    }
    assert {item.subset for item in dataset} == {"test"}


def test_what_is_written():
    """Persons are folders; an item of which no more is said is a row; parents stand behind names."""
    known = Categories(
        labels=(LabelCategory(name="ada", parent="people"), LabelCategory(name="bob"))
    )
    items = [
        image_item("ada/1", Label(label=0), Box(label=0, x=1.5, y=2.0, w=3.0, h=4.0)),
        image_item("2", Label(label=1), Points(label=1, points=TEN)),
        image_item("3"),
    ]
    output = MemoryOutput()
    losses = write_dataset(VGG_FACE2, ListDataset(items, known), output, save_media=True)
    files = output.files
    assert sorted(name for name in files if name.endswith(".jpg")) == [
        *("train/ada/1.jpg", "train/bob/2.jpg", "train/no_label/3.jpg"),
    ]
    assert files["labels.txt"] == b"ada people\nbob\n"
    assert files["bb_landmark/loose_bb_train.csv"].decode() == (
        BOXES + "bob/2,,,,\nno_label/3,,,,\nada/1,1.5,2,3,4\n"
    )
    assert files["bb_landmark/loose_landmark_train.csv"].decode() == (
        MARKS + "bob/2,0,1,2,3,4,5,6,7,8,9\n"
    )
    assert json.loads(files["dataset_meta.json"]) == {
        "ids": {"train/bob/2": "2", "train/no_label/3": "3"}
    }
    assert not losses


def test_what_is_lost_is_counted():
    """Labels of shapes that are not the image's, hidden points, points that are not five."""
    item = image_item(
        "a",
        Label(label=0),
        Box(label=1, x=1.0, y=2.0, w=3.0, h=4.0),
        Points(label=0, points=TEN, visibility=(1, 2, 2, 2, 2)),
        Points(label=0, points=TEN[:4]),
        Box(label=0, x=float("nan"), y=2.0, w=3.0, h=4.0),
    )
    losses = write_dataset(
        VGG_FACE2, ListDataset([item], Categories.of(["a b", "c"])), MemoryOutput()
    )
    assert [line.split(":")[0] for line in losses.lines()] == [
        *("1 × box", "1 × label of box", "1 × points", "1 × visibility"),
    ]


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"bb_landmark/loose_bb_a.csv": "X,Y\n"}, "a.csv:1: the columns are not NAME_ID,X"),
        ({"bb_landmark/loose_bb_a.csv": BOXES + "p/1,1,2,3\n"}, "a.csv:2: 4 columns instead of 5"),
        ({"bb_landmark/loose_bb_a.csv": BOXES + "p/1,1,2,3,x\n"}, "a.csv:2: 'x' is no number"),
        ({"bb_landmark/loose_bb_a.csv": BOXES + "p/1,1,,3,4\n"}, "a.csv:2: '' is no number"),
        ({"bb_landmark/loose_bb_a.csv": BOXES + "p/1,1,2,3,inf\n"}, "'inf' is no number"),
        ({"bb_landmark/loose_bb_a.csv": BOXES + '"p/1\n'}, "no CSV"),
        ({"bb_landmark/loose_landmark_a.csv": BOXES}, "the columns are not NAME_ID,P1X"),
        ({"bb_landmark/loose_bb_a.csv": BOXES + "../../x,1,2,3,4\n"}, "leaves the dataset"),
        (
            {"bb_landmark/loose_bb_a.csv": BOXES + "q/1,1,2,3,4\n", "labels.txt": "p\n"},
            "no label has the folder 'q'",
        ),
        ({"labels.txt": "p\np\n"}, "labels.txt:2: label 'p' is there twice"),
        ({"x.txt": ""}, "no folder bb_landmark"),
    ],
)
def test_broken_files(tmp_path, files, reason):
    """The error names file and line."""
    make(tmp_path, files)
    with pytest.raises(FormatError, match=reason):
        read(tmp_path)
