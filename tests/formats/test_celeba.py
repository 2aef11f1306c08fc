"""CelebA and its aligned pictures: lists, identities, partitions, faults."""

import json

import pytest

from datum.errors import FormatError
from datum.model import Box, Categories, Label, Points, Polygon
from datum.outputs import MemoryOutput, write_dataset
from datum.testing.datasets import ListDataset, image_bytes, image_item
from datum_formats.celeba import ALIGN_CELEBA, CELEBA

FIVE = (69.0, 109.0, 106.0, 113.0, 77.0, 142.0, 73.0, 152.0, 108.0, 154.0)
LISTS = {
    "Anno/identity_CelebA.txt": "000001.jpg 2880\n000002.jpg 7\n",
    "Anno/list_attr_celeba.txt": "2\nArched_Eyebrows Young \n000001.jpg -1  1\n000002.jpg  1 0\n",
    "Anno/list_bbox_celeba.txt": "2\nimage_id x_1 y_1 width height\n000001.jpg    95  71 226  313\n",
    "Anno/list_landmarks_celeba.txt": "1\n"
    "lefteye_x lefteye_y righteye_x righteye_y nose_x nose_y leftmouth_x leftmouth_y rightmouth_x "
    "rightmouth_y\n000001.jpg 69  109  106  113   77  142   73  152  108  154\n",
    "Eval/list_eval_partition.txt": "000001.jpg 0\n000002.jpg 2\n",
}


def make(root, files, images=()):
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    for name in images:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(image_bytes())


def read(path, card=CELEBA):
    reading = card.read(path, {})
    return ListDataset(reading.items, reading.categories)


def written(items, labels, card=CELEBA):
    output = MemoryOutput()
    losses = write_dataset(card, ListDataset(items, Categories.of(labels)), output)
    return output.files, losses.lines()


def test_the_lists_of_the_data_set(tmp_path):
    """With blanks as they are there; identities are labels; an image that no list names is an item."""
    make(tmp_path, LISTS, ["Img/img_celeba/000001.jpg", "Img/img_celeba/000003.jpg"])
    dataset = read(tmp_path)
    assert dataset.categories.names() == ("7", "2880")
    third, second, first = sorted(dataset, key=lambda item: item.id, reverse=True)
    assert [item.key for item in (first, second, third)] == [
        *(("train", "000001"), ("test", "000002"), ("default", "000003")),
    ]
    assert first.annotations == (
        Label(label=1),
        Box(label=1, x=95.0, y=71.0, w=226.0, h=313.0),
        Points(label=1, points=FIVE),
    )
    assert second.annotations == (Label(label=0),)
    assert [item.attributes for item in (first, second, third)] == [
        *({"Arched_Eyebrows": False, "Young": True}, {"Arched_Eyebrows": True}, {}),
    ]
    assert [item.size for item in (first, second, third)] == [(6, 8), None, (6, 8)]


def test_aligned_pictures_have_no_boxes(tmp_path):
    """And landmarks of their own."""
    marks = LISTS["Anno/list_landmarks_celeba.txt"]
    make(tmp_path, LISTS | {"Anno/list_landmarks_align_celeba.txt": marks.replace(" 69 ", " 70 ")})
    first, *_ = sorted(read(tmp_path, ALIGN_CELEBA), key=lambda item: item.id)
    assert first.annotations == (Label(label=1), Points(label=1, points=(70.0, *FIVE[1:])))


def test_any_list_may_be_missing(tmp_path):
    """Then nothing is known of what it says."""
    for name, text in LISTS.items():
        make(tmp_path / name.replace("/", "_"), {name: text})
        assert len(read(tmp_path / name.replace("/", "_"))) in (1, 2)


def test_what_is_read_is_written_again(tmp_path):
    """As the data set has it, but for the number of blanks."""
    make(tmp_path, LISTS)
    dataset = read(tmp_path)
    files, losses = written(dataset, dataset.categories.names())
    counts = {"Anno/list_bbox_celeba.txt": "1\n" + LISTS["Anno/list_bbox_celeba.txt"][2:]}
    expected = {name: text.split() for name, text in {**LISTS, **counts}.items()}
    found = {name: data.decode().split() for name, data in files.items()}
    assert {name: sorted(words) for name, words in found.items()} == {
        name: sorted(words) for name, words in expected.items()
    }
    assert not losses


def test_other_labels_and_subsets():
    """The meta file has them; identities are places from 1, partitions numbers from 3."""
    items = [image_item("a", Label(label=1), subset="mine"), image_item("b", subset="default")]
    files, losses = written(items, ["cat", "dog"])
    assert json.loads(files["dataset_meta.json"]) == {
        "labels": ["cat", "dog"],
        "subsets": {"3": "mine"},
    }
    assert files["Anno/identity_CelebA.txt"] == b"a.jpg 2\n"
    assert files["Eval/list_eval_partition.txt"] == b"a.jpg 3\n"
    assert not losses


def test_what_is_lost_is_counted():
    """A second box, points that are not five, another label, attributes that are no flags."""
    item = image_item(
        "a",
        Label(label=0),
        Box(label=1, x=1.0, y=1.0, w=1.0, h=1.0),
        Box(label=0, x=float("inf"), y=1.0, w=1.0, h=1.0),
        Box(label=0, x=2.0, y=1.0, w=1.0, h=1.0),
        Points(label=0, points=FIVE, visibility=(2, 2, 2, 1, 2)),
        Points(label=0, points=(1.0, 2.0)),
        Polygon(points=FIVE),
    )
    attributes = {"two words": True, "age": 3, "young": True}
    fields = {name: getattr(item, name) for name in item.__struct_fields__}
    files, losses = written([type(item)(**{**fields, "attributes": attributes})], ["7", "2880"])
    assert [line.split(":")[0] for line in losses] == [
        "1 × attribute age",
        "1 × attribute two words",
        "1 × box",
        "1 × box",
        "1 × label of box",
        "1 × points",
        "1 × polygon",
        "1 × visibility",
    ]
    assert files["Anno/list_attr_celeba.txt"] == b"1\nyoung\na.jpg 1\n"


@pytest.mark.parametrize(
    ("name", "text", "line", "reason"),
    [
        ("Anno/identity_CelebA.txt", "a.jpg\n", 1, "0 values instead of 1"),
        ("Anno/identity_CelebA.txt", "a.jpg 1\na.jpg 2\n", 2, "'a.jpg' is there twice"),
        ("Anno/identity_CelebA.txt", "a.jpg x\n", 1, "'x' is no identity"),
        ("Anno/identity_CelebA.txt", "a.jpg 0\n", 1, "'0' is no identity"),
        ("Anno/list_attr_celeba.txt", "Young\na.jpg 1\n", 1, "no number of rows"),
        ("Anno/list_attr_celeba.txt", "1\nYoung\na.jpg 2\n", 3, "not 1, -1 or 0"),
        ("Anno/list_attr_celeba.txt", "1\nYoung\na.jpg\n", 3, "0 values instead of 1"),
        ("Anno/list_bbox_celeba.txt", "1\nimage_id x y\n", 2, "2 columns instead of 4"),
        ("Anno/list_bbox_celeba.txt", "1\na b c d\nx.jpg 1 2 3 nan\n", 3, "'nan' is no number"),
        ("Anno/list_landmarks_celeba.txt", "1\na b\n", 2, "2 columns instead of 10"),
        ("Eval/list_eval_partition.txt", "a.jpg 3\n", 1, "'3' is no partition"),
        ("Eval/list_eval_partition.txt", b"\xff 3\n", 1, "not UTF-8"),
    ],
)
def test_broken_lists(tmp_path, name, text, line, reason):
    """The error names file and line."""
    make(tmp_path, {name: text})
    with pytest.raises(FormatError, match=reason) as caught:
        read(tmp_path)
    assert (str(caught.value.path), caught.value.line) == (str(tmp_path / name), line)


def test_names_that_leave_the_dataset(tmp_path):
    """They are refused, as is what is no folder."""
    make(tmp_path, {"Anno/identity_CelebA.txt": "../../../a.jpg 1\n"})
    with pytest.raises(FormatError, match="leaves the dataset"):
        read(tmp_path)
    with pytest.raises(FormatError, match="not a folder"):
        read(tmp_path / "missing")
