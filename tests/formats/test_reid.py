"""Market-1501 and MARS: what names say, and names for what is called otherwise."""

import json

import pytest

from datum.errors import FormatError
from datum.model import Box, Categories, Label
from datum.outputs import FolderOutput, MemoryOutput, write_dataset
from datum.testing.datasets import ListDataset, image_bytes, image_item
from datum_formats.reid import MARKET1501, MARS


def make(root, *names):
    """Files: images by name, texts as (name, text)."""
    for seed, name in enumerate(names):
        path, data = (
            (name, image_bytes(seed=seed)) if isinstance(name, str) else (name[0], name[1].encode())
        )
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def read(card, path):
    reading = card.read(path, {})
    return ListDataset(reading.items, reading.categories)


def item(item_id, *notes, **attributes):
    made = image_item(item_id, *notes)
    fields = {name: getattr(made, name) for name in made.__struct_fields__}
    return type(made)(**{**fields, "attributes": attributes})


def written(card, items, labels=()):
    output = MemoryOutput()
    losses = write_dataset(card, ListDataset(items, Categories.of(labels)), output)
    return output.files, losses.lines()


# ---------------------------------------------------------------- Market-1501


def test_names_of_market(tmp_path):
    """Cameras count from 0; junk is -1; a query is of test, unless a list says another subset."""
    make(
        tmp_path,
        "bounding_box_train/0002_c1s1_000451_03.jpg",
        "bounding_box_test/-1_c3s2_001602_00.jpg",
        "query/0003_c6s1_000001_00.jpg",
        "query/0004_c6s1_000001_00.jpg",
        "bounding_box_test/other.jpg",
        "gt_bbox/0001_c1s1_001051_00.jpg",
        ("images_val.txt", "query/0004_c6s1_000001_00.jpg\n"),
    )
    found = {one.key: one.attributes for one in read(MARKET1501, tmp_path)}
    numbers = {"sequence_id": 1, "frame_id": 1, "bbox_id": 0, "camera_id": 5}
    assert found == {
        ("train", "0002_c1s1_000451_03"): {
            "query": False,
            "person_id": 2,
            "camera_id": 0,
            "sequence_id": 1,
            "frame_id": 451,
            "bbox_id": 3,
        },
        ("test", "-1_c3s2_001602_00"): {
            "query": False,
            "person_id": -1,
            "camera_id": 2,
            "sequence_id": 2,
            "frame_id": 1602,
            "bbox_id": 0,
        },
        ("test", "0003_c6s1_000001_00"): {"query": True, "person_id": 3, **numbers},
        ("val", "0004_c6s1_000001_00"): {"query": True, "person_id": 4, **numbers},
        ("test", "other"): {"query": False},
    }


def test_a_market_comes_back(tmp_path):
    """Under the same names, with the same attributes, whatever else the items are called."""
    items = [
        item(
            "0002_c1s1_000451_03", person_id=2, camera_id=0, sequence_id=1, frame_id=451, bbox_id=3
        ),
        item("a/b", person_id=7, query=True),
        item("c", person_id=7, camera_id=2),
    ]
    with FolderOutput(tmp_path / "out") as output:
        losses = write_dataset(MARKET1501, ListDataset(items), output)
    assert not losses
    paths = sorted(
        p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*.jpg")
    )
    assert paths == [
        "bounding_box_train/0002_c1s1_000451_03.jpg",
        "bounding_box_train/0007_c3s0_000000_00_c.jpg",
        "query/0007_c0s0_000000_00_a%2Fb.jpg",
    ]
    found = {one.id: one.attributes for one in read(MARKET1501, tmp_path / "out")}
    for one in items:
        assert found[one.id] == {"query": False, **one.attributes}


def test_what_names_of_market_cannot_say():
    """Annotations, labels, other attributes, numbers that are none or too large."""
    items = [
        item(
            "a",
            Box(x=0.0, y=0.0, w=1.0, h=1.0),
            color="red",
            person_id="x",
            camera_id=999,
            frame_id=3,
        ),
        item("b", query=1, person_id=True),
    ]
    _, losses = written(MARKET1501, items, ["cat"])
    assert [line.split(":")[0] for line in losses] == [
        "1 × attribute camera_id",
        "1 × attribute color",
        "1 × attribute frame_id",
        "2 × attribute person_id",
        "1 × attribute query",
        "1 × box",
        "1 × labels",
    ]


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ([("images_val.txt", "query/x.jpg\n")], r"images_val.txt:1: there is no 'query/x.jpg'"),
        ([("images_val.txt", "../x.jpg\n")], "leaves the dataset"),
    ],
)
def test_broken_lists(tmp_path, names, reason):
    """The error names file and line."""
    make(tmp_path, *names)
    with pytest.raises(FormatError, match=reason):
        read(MARKET1501, tmp_path)


# ---------------------------------------------------------------- MARS


def test_names_of_mars(tmp_path):
    """Persons are labels, junk included."""
    make(
        tmp_path,
        "bbox_train/0001/0001C1T0002F003.jpg",
        "bbox_test/0000/0000C6T0001F001.jpg",
        "bbox_test/00-1/00-1C1T0001F1001.jpg",
    )
    dataset = read(MARS, tmp_path)
    assert dataset.categories.names() == ("00-1", "0000", "0001")
    assert {one.key: (one.annotations[0].label, one.attributes) for one in dataset} == {
        ("train", "0001C1T0002F003"): (
            2,
            {"person_id": "0001", "camera_id": 0, "track_id": 2, "frame_id": 3},
        ),
        ("test", "0000C6T0001F001"): (
            1,
            {"person_id": "0000", "camera_id": 5, "track_id": 1, "frame_id": 1},
        ),
        ("test", "00-1C1T0001F1001"): (
            0,
            {"person_id": "00-1", "camera_id": 0, "track_id": 1, "frame_id": 1001},
        ),
    }
    files, losses = written(MARS, dataset, dataset.categories.names())
    assert sorted(files) == sorted(
        path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.jpg")
    )
    assert not losses


def test_other_persons_and_names():
    """Numbers of labels from 1; junk for those that have none; frames that are free."""
    items = [
        item("a", Label(label=1)),
        item("b", Label(label=1)),
        item("c", track_id=4, frame_id=2),
    ]
    files, losses = written(MARS, items, ["ada", "bob"])
    assert sorted(files) == [
        "bbox_train/00-1/00-1C0T0004F002.jpg",
        "bbox_train/0002/0002C0T0000F000.jpg",
        "bbox_train/0002/0002C0T0000F001.jpg",
        "dataset_meta.json",
    ]
    assert json.loads(files["dataset_meta.json"])["labels"] == ["ada", "bob"]
    assert not losses


def test_what_names_of_mars_cannot_say():
    """Frames that are there twice, another person, numbers that are too large."""
    items = [
        item("a", Label(label=0), track_id=1, frame_id=2, camera_id=0),
        item("b", Label(label=0), track_id=1, frame_id=2, camera_id=0),
        item("c", Label(label=0), person_id="0002", camera_id=9),
    ]
    _, losses = written(MARS, items, ["0001"])
    assert [line.split(":")[0] for line in losses] == [
        *("1 × attribute camera_id", "1 × attribute frame_id", "1 × attribute person_id"),
    ]


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["bbox_train/0001/x.jpg"], "does not say person"),
        (["bbox_train/0001/0002C1T0002F003.jpg"], "no label for person '0002'"),
        (
            ["bbox_train/0003/0003C1T0002F003.jpg", ("dataset_meta.json", '{"labels": ["a"]}')],
            "no label for person '0003'",
        ),
        (
            ["bbox_train/0001/0001C1T0002F003.jpg", "bbox_train/0001/x/0001C1T0002F003.png"],
            "two pictures are called",
        ),
    ],
)
def test_other_names_in_mars(tmp_path, names, reason):
    """The error names the file."""
    make(tmp_path, *names)
    with pytest.raises(FormatError, match=reason):
        read(MARS, tmp_path)


def test_no_folder(tmp_path):
    """Neither is read from a file or from nothing."""
    for card in (MARKET1501, MARS):
        with pytest.raises(FormatError, match="not a folder"):
            read(card, tmp_path / "missing")
