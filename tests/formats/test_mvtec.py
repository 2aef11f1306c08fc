"""MVTec AD: folders of defects, masks of where they are, faults."""

import cv2
import numpy as np
import pytest

from datum.detection import detect
from datum.errors import FormatError
from datum.model import Box, Categories, Label, Mask
from datum.outputs import FolderOutput, MemoryOutput, write_dataset
from datum.plugins import EXACT
from datum.testing.datasets import ListDataset, image_bytes, image_item
from datum_formats._common.rle import compress, decode_mask
from datum_formats.mvtec import CLASSIFICATION, DETECTION, MVTEC, SEGMENTATION

DEFECT = np.zeros((6, 8), np.uint8)
DEFECT[1:3, 2:6] = 255


def make(root, *names, masks=()):
    for seed, name in enumerate(names):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(image_bytes(seed=seed))
    for name in masks:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(cv2.imencode(".png", DEFECT)[1].tobytes())


def read(card, path):
    reading = card.read(path, {})
    return ListDataset(reading.items, reading.categories)


def written(card, items, labels=("crack", "good")):
    output = MemoryOutput()
    losses = write_dataset(card, ListDataset(items, Categories.of(labels)), output)
    return output.files, losses.lines()


@pytest.fixture
def bottle(tmp_path):
    make(
        tmp_path,
        *("train/good/000.png", "test/good/000.png", "test/crack/001.png", "train/crack/001.png"),
        masks=["ground_truth/crack/001_mask.png"],
    )
    return tmp_path


def test_the_layout_of_the_data_set(bottle):
    """The mask is that of the picture in test; good is a label."""
    found = {item.key: item.annotations for item in read(MVTEC, bottle)}
    label, mask = found["test", "crack/001"]
    assert label == Label(label=0)
    assert (decode_mask(mask) == (DEFECT > 0)).all()
    assert mask.label == 0
    assert found["train", "crack/001"] == (Label(label=0),)
    assert found["train", "good/000"] == found["test", "good/000"] == (Label(label=1),)


def test_the_other_tasks(bottle):
    """Labels, masks, or boxes around the masks, alone."""
    kinds = {
        card.name: {one.kind for item in read(card, bottle) for one in item.annotations}
        for card in (CLASSIFICATION, SEGMENTATION, DETECTION)
    }
    assert kinds == {
        "mvtec_classification": {"label"},
        "mvtec_segmentation": {"mask"},
        "mvtec_detection": {"box"},
    }
    (box,) = [one for item in read(DETECTION, bottle) for one in item.annotations]
    assert box == Box(label=0, x=2.0, y=1.0, w=4.0, h=2.0)


def test_it_is_written_as_it_was_read(bottle):
    """The same files, and no other."""
    dataset = read(MVTEC, bottle)
    files, losses = written(MVTEC, dataset)
    assert set(files) == {p.relative_to(bottle).as_posix() for p in bottle.rglob("*.png")}
    assert not losses


def test_detection(bottle):
    """By masks, at any depth."""
    (bottle / "ground_truth/crack").rename(bottle / "ground_truth/deep")
    (bottle / "ground_truth/crack/a").mkdir(parents=True)
    (bottle / "ground_truth/deep").rename(bottle / "ground_truth/crack/a/b")
    first, *others = detect(bottle).matches
    assert (first.name, first.score) == ("mvtec", EXACT)
    assert all(other.score < first.score for other in others)


def test_masks_of_pictures_of_one_name(tmp_path):
    """Each subset has its own."""
    whole = Mask(label=0, height=6, width=8, counts=compress([0, 48], 6, 8))
    part = Mask(label=0, height=6, width=8, counts=b"84:N>")
    items = [
        image_item("crack/1", Label(label=0), whole, subset="test"),
        image_item("crack/1", Label(label=0), part, subset="train"),
    ]
    with FolderOutput(tmp_path / "out") as output:
        losses = write_dataset(MVTEC, ListDataset(items, Categories.of(["crack"])), output)
    assert not losses
    found = {item.subset: item.annotations[1] for item in read(MVTEC, tmp_path / "out")}
    assert (found["test"].counts, found["train"].counts) == (whole.counts, part.counts)


def test_what_is_lost_is_counted():
    """More than one mask, other labels, boxes that are no whole pixels of the image."""
    mask = Mask(height=6, width=8, counts=b"84:N>")
    items = [
        image_item("a", Label(label=0), mask, mask, Label(label=1)),
        image_item("b", Mask(label=1, height=6, width=8, counts=b"84:N>")),
        image_item("c", Label(label=0), Mask(label=0, height=2, width=0, counts=b"")),
    ]
    _, losses = written(MVTEC, items)
    assert losses == [
        "1 × label: an image has one label",
        "1 × label: the image gets the label of its mask",
        "2 × label of mask: it is another than the image's",
        "1 × mask: an image has one; its pixels are added",
        "1 × mask: it has no pixels at all",
    ]
    items = [
        image_item("a", Box(label=0, x=1.4, y=0.0, w=20.0, h=2.0)),
        image_item("b", Box(label=0, x=-9.0, y=0.0, w=2.0, h=2.0)),
        image_item("c", Box(label=0, x=float("nan"), y=0.0, w=2.0, h=2.0)),
    ]
    files, losses = written(DETECTION, items)
    assert losses == [
        "1 × box: it cannot be drawn: no size of the image, or no number",
        "1 × box: it covers no pixel",
        "1 × box coordinates: a box is drawn as whole pixels of the image",
    ]
    drawn = cv2.imdecode(np.frombuffer(files["ground_truth/train/crack/a_mask.png"], np.uint8), -1)
    assert np.argwhere(drawn).min(axis=0).tolist() == [0, 1]
    assert np.argwhere(drawn).max(axis=0).tolist() == [1, 7]


@pytest.mark.parametrize("data", [b"", b"no image", image_bytes(".jpg"), image_bytes()[:60]])
def test_broken_masks(bottle, data):
    """The error names the file."""
    (bottle / "ground_truth/crack/001_mask.png").write_bytes(data)
    with pytest.raises(FormatError, match=r"001_mask\.png: a mask is"):
        read(MVTEC, bottle)
    assert len(read(CLASSIFICATION, bottle)) == 4


def test_broken_run_lengths_name_the_item():
    """And nothing is drawn."""
    with pytest.raises(FormatError, match="item 'train/a'"):
        written(SEGMENTATION, [image_item("a", Mask(label=0, height=6, width=8, counts=b"zz"))])


def test_no_folder(tmp_path):
    """A path where nothing is."""
    with pytest.raises(FormatError, match="not a folder"):
        read(MVTEC, tmp_path / "missing")
