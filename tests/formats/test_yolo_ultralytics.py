"""YOLO as Ultralytics has it: data.yaml, folders and lists, boxes and outlines."""

import pytest

from datum.detection import FolderProbe
from datum.errors import FormatError
from datum.losses import LossReport
from datum.model import Box, Categories, Item, Mask, Media, Points, Polygon, RotatedBox
from datum.outputs import FolderOutput, MemoryOutput
from datum.plugins import EXACT, POSSIBLE, Writing
from datum.testing.datasets import ListDataset, image_bytes, image_item
from datum_formats.yolo import DARKNET, DETECT, SEGMENT

_PICTURE = image_bytes(".png", 480, 640)
_YAML = "path: .\ntrain: images/train\nval: images/val\ntest:  # none\nnames:\n  0: cat\n  1: no\n"
_SAMPLE = {
    "data.yaml": _YAML,
    "images/train/a/1.png": _PICTURE,
    "images/train/2.png": _PICTURE,
    "labels/train/a/1.txt": "1 0.394375 0.25 0.5 0.125\n0 0.5 0.5 1 1 0.75\n",
    "images/val/1.png": _PICTURE,
    "labels/val/1.txt": "0 0.1 0.1 0.2 0.1 0.2 0.2\n0 0.1 0.1 0.2 0.1 0.2 0.2 0.5\n",
}


def _put(folder, files):
    for name, data in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return folder


def _read(path, card=DETECT):
    reading = card.read(path, {})
    return list(reading.items), reading.categories


def _write(dataset, output, *, card=DETECT, save_media=False):
    losses = LossReport()
    card.write(Writing(dataset=dataset, output=output, losses=losses, save_media=save_media))
    return losses


def _sized(*annotations, subset="train", name="a"):
    media = (Media(path=f"{name}.jpg", height=480, width=640),)
    return Item(id=name, subset=subset, media=media, annotations=annotations)


def _keys(path):
    return [item.key for item in _read(path)[0]]


def test_folders_are_read(tmp_path):
    """Backgrounds have no label file; outlines in a dataset of boxes are polygons, with scores."""
    items, categories = _read(_put(tmp_path, _SAMPLE))
    assert categories.names() == ("cat", "no")
    assert {item.key: len(item.annotations) for item in items} == {
        ("train", "2"): 0,
        ("train", "a/1"): 2,
        ("val", "1"): 2,
    }
    found = {item.key: item.annotations for item in items}
    assert found["train", "a/1"][0] == Box(label=1, x=92.4, y=90.0, w=320.0, h=60.0)
    outline = (64.0, 48.0, 128.0, 48.0, 128.0, 96.0)
    assert found["val", "1"] == (
        Polygon(label=0, points=outline),
        Polygon(label=0, points=outline, score=0.5),
    )


@pytest.mark.parametrize("place", ["data.yaml", "labels", "labels/train", "labels/val/1.txt"])
def test_any_part_names_the_dataset(tmp_path, place):
    """The data.yaml is found from any place below it."""
    assert len(_keys(_put(tmp_path, _SAMPLE) / place)) == 3


@pytest.mark.parametrize(
    "value",
    [
        "train.txt",
        "[images/train]",
        "[images/train/a, images/train/b]",
        "./images/train",
        "images\\train",
        "../images/train",
    ],
)
def test_places_may_be_folders_lists_and_lists_of_them(tmp_path, value):
    """A subset is said by a folder, by a list of files, or by several of either."""
    _put(
        tmp_path,
        {
            "data.yaml": f"train: {value}\nnames: [cat]\nnc: 1\n",
            "images/train/a/1.png": _PICTURE,
            "images/train/b/1.png": _PICTURE,
            "labels/train/b/1.txt": "0 0.5 0.5 1 1\n",
            "train.txt": "./images/train/a/1.png\nimages\\train\\b\\1.png\n",
        },
    )
    items, _ = _read(tmp_path)
    assert [(len(item.annotations), item.size) for item in items] == [
        (0, (480, 640)),
        (1, (480, 640)),
    ]
    assert len({item.id for item in items}) == 2


def test_images_and_labels_in_a_folder_for_each_subset(tmp_path):
    """The layout of Roboflow: ../train/images in data.yaml, labels beside images."""
    _put(
        tmp_path,
        {
            "data.yaml": "train: ../train/images\nval: ../valid/images\nnc: 1\nnames: ['x']\n"
            "roboflow:\n  version: 2\nlicense: CC BY 4.0\n",
            "train/images/a.png": _PICTURE,
            "train/labels/a.txt": "0 0.5 0.5 1 1\n",
            "valid/images/a.png": _PICTURE,
        },
    )
    assert _keys(tmp_path) == [("train", "a"), ("val", "a")]
    reading = DETECT.read(tmp_path, {})
    assert reading.infos == {"license": "CC BY 4.0"}
    assert len(next(iter(reading.items)).annotations) == 1


def test_a_stale_path_is_overlooked(tmp_path):
    """``path`` is often where the data was downloaded to; a folder inside counts."""
    stale = _YAML.replace("path: .", "path: /datasets/coco8")
    assert len(_keys(_put(tmp_path, {**_SAMPLE, "data.yaml": stale}))) == 3
    inner = {f"inner/{name}": data for name, data in _SAMPLE.items() if name != "data.yaml"}
    nested = tmp_path / "nested"
    _put(nested, {**inner, "data.yaml": _YAML.replace("path: .", "path: inner")})
    assert len(_keys(nested)) == 3


def test_labels_without_images_are_items(tmp_path):
    """A label file is an item, but for the list of classes that tools leave there."""
    _put(
        tmp_path,
        {
            "data.yaml": _YAML.replace("val: images/val\n", ""),
            "labels/train/a/1.txt": "0 0.5 0.5 1 1\n",
            "labels/train/classes.txt": "cat\nno\n",
            "labels/train.cache": b"\0",
            "images.meta": '"a/1" 480 640\n',
        },
    )
    items, _ = _read(tmp_path)
    assert [(item.id, item.size, len(item.annotations)) for item in items] == [
        ("a/1", (480, 640), 1)
    ]


def test_images_that_differ_by_extension_share_their_labels(tmp_path):
    """They are two items, called by their whole names."""
    _put(tmp_path, {**_SAMPLE, "images/val/1.bmp": image_bytes(".bmp", 4, 4)})
    assert _keys(tmp_path)[-2:] == [("val", "1.bmp"), ("val", "1.png")]


def test_folders_are_written():
    """Images and labels in folders; backgrounds have no label file; names keep their order."""
    dataset = ListDataset(
        [image_item("f/a", Box(label=1, x=1.0, y=1.5, w=2.0, h=3.0)), image_item("b")],
        Categories.of(["x", "yes", "猫"]),
        {"license": "free", "info": {"year": 2020}},
    )
    output = MemoryOutput()
    losses = _write(dataset, output, save_media=True)
    assert [row[0] for row in losses.rows()] == ["info info"]
    assert set(output.files) == {
        *("data.yaml", "images/train/b.jpg", "images/train/f/a.jpg"),
        "labels/train/f/a.txt",
    }
    assert output.files["labels/train/f/a.txt"] == b"1 0.25 0.5 0.25 0.5\n"
    assert output.files["data.yaml"].decode() == (
        "path: .\ntrain: images/train\nval: ''\nnc: 3\n"
        "names:\n  0: x\n  1: 'yes'\n  2: 猫\nlicense: free\n"
    )


def test_without_images_a_list_says_the_items():
    """Names, extensions and sizes stay, and so do items without anything on them."""
    output = MemoryOutput()
    item = Item(id="b", subset="train")
    _write(ListDataset([_sized(), item], Categories.of(["x"])), output)
    assert output.files["train.txt"] == b"./images/train/a.jpg\n./images/train/b.jpg\n"
    assert output.files["images.meta"] == b'"images/train/a.jpg" 480 640\n'
    assert output.files["labels/train/a.txt"] == b""


def test_pixels_come_back_to_the_last_bit(tmp_path):
    """Outlines that do not divide evenly are exact after writing and reading."""
    points = tuple(n * 0.37 + n / 7 for n in range(60))
    items = [_sized(Polygon(label=0, points=points)), _sized(name="images/a", subset="a/b")]
    with FolderOutput(tmp_path / "out") as output:
        _write(ListDataset(items, Categories.of(["x"])), output, card=SEGMENT)
    found = {item.key: item for item in _read(tmp_path / "out", SEGMENT)[0]}
    assert found == {item.key: item for item in items}


def test_outlines_are_written_and_what_is_not_one_is_counted():
    """A box becomes its corners, its outline wins; holes, masks, parts and points are counted."""
    triangle = (64.0, 48.0, 128.0, 48.0, 128.0, 96.0)
    shapes = (
        Box(label=0, x=64.0, y=48.0, w=64.0, h=48.0),
        RotatedBox(label=0, cx=64.0, cy=48.0, w=64.0, h=48.0, angle=0.0),
        Polygon(label=0, group=1, points=triangle, holes=(triangle,)),
        Polygon(label=0, group=1, points=triangle),
        Box(label=0, group=1, x=64.0, y=48.0, w=64.0, h=48.0),
        Polygon(label=0, points=triangle[:4]),
        Points(label=0, points=(1.0, 2.0)),
        Mask(label=0, height=2, width=2, counts=b"4"),
    )
    output = MemoryOutput()
    losses = _write(ListDataset([_sized(*shapes)], Categories.of(["x"])), output, card=SEGMENT)
    assert output.files["labels/train/a.txt"].decode().split("\n") == [
        "0 0.1 0.1 0.2 0.1 0.2 0.2 0.1 0.2",
        "0 0.05 0.05 0.15 0.05 0.15 0.15 0.05 0.15",
        "0 0.1 0.1 0.2 0.1 0.2 0.2",
        "0 0.1 0.1 0.2 0.1 0.2 0.2",
        "",
    ]
    assert {row[0]: row[2] for row in losses.rows() if row[0] != "box"} == {
        "group": 2,
        "hole": 1,
        "mask": 1,
        "points": 1,
        "polygon": 1,
        "rotated_box": 1,
    }
    assert sum(row[2] for row in losses.rows() if row[0] == "box") == 2


@pytest.mark.parametrize("subset", ["path", "names", "nc", "kpt_shape", "", "x" * 300])
def test_subsets_that_data_yaml_cannot_name_are_refused(subset):
    """Keys with another meaning, and names that no folder can have."""
    with pytest.raises(FormatError, match="subset"):
        _write(ListDataset([_sized(subset=subset)]), MemoryOutput())


@pytest.mark.parametrize("subset", ["valid", "on", "1", "a: b", "~", "..", "%2F", "train.txt"])
def test_any_other_subset_survives(tmp_path, subset):
    """Names that YAML or paths could take for something else."""
    item = _sized(Box(label=0, x=1.0, y=1.0, w=1.0, h=1.0), subset=subset)
    with FolderOutput(tmp_path / "out") as output:
        _write(ListDataset([item], Categories.of(["x"])), output)
    assert _read(tmp_path / "out")[0] == [item]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("train: [\n", "not YAML"),
        ("- a\n", "not a map"),
        ("? [a]\n: b\n", "not"),
        ("&a [*a]\n", "not YAML"),
        ("train: images/none\nnames: [a]\n", "'train' is at 'images/none', which is not there"),
        ("train: /etc\nnames: [a]\n", "leaves the dataset"),
        ("train: ../..\nnames: [a]\n", "leaves the dataset"),
        ("train: images/train\nnames: {0: a, 2: b}\n", "keys of names"),
        ("train: images/train\nnames: [a, a]\n", "named twice"),
        ("train: images/train\nnames: [a]\nnc: 2\n", "nc is 2, but there are 1 names"),
        ("train: images/train\nnames: [[a]]\n", "neither a list nor a map"),
        ("train: images/train\nnc: 99999999999\n", "no number of labels"),
        ("train: images/train\nnames: [a]\nkpt_shape: [17, 3]\n", "poses"),
        ("train: gone\nnames: !!python/object/apply:os.system ['x']\n", "which is not there"),
    ],
)
def test_broken_data_yaml_is_refused(tmp_path, text, reason):
    """No object is ever made of YAML; faults are FormatErrors."""
    with pytest.raises(FormatError, match=reason):
        _read(_put(tmp_path, {**_SAMPLE, "data.yaml": text}))


def test_labels_without_names_are_numbered(tmp_path):
    """Where only their number is said, they are class_0, class_1 and so on."""
    text = "train: images/train\nnc: 2\n"
    assert _read(_put(tmp_path, {**_SAMPLE, "data.yaml": text}))[1].names() == (
        "class_0",
        "class_1",
    )


def test_a_list_that_leaves_the_dataset_is_refused(tmp_path):
    """Entries are checked like places."""
    files = {**_SAMPLE, "data.yaml": "train: t.txt\nnames: [a]\n", "t.txt": "./../../x.png\n"}
    with pytest.raises(FormatError, match="leaves the dataset"):
        _read(_put(tmp_path, files))


def test_sniffing_tells_the_layouts_apart(tmp_path):
    """Boxes are for detection, outlines for segmentation, and obj.data is darknet's."""
    boxes = _put(tmp_path / "boxes", {k: v for k, v in _SAMPLE.items() if "val" not in k})
    outlines = _put(tmp_path / "outlines", {k: v for k, v in _SAMPLE.items() if "train" not in k})
    scores = [
        (DETECT.sniff(FolderProbe(path)).score, SEGMENT.sniff(FolderProbe(path)).score)
        for path in (boxes, outlines)
    ]
    assert scores == [(EXACT, POSSIBLE), (POSSIBLE, EXACT)]
    assert DARKNET.sniff(FolderProbe(boxes)).score == 0
    _put(tmp_path / "dark", {"obj.data": "names = data/obj.names\n"})
    assert DARKNET.sniff(FolderProbe(tmp_path / "dark")).score == EXACT
    assert DETECT.sniff(FolderProbe(tmp_path / "dark")).score == 0
