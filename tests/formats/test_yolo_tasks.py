"""YOLO of Ultralytics beyond boxes and outlines: poses, oriented boxes, classification."""

import math

import pytest

from datum.detection import FolderProbe, detect
from datum.errors import FormatError
from datum.losses import LossReport
from datum.model import (
    Box,
    Categories,
    Ellipse,
    Item,
    Label,
    LabelCategory,
    Media,
    Points,
    Polygon,
    RotatedBox,
    Skeleton,
    SkeletonSpec,
)
from datum.outputs import FolderOutput, MemoryOutput
from datum.plugins import Writing, find_format
from datum.testing.datasets import ListDataset, image_bytes, image_item
from datum_formats.yolo import CLASSIFY, DETECT, ORIENTED, POSE, SEGMENT

_PICTURE = image_bytes(".png", 100, 200)
_POSE_YAML = (
    "path: .\ntrain: images/train\nval: images/train\nkpt_shape: [3, 3]\nflip_idx: [0, 2, 1]\n"
    "names:\n  0: person\n"
)


def _put(folder, files):
    for name, data in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return folder


def _pose(tmp_path, line, config=_POSE_YAML):
    files = {"data.yaml": config, "images/train/a.png": _PICTURE, "labels/train/a.txt": line}
    reading = POSE.read(_put(tmp_path, files), {})
    return next(iter(reading.items)).annotations, reading


def _sized(*annotations, name="a"):
    media = (Media(path=f"{name}.jpg", height=100, width=200),)
    return Item(id=name, subset="train", media=media, annotations=annotations)


def _write(card, dataset, *, save_media=False):
    losses, output = LossReport(), MemoryOutput()
    card.write(Writing(dataset=dataset, output=output, losses=losses, save_media=save_media))
    return output.files, losses


def test_a_pose_is_a_box_and_a_skeleton(tmp_path):
    """The form of https://docs.ultralytics.com/datasets/pose/: class, box, x y visibility."""
    line = "0 0.5 0.5 0.25 0.5 0.5 0.5 2 0.4 0.6 1 0 0 0\n"
    (box, skeleton), reading = _pose(tmp_path, line)
    assert box == Box(label=0, group=1, x=75.0, y=25.0, w=50.0, h=50.0)
    points = (100.0, 50.0, 80.0, 60.0, 0.0, 0.0)
    assert skeleton == Skeleton(label=0, group=1, points=points, visibility=(2, 1, 0))
    assert reading.categories.skeletons == (SkeletonSpec(label=0, joints=("0", "1", "2")),)
    assert reading.infos == {"flip_idx": [0, 2, 1]}


def test_a_pose_without_visibility_has_absent_points_outside(tmp_path):
    """With two dimensions, what Ultralytics masks out is absent: negative coordinates."""
    config = _POSE_YAML.replace("[3, 3]", "[3, 2]")
    line = "0 0.5 0.5 0.25 0.5 0.5 0.5 0.4 0.6 -1 -1 0.75\n"
    (box, skeleton), _ = _pose(tmp_path, line, config)
    assert skeleton.visibility == (2, 2, 0)
    assert (box.score, skeleton.score) == (0.75, 0.75)


def test_a_pose_of_absent_points_is_a_box(tmp_path):
    """Objects without keypoints are boxes, as in COCO."""
    (only,), _ = _pose(tmp_path, "0 0.5 0.5 0.25 0.5 0 0 0 0 0 0 0 0 0\n")
    assert only == Box(label=0, x=75.0, y=25.0, w=50.0, h=50.0)


def test_scores_of_keypoints_are_attributes(tmp_path):
    """Predictions that Ultralytics saves have them in place of visibility."""
    (_, skeleton), _ = _pose(tmp_path, "0 0.5 0.5 1 1 0.5 0.5 0.75 0.4 0.6 1 0 0 0 0.875\n")
    assert skeleton.visibility == (2, 2, 0)
    assert skeleton.attributes == {"keypoint_scores": [0.75, 1.0, 0.0]}
    assert skeleton.score == 0.875


@pytest.mark.parametrize(
    ("line", "config", "reason"),
    [
        ("0 0.5 0.5 1 1\n", _POSE_YAML, "5 columns, where 14 are expected"),
        ("0 0.5 0.5 1 1 0 0 0 0 0 0.5 0 0 3\n", _POSE_YAML, "visibility '3' is not 0, 1 or 2"),
        ("1 0.5 0.5 1 1 0 0 0 0 0 0 0 0 0\n", _POSE_YAML, "class 1 is not one of the 1"),
        ("", _POSE_YAML.replace("[3, 3]", "[3, 4]"), "kpt_shape is not"),
        ("", _POSE_YAML.replace("[3, 3]", "3"), "kpt_shape is not"),
        ("", _POSE_YAML.replace("[3, 3]", "[999999, 3]"), "kpt_shape is not"),
        ("", _POSE_YAML + "kpt_names: [a]\n", "kpt_names is not a map"),
        ("", _POSE_YAML + "kpt_names: {0: [a, b, c, d]}\n", "kpt_names of class 0"),
        ("", _POSE_YAML + "kpt_edges: {0: [[0, 9]]}\n", "kpt_edges of class 0"),
        (
            "0 0.5 0.5 1 1 0 0 0 0 0 0 0.1 0.1 2\n",
            _POSE_YAML + "kpt_names: {0: [a]}\n",
            "more than the 1 keypoints",
        ),
    ],
)
def test_broken_poses_are_refused(tmp_path, line, config, reason):
    """Each fault names the file and what is wrong in it."""
    with pytest.raises(FormatError, match=reason):
        _pose(tmp_path, line, config)


def test_poses_are_written():
    """Shorter skeletons are filled up; sides are mirrored by their names; points are lost."""
    joints = ("nose", "left_eye", "right_eye")
    known = Categories(
        labels=(LabelCategory(name="person"), LabelCategory(name="ball")),
        skeletons=(SkeletonSpec(label=0, joints=joints, edges=((0, 1), (0, 2))),),
    )
    skeleton = Skeleton(
        label=0, group=1, points=(20.0, 10.0, 40.0, 10.0, 0.0, 0.0), visibility=(2, 1, 0)
    )
    item = _sized(
        Box(label=0, group=1, x=0.0, y=0.0, w=100.0, h=50.0),
        skeleton,
        Box(label=1, x=0.0, y=0.0, w=20.0, h=10.0),
        Skeleton(label=0, points=(20.0, 10.0, 40.0, 30.0, 30.0, 20.0)),
        Points(label=1, points=(1.0, 2.0)),
    )
    files, losses = _write(POSE, ListDataset([item], known))
    assert files["labels/train/a.txt"].decode().splitlines() == [
        "0 0.25 0.25 0.5 0.5 0.1 0.1 2 0.2 0.1 1 0.0 0.0 0",
        "1 0.05 0.05 0.1 0.1 0 0 0 0 0 0 0 0 0",
        "0 0.15 0.2 0.1 0.2 0.1 0.1 2 0.2 0.3 2 0.15 0.2 2",
    ]
    assert [row[0] for row in losses.rows()] == ["points"]
    config = files["data.yaml"].decode()
    assert "kpt_shape:\n- 3\n- 3\nflip_idx:\n- 0\n- 2\n- 1\nkpt_names:\n  0:\n  - nose\n" in config
    assert "kpt_edges:\n  0:\n  - - 0\n    - 1\n  - - 0\n    - 2\n" in config


def test_a_box_around_its_keypoints_is_counted():
    """It is the box that keypoints alone get, so it does not come back."""
    known = Categories(
        labels=(LabelCategory(name="x"),), skeletons=(SkeletonSpec(label=0, joints=("a", "b")),)
    )
    skeleton = Skeleton(label=0, group=1, points=(20.0, 10.0, 40.0, 30.0))
    box = Box(label=0, group=1, x=20.0, y=10.0, w=20.0, h=20.0)
    _, losses = _write(POSE, ListDataset([_sized(box, skeleton)], known))
    assert {row[0] for row in losses.rows()} == {"box", "group"}


def _oriented(tmp_path, line):
    files = {
        "data.yaml": "train: images/train\nnames: [ship]\n",
        "images/train/a.png": _PICTURE,
        "labels/train/a.txt": line,
    }
    return next(iter(ORIENTED.read(_put(tmp_path, files), {}).items)).annotations


def test_four_corners_are_a_turned_box(tmp_path):
    """A square on its tip: in pixels (100, 30), (120, 50), (100, 70), (80, 50)."""
    (box,) = _oriented(tmp_path, "0 0.5 0.3 0.6 0.5 0.5 0.7 0.4 0.5\n")
    assert (box.cx, box.cy) == pytest.approx((100, 50))
    assert (box.w, box.h, box.angle) == pytest.approx((math.sqrt(800), math.sqrt(800), 45))


def test_corners_of_six_digits_are_a_rectangle(tmp_path):
    """Rounding as Ultralytics' own converter does it leaves a rectangle one."""
    third = math.radians(30)
    corners = []
    for dx, dy in ((-30, -10), (30, -10), (30, 10), (-30, 10)):
        x = 100 + dx * math.cos(third) - dy * math.sin(third)
        y = 50 + dx * math.sin(third) + dy * math.cos(third)
        corners += [f"{x / 200:.6g}", f"{y / 100:.6g}"]
    (box,) = _oriented(tmp_path, f"0 {' '.join(corners)} 0.5\n")
    assert isinstance(box, RotatedBox)
    assert (box.w, box.h, box.angle, box.score) == pytest.approx((60, 20, 30, 0.5), abs=1e-3)


def test_corners_of_no_rectangle_are_kept(tmp_path):
    """A quadrangle is read as it is, and written as it was."""
    line = "0 0.5 0.25 0.75 0.5 0.5 0.75 0.125 0.5\n"
    annotations = _oriented(tmp_path, line)
    assert annotations == (
        Polygon(label=0, points=(100.0, 25.0, 150.0, 50.0, 100.0, 75.0, 25.0, 50.0)),
    )
    dataset = ListDataset([_sized(*annotations)], Categories.of(["ship"]))
    files, losses = _write(ORIENTED, dataset)
    assert files["labels/train/a.txt"].decode() == line
    assert not losses


@pytest.mark.parametrize("line", ["0 0.5 0.5 1 1", "0 1 2 3 4 5 6 7 x", "0 1 2 3 4 5 6 7 1e999"])
def test_broken_corners_are_refused(tmp_path, line):
    """Another count of columns, no numbers, no finite ones."""
    with pytest.raises(FormatError, match=r"a\.txt:1"):
        _oriented(tmp_path, line)


def test_other_shapes_become_the_smallest_box_around_them():
    """An ellipse, an outline and a box are turned boxes, and each is counted by its kind."""
    item = _sized(
        Ellipse(label=0, cx=100.0, cy=50.0, rx=20.0, ry=10.0),
        Polygon(label=0, points=(0.0, 0.0, 40.0, 0.0, 40.0, 20.0, 20.0, 20.0, 0.0, 20.0)),
        Box(label=0, x=20.0, y=10.0, w=100.0, h=50.0),
    )
    files, losses = _write(ORIENTED, ListDataset([item], Categories.of(["ship"])))
    rows = [sorted(line.split()[1:]) for line in files["labels/train/a.txt"].decode().splitlines()]
    assert rows[0] == ["0.4"] * 4 + ["0.6"] * 4
    assert sorted(map(float, rows[1])) == [0, 0, 0, 0, 0.2, 0.2, 0.2, 0.2]
    assert rows[2] == ["0.1"] * 4 + ["0.6"] * 4
    assert {row[0]: row[2] for row in losses.rows()} == {"box": 1, "ellipse": 1, "polygon": 1}


def test_classes_are_folders(tmp_path):
    """Without data.yaml, as Ultralytics has it: sorted names; one picture in two classes is one."""
    other = image_bytes(".png", seed=1)
    _put(
        tmp_path,
        {
            "train/dog/a.png": _PICTURE,
            "train/cat/a.png": _PICTURE,
            "train/cat/1.png": _PICTURE,
            "train/dog/1.png": other,
            "val/cat/a.png": other,
        },
    )
    reading = CLASSIFY.read(tmp_path, {})
    assert reading.categories.names() == ("cat", "dog")
    assert {item.key: [one.label for one in item.annotations] for item in reading.items} == {
        ("train", "a"): [0, 1],
        ("train", "cat/1.png"): [0],
        ("train", "dog/1.png"): [1],
        ("val", "a"): [0],
    }


def test_classes_without_subsets_are_one(tmp_path):
    """Ultralytics splits such a folder by itself."""
    _put(tmp_path, {"cat/1.png": _PICTURE, "dog/2.png": _PICTURE})
    reading = CLASSIFY.read(tmp_path, {})
    assert reading.categories.names() == ("cat", "dog")
    assert [item.key for item in reading.items] == [("default", "1"), ("default", "2")]


def test_a_class_that_no_folder_can_have_is_refused():
    """The error names the label."""
    dataset = ListDataset([image_item("a", Label(label=0))], Categories.of(["a/b"]))
    with pytest.raises(FormatError, match="label 'a/b'"):
        _write(CLASSIFY, dataset, save_media=True)


@pytest.mark.parametrize("card", [DETECT, SEGMENT, ORIENTED, POSE, CLASSIFY])
def test_each_task_recognises_its_own_output_alone(tmp_path, card):
    """No other format says as much of it."""
    dataset = ListDataset(
        [image_item("a", Label(label=0), Box(label=0, x=1.0, y=1.0, w=3.0, h=2.0))],
        Categories.of(["x"]),
    )
    with FolderOutput(tmp_path / "out") as output:
        losses = LossReport()
        card.write(Writing(dataset=dataset, output=output, losses=losses, save_media=True))
    best, second = detect(tmp_path / "out").matches[:2]
    assert best.name == card.name
    assert second.score < best.score


def test_names_of_other_tools_are_known():
    """As the known tool and its fork spell them."""
    aliases = {
        "yolo_loose": DETECT,
        "yolo_strict": DETECT,
        "yolov8_classification": CLASSIFY,
        "yolov8_detection": DETECT,
        "yolov8_oriented_boxes": ORIENTED,
        "yolov8_pose": POSE,
        "yolov8_segmentation": SEGMENT,
    }
    assert {name: find_format(name) for name in aliases} == aliases


def test_a_folder_without_a_dataset_is_not_recognised(tmp_path):
    """An empty folder is of no task."""
    probe = FolderProbe(tmp_path)
    assert [card.sniff(probe).score for card in (ORIENTED, POSE, CLASSIFY)] == [0, 0, 0]
