"""Datumaro JSON: everything that is written comes back, the same bytes every time."""

import math
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from datum.errors import FormatError
from datum.losses import LossReport
from datum.model import (
    AttributeSpec,
    Box,
    Categories,
    Ellipse,
    InMemory,
    Item,
    LabelCategory,
    Media,
    Points,
    Polygon,
    RotatedBox,
    Skeleton,
    SkeletonSpec,
)
from datum.outputs import FolderOutput, load_media, write_dataset
from datum.testing.datasets import ListDataset, image_bytes
from datum.testing.strategies import datasets
from datum_formats.datumaro import DATUMARO
from datum_formats.datumaro.read import read

BONES = Categories(
    labels=(LabelCategory(name="cat"), LabelCategory(name="nose", parent="cat")),
    skeletons=(SkeletonSpec(label=0, joints=("nose", "tail"), edges=((0, 1),)),),
)


def written(
    dataset: ListDataset, folder: Path, *, save_media: bool = False, **options: str
) -> LossReport:
    with FolderOutput(folder) as output:
        return write_dataset(DATUMARO, dataset, output, options, save_media=save_media)


def back(folder: Path) -> ListDataset:
    reading = read(folder, {})
    return ListDataset(reading.items, reading.categories, reading.infos)


def through(dataset: ListDataset, folder: Path, **options: str) -> ListDataset:
    written(dataset, folder / "out", **options)
    return back(folder / "out")


def one(*annotations: object, categories: Categories = BONES) -> ListDataset:
    return ListDataset([Item(id="a", annotations=annotations)], categories)


def is_unicode(dataset: ListDataset) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for item in dataset for letter in item.id)


def bare(dataset: ListDataset) -> list[Item]:
    return [
        replace(item, media=tuple(replace(media, content=None) for media in item.media))
        for item in dataset
    ]


@given(datasets(media=False).filter(is_unicode))
@settings(max_examples=60, deadline=None)
def test_everything_comes_back_without_media(dataset: ListDataset) -> None:
    """Whatever a dataset holds, reading what was written gives it back, exactly."""
    with TemporaryDirectory() as folder:
        losses = written(dataset, Path(folder) / "out")
        found = back(Path(folder) / "out")
    assert not losses
    assert bare(found) == bare(dataset)
    assert found.categories == dataset.categories


@given(datasets(plain=True, media=True))
@settings(max_examples=25, deadline=None)
def test_everything_comes_back_with_media(dataset: ListDataset) -> None:
    """With images, their bytes come back too, and no two items share a file."""
    with TemporaryDirectory() as folder:
        losses = written(dataset, Path(folder) / "out", save_media=True)
        found = back(Path(folder) / "out")
        assert not losses
        assert bare(found) == bare(dataset)
        for item, other in zip(dataset, found, strict=True):
            assert load_media(item.media[0]) == load_media(other.media[0])


@given(datasets(media=False).filter(is_unicode))
@settings(max_examples=25, deadline=None)
def test_skeletons_of_the_fork_come_back(dataset: ListDataset) -> None:
    """The dialect of CVAT's fork keeps everything too."""
    with TemporaryDirectory() as folder:
        losses = written(dataset, Path(folder) / "out", dialect="cvat")
        found = back(Path(folder) / "out")
    assert not losses
    assert bare(found) == bare(dataset)


def test_same_dataset_same_bytes(tmp_path: Path) -> None:
    """Writing twice gives the same bytes."""
    dataset = one(Box(x=0.1, y=0.2, w=3.0, h=4.0, label=0, attributes={"b": 1, "a": 2.5}))
    written(dataset, tmp_path / "1")
    written(dataset, tmp_path / "2")
    first = (tmp_path / "1/annotations/default.json").read_bytes()
    assert first == (tmp_path / "2/annotations/default.json").read_bytes()


def test_golden_bytes(tmp_path: Path) -> None:
    """The exact bytes of a small dataset."""
    dataset = ListDataset(
        [
            Item(
                id="a",
                subset="train",
                media=(Media(path="a.jpg", height=6, width=8),),
                annotations=(Box(id=7, label=0, x=1.5, y=2.0, w=3.0, h=4.0, score=0.5),),
            )
        ],
        Categories.of(["cat"]),
        {"author": "x"},
    )
    written(dataset, tmp_path / "out")
    assert (tmp_path / "out/annotations/train.json").read_text() == (
        '{"dm_format_version":"1.0","infos":{"author":"x"},"categories":{"label":{"labels":'
        '[{"name":"cat","parent":"","attributes":[]}],"label_groups":[],"attributes":[]}},'
        '"items":[\n'
        '{"id":"a","image":{"path":"a.jpg","size":[6,8]},"annotations":[{"type":"bbox","id":7,'
        '"attributes":{},"group":0,"score":0.5,"label_id":0,"z_order":0,'
        '"bbox":[1.5,2.0,3.0,4.0]}]}\n'
        '],"media_type":2}\n'
    )


@pytest.mark.parametrize(
    "annotation",
    [
        Ellipse(cx=0.1, cy=0.7, rx=0.3, ry=1e-9),
        Ellipse(cx=1e17, cy=0.7, rx=0.3, ry=0.2, angle=33.3),
        RotatedBox(cx=0.1, cy=0.2, w=0.3, h=0.7, angle=400.0),
        Polygon(points=(0.0, 0.0, 9.0, 0.0, 9.0, 9.0), holes=((1.0, 1.0, 2.0, 1.0, 2.0, 2.0),)),
        Skeleton(label=0, points=(0.1, 0.2, 3.0, 4.0), visibility=(1, 2)),
        Skeleton(label=0, points=(0.1, 0.2, 3.0, 4.0)),
        Points(points=(1.0, 2.0)),
        Box(id=0, x=0.123456, y=1 / 3, w=10.005, h=1e-300),
        Box(x=0.0, y=0.0, w=1.0, h=1.0, attributes={"object_id": 5, "id": 3}),
        Box(x=0.0, y=0.0, w=1.0, h=1.0, attributes={"object_id": -5}),
        Box(x=0.0, y=0.0, w=1.0, h=1.0, attributes={"object_id": True}),
        Box(x=0.0, y=0.0, w=1.0, h=1.0, attributes={"object_id": 2**70, "n": None, "l": [1, {}]}),
    ],
)
@pytest.mark.parametrize("dialect", ["datumaro", "cvat"])
def test_kind_comes_back_exactly(annotation: object, dialect: str, tmp_path: Path) -> None:
    """No number is rounded, and what Datumaro has no field for is kept."""
    dataset = one(annotation)
    assert list(through(dataset, tmp_path, dialect=dialect)) == list(dataset)


def test_rotated_box_and_skeleton_are_kinds_that_datumaro_reads(tmp_path: Path) -> None:
    """Datumaro refuses a file with a kind that it does not know, so none is written."""
    written(
        one(
            RotatedBox(cx=5.0, cy=5.0, w=4.0, h=2.0, angle=90.0),
            Skeleton(label=0, points=(1.0, 2.0, 3.0, 4.0)),
        ),
        tmp_path / "out",
    )
    document = msgspec.json.decode((tmp_path / "out/annotations/default.json").read_bytes())
    outline, points = document["items"][0]["annotations"]
    assert (outline["type"], points["type"]) == ("polygon", "points")
    assert outline["points"] == pytest.approx([6.0, 3.0, 6.0, 7.0, 4.0, 7.0, 4.0, 3.0])


def test_elements_have_the_labels_of_the_joints(tmp_path: Path) -> None:
    """In the fork's dialect each joint is a points annotation with the joint's own label."""
    skeleton = Skeleton(label=0, points=(1.0, 2.0, 3.0, 4.0), visibility=(2, 0))
    written(one(skeleton), tmp_path / "out", dialect="cvat")
    document = msgspec.json.decode((tmp_path / "out/annotations/default.json").read_bytes())
    entry = document["items"][0]["annotations"][0]
    assert entry["type"] == "skeleton"
    assert [(e["label_id"], e["points"], e["visibility"]) for e in entry["elements"]] == [
        (1, [1.0, 2.0], [2]),
        (None, [3.0, 4.0], [0]),
    ]


def test_categories_come_back_whole(tmp_path: Path) -> None:
    """Parents, colours, attribute specs, infos, skeletons and groups of labels are kept."""
    spec = AttributeSpec(name="pose", input_type="select", default="a", values=("a", "b"))
    labels = (
        LabelCategory(name="cat", parent="animal", color=(1, 2, 3), attributes=(spec,)),
        LabelCategory(name="dog", attributes=(AttributeSpec(name="old"),), infos={"id": 18}),
    )
    known = Categories(
        labels=labels,
        attributes=(AttributeSpec(name="occluded"),),
        skeletons=(SkeletonSpec(label=1, joints=("x", "y", "z"), edges=((0, 1), (1, 2))),),
    )
    groups = [{"name": "g", "group_type": "exclusive", "labels": ["cat"]}]
    infos = {"label_groups": groups, "author": "x"}
    dataset = ListDataset([Item(id="a")], known, infos)
    found = through(dataset, tmp_path)
    assert found.categories == known
    assert found.infos == infos
    document = msgspec.json.decode((tmp_path / "out/annotations/default.json").read_bytes())
    assert document["categories"]["label"]["label_groups"] == groups
    assert document["categories"]["points"]["items"][0]["joints"] == [[1, 2], [2, 3]]
    assert document["categories"]["mask"]["colormap"] == [{"label_id": 0, "r": 1, "g": 2, "b": 3}]


def test_categories_of_an_empty_dataset_come_back(tmp_path: Path) -> None:
    """A dataset without items still says what annotations may say."""
    found = through(ListDataset([], Categories.of(["cat"]), {"a": 1}), tmp_path)
    assert (len(found), found.categories.names(), found.infos) == (0, ("cat",), {"a": 1})


@pytest.mark.parametrize("subset", ["a/b", "..", "", ".x", "%2F", "50%", "a b", "ä", "a\\b"])
def test_any_name_of_a_subset_comes_back(subset: str, tmp_path: Path) -> None:
    """A subset that cannot be the name of a file is told in the file."""
    media = (Media(path="a.png", height=6, width=8, content=InMemory(image_bytes())),)
    dataset = ListDataset([Item(id="a", subset=subset, media=media)])
    written(dataset, tmp_path / "out", save_media=True)
    (found,) = back(tmp_path / "out")
    assert found.key == (subset, "a")
    assert load_media(found.media[0]) == image_bytes()


def test_ids_with_slashes_and_underscores_are_two_files(tmp_path: Path) -> None:
    """The images of `a/b` and `a_b` do not overwrite each other."""
    items = [
        Item(id=name, media=(Media(path="x.png", content=InMemory(image_bytes(seed=seed))),))
        for seed, name in enumerate(["a/b", "a_b", "x", "x.png", "p.png", "p.png.png"])
    ]
    written(ListDataset(items), tmp_path / "out", save_media=True)
    found = {item.id: load_media(item.media[0]) for item in back(tmp_path / "out")}
    assert found == {item.id: load_media(item.media[0]) for item in items}


def test_several_media_come_back_with_their_roles(tmp_path: Path) -> None:
    """A cloud with related images, a frame, a video, a depth image: path, size, role, frame, bytes."""
    data = image_bytes()
    sets = {
        "cloud": (
            Media(role="point_cloud", path="c.pcd", content=InMemory(b"cloud")),
            Media(role="related", path="x/1.png", height=6, width=8, content=InMemory(data)),
            Media(role="related", path="x/2.png"),
        ),
        "frame": (Media(role="video_frame", path="v.mp4", frame=3, height=1, width=2),),
        "video": (Media(role="video", path="v.mp4", content=InMemory(b"video")),),
        "depth": (
            Media(path="d.png", height=6, width=8, content=InMemory(data)),
            Media(role="depth", path="d16.png", content=InMemory(data), height=6, width=8),
        ),
        "other": (Media(role="table", path="t.csv", content=InMemory(b"1,2")),),
        "width": (Media(path="w.png", width=8),),
        "none": (),
    }
    dataset = ListDataset([Item(id=name, media=media) for name, media in sets.items()])
    losses = written(dataset, tmp_path / "out", save_media=True)
    found = back(tmp_path / "out")
    assert bare(found) == bare(dataset)
    for item, other in zip(dataset, found, strict=True):
        assert [load_media(m) for m in item.media] == [load_media(m) for m in other.media]
    assert [row[:3] for row in losses.rows()] == [("media", "there are no bytes to save", 3)]


def test_numbers_that_are_not_finite_are_counted(tmp_path: Path) -> None:
    """JSON has no NaN: the loss report says what was left out."""
    dataset = one(
        Box(x=math.nan, y=0.0, w=1.0, h=1.0),
        Box(x=1e308, y=1e308, w=1e308, h=1.0, score=math.inf, attributes={"k": [math.nan]}),
    )
    losses = written(dataset, tmp_path / "out")
    (item,) = back(tmp_path / "out")
    assert item.annotations == (Box(x=1e308, y=1e308, w=1e308, h=1.0),)
    assert [row[0] for row in losses.rows()] == ["attribute k", "box", "score"]


def test_text_that_is_not_unicode_is_refused(tmp_path: Path) -> None:
    """Half a surrogate pair cannot be written; the error names the item, or says that it is a label."""
    with pytest.raises(FormatError, match=r"item 'default/.ud800' has text"):
        written(ListDataset([Item(id="\ud800")]), tmp_path / "1")
    with pytest.raises(FormatError, match="a label or an info has text"):
        written(ListDataset([], Categories.of(["\ud800"])), tmp_path / "2")
