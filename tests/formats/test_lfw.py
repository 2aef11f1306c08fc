"""LFW: persons as folders, pairs of pictures, landmarks, faults."""

import pytest

from datum.errors import FormatError
from datum.model import Categories, Label, Points
from datum.outputs import MemoryOutput, write_dataset
from datum.testing.datasets import ListDataset, image_bytes, image_item
from datum_formats.lfw import LFW


def make(root, files, images=()):
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    for name in images:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(image_bytes())


def read(path):
    reading = LFW.read(path, {})
    return ListDataset(reading.items, reading.categories)


PAIRS = "10\t300\nAbel\t1\t4\nAbel\t1\tBo_Li\t2\nBo_Li\t2\t-\tx\nalone\nBo_Li/odd\n"


def test_the_lists_of_the_data_set(tmp_path):
    """Pairs of one person and of two, of nobody; pictures of no pair; landmarks by file or by path."""
    make(
        tmp_path,
        {
            "train/annotations/pairs.txt": PAIRS,
            "train/annotations/people.txt": "3\nAbel\t4\nZoe\t1\n",
            "train/annotations/landmarks.txt": "Abel_0001.jpg\t1\t2.5\nAbel/Abel_0004.jpg\t3\t4\n",
        },
        ["train/images/Abel/Abel_0001.jpg", "train/images/no_label/y.png"],
    )
    dataset = read(tmp_path)
    assert dataset.categories.names() == ("Abel", "Bo_Li", "Zoe")
    assert {item.id: item.annotations for item in dataset} == {
        "Abel/Abel_0001": (
            Label(
                label=0,
                attributes={
                    "positive_pairs": ["Abel/Abel_0004"],
                    "negative_pairs": ["Bo_Li/Bo_Li_0002"],
                },
            ),
            Points(label=0, points=(1.0, 2.5)),
        ),
        "Abel/Abel_0004": (Label(label=0), Points(label=0, points=(3.0, 4.0))),
        "Bo_Li/Bo_Li_0002": (Label(label=1, attributes={"negative_pairs": ["x"]}),),
        "Bo_Li/odd": (Label(label=1),),
        "alone": (),
        "no_label/y": (),
        "x": (),
    }
    assert {item.subset for item in dataset} == {"train"}


def test_the_root_may_be_the_subset(tmp_path):
    """With the lists beside the images."""
    make(tmp_path, {"pairs.txt": "Abel\t1\t4\n"}, ["images/Abel/Abel_0001.jpg"])
    assert [item.key for item in read(tmp_path)] == [
        *(("default", "Abel/Abel_0001"), ("default", "Abel/Abel_0004")),
    ]


def test_what_is_written():
    """Lists as the data set has them, and no file beyond."""
    pairs = {"positive_pairs": ["A/A_0002"], "negative_pairs": ["B C/B C_0010"]}
    items = [
        image_item(
            "A/A_0001", Label(label=0, attributes=pairs), Points(label=0, points=(1.0, 2.5))
        ),
        image_item("A/A_0002", Label(label=0)),
        image_item("B C/B C_0010", Label(label=1)),
    ]
    output = MemoryOutput()
    losses = write_dataset(LFW, ListDataset(items, Categories.of(["A", "B C"])), output)
    assert {name: data.decode() for name, data in output.files.items()} == {
        "train/annotations/people.txt": "A\t2\nB C\t1\n",
        "train/annotations/pairs.txt": "A\t1\t2\nA\t1\tB C\t10\nA/A_0002\nB C/B C_0010\n",
        "train/annotations/landmarks.txt": "A/A_0001.jpg\t1\t2.5\n",
    }
    assert not losses


def test_what_is_lost_is_counted():
    """Pairs of pictures that are called otherwise, points with the label of another."""
    pairs = {"positive_pairs": ["b", "A/A_0001", 3], "negative_pairs": "x", "mood": 1}
    item = image_item("q", Label(label=0, attributes=pairs), Points(points=(1.0, 2.0)))
    losses = write_dataset(LFW, ListDataset([item], Categories.of(["A"])), MemoryOutput())
    assert [line.split(":")[0] for line in losses.lines()] == [
        "1 × attribute mood",
        "1 × attribute negative_pairs",
        "3 × attribute positive_pairs",
        "1 × label of points",
    ]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("pairs.txt", "A\t1\t2\t3\t4\n", "pairs.txt:1: a pair of 5 columns"),
        ("pairs.txt", "A\t1\n", "pairs.txt:1: a pair of 2 columns"),
        ("pairs.txt", "A\t1\tx\n", "pairs.txt:1: 'x' is no number"),
        ("pairs.txt", "A\t1\t99999999999\n", "is no number of a picture"),
        ("pairs.txt", "../../x\n", "leaves the dataset"),
        ("people.txt", "A\n", "people.txt:1: no person and number"),
        ("people.txt", "A\tx\n", "people.txt:1: no person and number"),
        ("landmarks.txt", "a.jpg\t1\n", "landmarks.txt:1: a number of coordinates that is odd"),
        ("landmarks.txt", "a.jpg\t1\tnan\n", "landmarks.txt:1: 'nan' is no number"),
    ],
)
def test_broken_lists(tmp_path, name, text, reason):
    """The error names file and line."""
    make(tmp_path, {"t/people.txt": "", f"t/{name}": text})
    with pytest.raises(FormatError, match=reason):
        read(tmp_path)


def test_no_folder(tmp_path):
    """A path where nothing is."""
    with pytest.raises(FormatError, match="not a folder"):
        read(tmp_path / "missing")
