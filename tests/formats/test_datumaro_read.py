"""Datumaro JSON as other tools write it: layouts, versions, and files that are broken or hostile."""

import json
from pathlib import Path
from typing import Any

import pytest

from datum.errors import FormatError
from datum.model import (
    Box,
    Caption,
    Cuboid2D,
    Cuboid3D,
    Ellipse,
    FileOnDisk,
    Item,
    Label,
    LabelCategory,
    Mask,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
    SkeletonSpec,
)
from datum.outputs import FolderOutput, write_dataset
from datum.testing.datasets import ListDataset, image_bytes
from datum_formats._common import rle
from datum_formats.datumaro import DATUMARO
from datum_formats.datumaro.read import read

LABELS = {
    "label": {
        "labels": [
            {"name": "cat", "parent": "", "attributes": ["fur"]},
            {"name": "dog", "parent": "animal", "attributes": []},
        ],
        "label_groups": [],
        "attributes": ["occluded"],
    },
    "mask": {"colormap": [{"label_id": 1, "r": 5, "g": 6, "b": 7}]},
    "points": {"items": [{"label_id": 0, "labels": ["l", "r"], "joints": [[1, 2]]}]},
}


def document(items: list[Any], **more: Any) -> dict[str, Any]:
    head = {"dm_format_version": "1.0", "media_type": 2, "infos": {}, "categories": LABELS}
    return {**head, "items": items, **more}


def put(folder: Path, content: Any, name: str = "train") -> Path:
    path = folder / "annotations" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def read_items(path: Path) -> list[Item]:
    return list(read(path, {}).items)


def annotated(*annotations: dict[str, Any], **more: Any) -> dict[str, Any]:
    common = {"id": 0, "attributes": {}, "group": 0}
    entries = [{**common, **annotation} for annotation in annotations]
    return document([{"id": "a", "annotations": entries}], **more)


def only(folder: Path, annotation: dict[str, Any]) -> Any:
    put(folder, annotated(annotation))
    return read_items(folder)[0].annotations[0]


def test_categories_of_the_tool(tmp_path: Path) -> None:
    """Labels with parents and attributes, colours, and skeletons whose joints count from 1."""
    put(tmp_path, document([]))
    found = read(tmp_path, {}).categories
    assert found.names() == ("cat", "dog")
    assert [spec.name for spec in found.labels[0].attributes] == ["fur"]
    assert (found.labels[1].parent, found.labels[1].color) == ("animal", (5, 6, 7))
    assert [spec.name for spec in found.attributes] == ["occluded"]
    assert found.skeletons == (SkeletonSpec(label=0, joints=("l", "r"), edges=((0, 1),)),)


SQUARE = rle.compress([4, 2, 6], 3, 4)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"type": "label", "label_id": 1}, Label(label=1)),
        (
            {"type": "bbox", "label_id": 0, "bbox": [1, 2, 3.5, 4], "z_order": 2},
            Box(label=0, x=1, y=2, w=3.5, h=4, z_order=2),
        ),
        (
            {"type": "polygon", "label_id": None, "points": [0, 0, 1, 0, 1, 1.25], "z_order": 0},
            Polygon(points=(0, 0, 1, 0, 1, 1.25)),
        ),
        ({"type": "polyline", "points": [0, 0, 1, 1]}, Polyline(points=(0, 0, 1, 1))),
        (
            {"type": "points", "label_id": 0, "points": [1, 2, 3, 4], "visibility": [2, 0]},
            Points(label=0, points=(1, 2, 3, 4), visibility=(2, 0)),
        ),
        ({"type": "caption", "caption": "a cat"}, Caption(text="a cat")),
        (
            {"type": "mask", "label_id": 1, "rle": {"counts": SQUARE.decode(), "size": [3, 4]}},
            Mask(label=1, height=3, width=4, counts=SQUARE),
        ),
        (
            {"type": "mask", "label_id": 1, "rle": {"counts": [4, 2, 6], "size": [3, 4]}},
            Mask(label=1, height=3, width=4, counts=SQUARE),
        ),
        (
            {
                "type": "cuboid_3d",
                "label_id": 1,
                "position": [1, 2, 3],
                "rotation": [0, 0.5, 0],
                "scale": [1, 1, 2],
            },
            Cuboid3D(label=1, position=(1, 2, 3), rotation=(0, 0.5, 0), scale=(1, 1, 2)),
        ),
        (
            {"type": "ellipse", "label_id": 0, "points": [1, 2, 5, 8], "z_order": 0},
            Ellipse(label=0, cx=3, cy=5, rx=2, ry=3),
        ),
        (
            {"type": "rotated_bbox", "label_id": 0, "points": [5, 6, 4, 2, 30]},
            RotatedBox(label=0, cx=5, cy=6, w=4, h=2, angle=30),
        ),
        (
            {"type": "cuboid_2d", "label_id": 0, "points": [[n, n + 0.5] for n in range(8)]},
            Cuboid2D(label=0, points=tuple(c for n in range(8) for c in (n, n + 0.5))),
        ),
        (
            {
                "type": "bbox",
                "bbox": [0, 0, 1, 1],
                "object_id": 4,
                "attributes": {"is_crowd": True},
            },
            Box(x=0, y=0, w=1, h=1, attributes={"object_id": 4, "is_crowd": True}),
        ),
        ({"type": "bbox", "bbox": [0, 0, 1, 1], "object_id": -1}, Box(x=0, y=0, w=1, h=1)),
        (
            {"type": "bbox", "bbox": [0, 0, 1, 1], "group": None, "attributes": None, "id": None},
            Box(x=0, y=0, w=1, h=1),
        ),
    ],
)
def test_every_type_of_annotation(entry: dict[str, Any], expected: Any, tmp_path: Path) -> None:
    """Each type of annotation becomes the kind it is; an id of 0 is none."""
    assert only(tmp_path, entry) == expected


def test_skeletons_of_the_fork(tmp_path: Path) -> None:
    """Elements are put in the order of the joints; repeated names of joints get their parent's."""
    labels = [("cat", ""), ("l", "cat"), ("r", "cat"), ("dog", ""), ("l", "dog")]
    categories = {
        "label": {"labels": [{"name": n, "parent": p, "attributes": []} for n, p in labels]},
        "points": {"items": [{"label_id": 0, "labels": ["l", "r"], "joints": []}]},
    }
    element = {"type": "points", "id": 0, "group": 0, "z_order": 0, "attributes": {}}
    skeleton = {
        "type": "skeleton",
        "label_id": 0,
        "elements": [
            {**element, "label_id": 2, "points": [3, 4], "visibility": [1]},
            {**element, "label_id": 1, "points": [1, 2], "attributes": {"sharp": True}},
        ],
    }
    part = {**skeleton, "elements": skeleton["elements"][:1]}
    put(tmp_path, annotated(skeleton, part, categories=categories))
    reading = read(tmp_path, {})
    assert reading.categories.names() == ("cat", "l", "r", "dog", "dog.l")
    (item,) = reading.items
    assert item.annotations == (
        Skeleton(
            label=0,
            points=(1, 2, 3, 4),
            visibility=(2, 1),
            attributes={"elements": [{"attributes": {"sharp": True}}, {}]},
        ),
        Skeleton(label=0, points=(0, 0, 3, 4), visibility=(0, 1)),
    )


def test_repeated_ids_are_no_identities(tmp_path: Path) -> None:
    """Of parts that share an id the first keeps it; the number stays, as the group or an attribute."""
    box = {"type": "bbox", "bbox": [0, 0, 1, 1]}
    entries = [{**box, "id": 7, "group": group} for group in (7, 7, 0)]
    put(tmp_path, annotated(*entries, box, box))
    (item,) = read_items(tmp_path)
    assert [one.id for one in item.annotations] == [7, None, None, None, None]
    assert [one.attributes for one in item.annotations] == [{}, {}, {"id": 7}, {}, {}]


def test_types_that_are_not_known_are_carried_along(tmp_path: Path) -> None:
    """A hash key stays with its item, and is written again."""
    key = {"type": "hash_key", "hash_key": [1, 2], "id": 1, "group": 0, "attributes": {}}
    put(tmp_path, annotated(key, {"type": "label", "label_id": 0}))
    (item,) = read_items(tmp_path)
    assert item.annotations == (Label(label=0),)
    assert item.attributes == {"other_annotations": [key]}
    with FolderOutput(tmp_path / "out") as output:
        write_dataset(DATUMARO, ListDataset([item], read(tmp_path, {}).categories), output)
    written = json.loads((tmp_path / "out/annotations/train.json").read_text())
    assert written["items"][0]["annotations"][1] == key
    assert "attr" not in written["items"][0]
    assert read_items(tmp_path / "out") == [item]


@pytest.mark.parametrize("folder", ["images/train", "images", "images/train/deep"])
def test_images_in_every_layout(folder: str, tmp_path: Path) -> None:
    """Images are found in the subset's folder and in the common one; the size is the file's."""
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / "x.png").write_bytes(image_bytes())
    name = "deep/x.png" if folder.endswith("deep") else "x.png"
    put(tmp_path, document([{"id": "a", "annotations": [], "image": {"path": name}}]))
    (item,) = read_items(tmp_path)
    assert item.media[0].content == FileOnDisk(str(tmp_path / folder / "x.png"))
    assert item.size == (6, 8)


@pytest.mark.parametrize("where", ["", "annotations", "annotations/train.json"])
def test_root_folder_and_file_are_the_same_dataset(where: str, tmp_path: Path) -> None:
    """The root, the annotations folder and one file may be named; the subset is the file's name."""
    (tmp_path / "images" / "train").mkdir(parents=True)
    (tmp_path / "images/train/a.jpg").write_bytes(image_bytes(".jpg"))
    put(tmp_path, document([{"id": "a", "annotations": [], "image": {"path": "a.jpg"}}]))
    (item,) = read_items(tmp_path / where)
    assert item.key == ("train", "a")
    assert item.media[0].content is not None


def test_file_outside_an_annotations_folder(tmp_path: Path) -> None:
    """A file on its own has its images beside it."""
    (tmp_path / "images").mkdir()
    (tmp_path / "images/a.jpg").write_bytes(image_bytes(".jpg"))
    path = tmp_path / "boxes.json"
    path.write_text(json.dumps(document([{"id": "a", "image": {"path": "a.jpg"}}])))
    (item,) = read_items(path)
    assert item.subset == "boxes"
    assert item.media[0].content is not None


def test_stated_size_wins_and_absent_image_is_an_item(tmp_path: Path) -> None:
    """`size` is height and width; an image that is not there keeps its path."""
    put(tmp_path, document([{"id": "a", "image": {"path": "no/a.jpg", "size": [5, 9]}}]))
    (item,) = read_items(tmp_path)
    assert (item.size, item.media[0].path, item.media[0].content) == ((5, 9), "no/a.jpg", None)


def test_legacy_image_without_a_path(tmp_path: Path) -> None:
    """An image without a path is called as the item."""
    (tmp_path / "images").mkdir()
    (tmp_path / "images/a.jpg").write_bytes(image_bytes(".jpg"))
    legacy = document([{"id": "a", "image": {"path": ""}, "attr": {"n": 1}}, {"id": 7}])
    del legacy["dm_format_version"], legacy["infos"], legacy["media_type"]
    put(tmp_path, {"info": {}, **legacy})
    first, second = read_items(tmp_path)
    assert (first.media[0].path, first.size, first.attributes) == ("a.jpg", (6, 8), {"n": 1})
    assert (second.id, second.media) == ("7", ())


def test_paths_outside_are_hints(tmp_path: Path) -> None:
    """Absolute paths, `..` and links that leave the dataset are kept as names and not followed."""
    secret = tmp_path / "secret.png"
    secret.write_bytes(image_bytes())
    root = tmp_path / "set"
    (root / "images").mkdir(parents=True)
    (root / "images/link.png").symlink_to(secret)
    paths = [str(secret), "../../secret.png", "link.png", "/etc/passwd", "C:\\x\\a.jpg"]
    put(root, document([{"id": str(n), "image": {"path": p}} for n, p in enumerate(paths)]))
    items = read_items(root)
    assert [item.media[0].path for item in items] == paths
    assert all(item.media[0].content is None for item in items)


def test_absolute_path_inside_is_followed(tmp_path: Path) -> None:
    """An absolute path into the dataset itself is a file of the dataset."""
    (tmp_path / "images").mkdir()
    file = tmp_path / "images/a.png"
    file.write_bytes(image_bytes())
    put(tmp_path, document([{"id": "a", "image": {"path": str(file)}}]))
    assert read_items(tmp_path)[0].media[0].content == FileOnDisk(str(file))


def test_clouds_with_related_images(tmp_path: Path) -> None:
    """A point cloud is the main media; its related images follow."""
    (tmp_path / "point_clouds/train").mkdir(parents=True)
    (tmp_path / "point_clouds/train/c.pcd").write_bytes(b"x")
    (tmp_path / "related_images/train/c").mkdir(parents=True)
    (tmp_path / "related_images/train/c/image_0.png").write_bytes(image_bytes())
    related = [{"path": "image_0.png"}, {"path": "/x/y.png", "size": [1, 2]}]
    item = {"id": "c", "point_cloud": {"path": "c.pcd"}, "related_images": related}
    put(tmp_path, document([item]))
    cloud, first, second = read_items(tmp_path)[0].media
    assert (cloud.role, cloud.path, cloud.content is None) == ("point_cloud", "c.pcd", False)
    assert (first.role, first.height, first.content is None) == ("related", 6, False)
    assert (second.path, second.height, second.content) == ("/x/y.png", 1, None)


def test_frames_and_videos(tmp_path: Path) -> None:
    """A frame has its number; the range of a video is an attribute, and is written again."""
    video = {"path": "v.mp4", "step": 2, "start_frame": 4}
    frame = {"video_path": "v.mp4", "frame_index": 3}
    items = [{"id": "f", "video_frame": frame}, {"id": "v", "video": video}]
    put(tmp_path, document(items))
    first, second = read_items(tmp_path)
    assert (first.media[0].role, first.media[0].frame) == ("video_frame", 3)
    assert second.attributes == {"video_range": {"step": 2, "start_frame": 4}}
    with FolderOutput(tmp_path / "out") as output:
        write_dataset(DATUMARO, ListDataset([first, second]), output)
    written = json.loads((tmp_path / "out/annotations/train.json").read_text())
    assert [written["items"][0]["video_frame"], written["items"][1]["video"]] == [frame, video]
    assert written["media_type"] == 1


def test_categories_of_several_files_are_united(tmp_path: Path) -> None:
    """Files whose labels differ are read as one dataset; each label keeps its name."""
    box = {"type": "bbox", "bbox": [0, 0, 1, 1], "id": 0, "attributes": {}, "group": 0}
    for subset, names in {"train": ["a", "b"], "val": ["c", "b"]}.items():
        labels = {"label": {"labels": [{"name": n, "parent": ""} for n in names]}}
        entries = [{**box, "label_id": n} for n in (0, 1)]
        items = [{"id": "x", "annotations": entries}]
        put(tmp_path, document(items, categories=labels, infos={"of": subset}), subset)
    reading = read(tmp_path, {})
    assert reading.categories.labels == tuple(LabelCategory(name=n) for n in "abc")
    assert reading.infos == {"of": "train", "of (val)": "val"}
    assert [[a.label for a in item.annotations] for item in reading.items] == [[0, 1], [2, 1]]


def test_what_categories_do_not_declare_is_kept(tmp_path: Path) -> None:
    """Colours and skeletons of labels that do not exist go into the infos."""
    color = {"label_id": 9, "r": 1, "g": 2, "b": 3}
    skeleton = {"label_id": 9, "labels": ["x"], "joints": []}
    more = {"mask": {"colormap": [color]}, "points": {"items": [skeleton]}}
    put(tmp_path, document([], categories={**LABELS, **more}))
    infos = read(tmp_path, {}).infos
    assert infos["undeclared_colors"] == [color]
    assert infos["undeclared_skeletons"] == [skeleton]


def broken(**change: Any) -> dict[str, Any]:
    return annotated({"type": "bbox", "label_id": 0, "bbox": [0, 0, 1, 1], **change})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not the JSON"),
        ('{"items": [', "not the JSON"),
        ("[]", "not the JSON"),
        ('{"items": []}', "categories"),
        ('{"categories": {}}', "items"),
        ('{"categories": {}, "items": {}}', "items"),
        ('{"categories": {}, "items": [{"id": "a", "attr": {"n": NaN}}]}', "not the JSON"),
        ('{"categories": {}, "items": ' + "[" * 100000, "not the JSON|deep"),
        (document([], dm_format_version="9.0"), "version 9.0"),
        (document([{"annotations": []}]), "item number 0.*id"),
        (broken(label_id=2), "item 'a': label 2 is not declared"),
        (broken(label_id=-1), "label -1"),
        (broken(label_id="cat"), "item 'a', annotation number 0.*label_id"),
        (broken(bbox=[0, 0, 1]), "item 'a', annotation number 0.*bbox"),
        (broken(bbox=["0", 0, 1, 1]), "bbox"),
        (broken(type="polygon", points=[0, 0, 1]), "odd number"),
        (broken(type="polygon"), "points"),
        (broken(type="points", points=[0, 0], visibility=[2, 2]), "2 visibilities for 1"),
        (broken(type="points", points=[0, 0], visibility=[3]), "not 0, 1 or 2"),
        (broken(type="cuboid_2d", points=[["x", 1]]), "not a number"),
        (broken(type="ellipse", points=[1, 2, 3]), "points"),
        (broken(type="mask", rle={"counts": [1, 2], "size": [2, 2]}), "do not add up"),
        (broken(type="mask", rle={"counts": [-1, 5], "size": [2, 2]}), "do not add up"),
        (broken(type="mask", rle={"counts": "zzzz", "size": [2, 2]}), "do not add up"),
        (broken(type="mask", rle={"counts": "PPPP", "size": [2, 2]}), "broken"),
        (broken(type="mask", rle={"counts": "4", "size": [99999, 99999]}), "do not add up"),
        (broken(type="mask", rle={"counts": "4", "size": [-2, -2]}), "size"),
        (document([{"id": "a"}, {"id": "a"}]), "item 'a' is there twice"),
        (document([{"id": "a", "image": {"path": "x", "size": [1]}}]), "size"),
        (
            document([], categories={"label": {"labels": [{"name": "a"}, {"name": "a"}]}}),
            "label 'a' is declared twice",
        ),
        (
            document(
                [],
                categories={
                    **LABELS,
                    "points": {"items": [{"label_id": 0, "labels": ["l"], "joints": [[1, 3]]}]},
                },
            ),
            "links a joint",
        ),
        (
            document([], categories={"mask": {"colormap": [{"label_id": 0, "r": 256}]}}),
            "colormap",
        ),
        (
            annotated({"type": "skeleton", "elements": [{"type": "points", "points": [1]}]}),
            "not one point",
        ),
    ],
)
def test_broken_files_are_format_errors(content: Any, message: str, tmp_path: Path) -> None:
    """What is broken is said, with the file and the item."""
    path = put(tmp_path, content)
    with pytest.raises(FormatError, match=message) as raised:
        read_items(tmp_path)
    assert str(raised.value).startswith(str(path))


def test_no_files_at_all(tmp_path: Path) -> None:
    """A folder without annotation files, and a path that does not exist, are errors."""
    with pytest.raises(FormatError, match="no annotations"):
        read(tmp_path, {})
    with pytest.raises(FormatError, match="no such file"):
        read(tmp_path / "none", {})


def test_all_broken_files_are_reported(tmp_path: Path) -> None:
    """The fault of one file does not hide that of another."""
    put(tmp_path, "{", "a")
    put(tmp_path, document([]), "b")
    put(tmp_path, "[", "c")
    with pytest.raises(FormatError) as raised:
        read(tmp_path, {})
    assert [Path(str(error.path)).name for error in raised.value.others] == ["c.json"]


def test_labels_that_contradict_each_other(tmp_path: Path) -> None:
    """One name with two meanings in two files is an error."""
    for subset, parent in {"a": "x", "b": "y"}.items():
        labels = {"label": {"labels": [{"name": "cat", "parent": parent}]}}
        put(tmp_path, document([], categories=labels), subset)
    with pytest.raises(FormatError, match="label 'cat' differs"):
        read(tmp_path, {})


def test_windows_paths_are_found(tmp_path: Path) -> None:
    """Back-slashes are slashes where the file is not there under the name as it is."""
    (tmp_path / "images/train/x").mkdir(parents=True)
    (tmp_path / "images/train/x/a.png").write_bytes(image_bytes())
    (tmp_path / "images/train/x\\b.png").write_bytes(image_bytes())
    names = ["x\\a.png", "x\\b.png"]
    put(tmp_path, document([{"id": name, "image": {"path": name}} for name in names]))
    assert [item.media[0].content for item in read_items(tmp_path)] == [
        FileOnDisk(str(tmp_path / "images/train/x/a.png")),
        FileOnDisk(str(tmp_path / "images/train/x\\b.png")),
    ]
