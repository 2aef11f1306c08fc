import json

import cv2
import numpy as np
import pytest

from datum.analysis.counting import count_items
from datum.analysis.statistics import find_statistics
from datum.dataset.leaves import leaves
from datum.model import (
    Box,
    Caption,
    Categories,
    Ellipse,
    InMemory,
    Item,
    Label,
    LabelCategory,
    Media,
    Points,
    Polygon,
    Polyline,
    Skeleton,
    SkeletonSpec,
)
from datum.objects.memo import MemoryMemo
from datum.objects.memory import MemoryStore
from datum.objects.rule import TreeRule
from datum.testing.counting import dataset_in_memory

SMALL = TreeRule(shape=3, scale=90, minimum=40, maximum=512)


def png(pixels):
    return cv2.imencode(".png", pixels)[1].tobytes()


def item(name, data, *annotations, subset="train"):
    media = (Media(path=f"{name}.png", content=InMemory(data)),)
    return Item(id=name, subset=subset, media=media, annotations=annotations)


def found(items, labels=("a", "b"), memo=None, load=None):
    categories = labels if isinstance(labels, Categories) else Categories.of(labels)
    dataset = dataset_in_memory(items, categories)
    return find_statistics(dataset, load or dataset.store.read_media, memo or MemoryMemo())


def test_large_images_weigh_more_than_small_ones():
    """2 x 2 pixels of 0 and 20 x 20 of 100 have the mean 40000 / 404, in each channel."""
    small = png(np.zeros((2, 2, 3), np.uint8))
    large = png(np.full((20, 20, 3), 100, np.uint8))
    report = found([item("s", small), item("l", large)])
    values = np.concatenate([np.zeros(4), np.full(400, 100.0)])
    assert report["dataset"]["image mean"] == pytest.approx([40000 / 404] * 3)
    assert report["dataset"]["image std"] == pytest.approx([values.std()] * 3)


def test_channels_are_red_green_blue():
    """An image of one pixel has its values as the mean and no deviation."""
    report = found([item("x", png(np.array([[[3, 2, 1]]], np.uint8)))])
    assert report["dataset"]["image mean"] == [1, 2, 3]
    assert report["dataset"]["image std"] == [0, 0, 0]


def test_unreadable_images_are_named_and_the_others_count():
    """A broken file takes nothing away from the mean of the rest."""
    good = png(np.full((1, 1, 3), 9, np.uint8))
    report = found([item("bad", b"no image"), item("good", good)])
    assert report["unreadable images"] == [
        {"id": "bad", "subset": "train", "reason": "does not decode as an image"}
    ]
    assert report["dataset"]["image mean"] == [9, 9, 9]


def test_a_second_run_reads_no_image():
    """What was seen of an image is kept under its id."""
    items = [item(str(n), png(np.full((2, 2, 3), n, np.uint8))) for n in range(3)]
    dataset = dataset_in_memory(items, Categories())
    memo, reads = MemoryMemo(), []

    def load(oid):
        reads.append(oid)
        return dataset.store.read_media(oid)

    first = find_statistics(dataset, load, memo)
    assert len(reads) == 3
    assert find_statistics(dataset, load, memo) == first
    assert len(reads) == 3


def test_repeated_images_are_those_of_the_same_bytes():
    """Two of three items show one image."""
    one, other = (png(np.full((1, 1, 3), n, np.uint8)) for n in (1, 2))
    report = found([item("a", one), item("b", one, subset="val"), item("c", other)])
    assert report["unique images count"] == 2
    assert report["repeated images"] == [[("a", "train"), ("b", "val")]]


def test_areas_are_those_of_the_shapes():
    """A square with a hole, a box, an ellipse, and what has no area or no label."""
    square = Polygon(label=0, points=(0, 0, 4, 0, 4, 4, 0, 4), holes=((1, 1, 2, 1, 2, 2, 1, 2),))
    shapes = (
        square,
        Box(label=1, x=0, y=0, w=2.5, h=2),
        Ellipse(cx=0, cy=0, rx=1, ry=2),
        Label(label=5),
    )
    report = found([Item(id="x", annotations=shapes), Item(id="y")])
    segments = report["annotations"]["segments"]
    assert segments["avg. area"] == pytest.approx((15 + 5 + 2 * np.pi) / 3)
    assert segments["pixel distribution"] == {"a": [15, 0.75], "b": [5, 0.25]}
    assert sum(one["count"] for one in segments["area distribution"]) == 3
    labels = report["annotations"]["labels"]
    assert labels["count"] == 3
    assert labels["distribution"]["#5"] == [1, 1 / 3]
    assert report["unannotated images"] == ["y"]
    assert report["annotations by type"]["bbox"] == {"count": 1}


def test_attributes_are_counted_by_value():
    """All but those that say nothing of what is seen."""
    boxes = [Box(x=0, y=0, w=1, h=1, attributes={"c": v, "Occluded": True}) for v in (1, 1, None)]
    report = found([Item(id="x", annotations=tuple(boxes))])
    assert report["annotations"]["labels"]["attributes"] == {
        "c": {
            "count": 3,
            "values count": 2,
            "values present": ["1", "None"],
            "distribution": {"1": [2, 2 / 3], "None": [1, 1 / 3]},
        }
    }


def test_a_dataset_without_items_has_statistics():
    """Nothing is counted, and nothing fails."""
    report = found([])
    assert report["dataset"] == {"images count": 0, "image mean": "n/a", "image std": "n/a"}
    assert report["annotations"]["segments"]["area distribution"] == []


def test_damaged_numbers_have_no_area():
    """NaN and infinity count by their kind alone."""
    boxes = tuple(Box(x=0, y=0, w=value, h=1) for value in (np.nan, np.inf, 2.0))
    report = found([Item(id="x", annotations=boxes)])
    assert report["annotations"]["segments"]["avg. area"] == 2
    assert report["annotations"]["labels"]["count"] == 0


def test_objects_boxes_lines_and_keypoints():
    """One object of a box and two outlines, a lone box, a line of length 5, a skeleton of two joints."""
    categories = Categories(
        labels=(LabelCategory(name="a"), LabelCategory(name="b")),
        skeletons=(SkeletonSpec(label=1, joints=("nose", "tail")),),
    )
    ring = (0, 0, 4, 0, 4, 2)
    notes = (
        Box(label=0, group=3, x=0, y=0, w=4, h=2),
        Polygon(label=0, group=3, points=ring),
        Polygon(label=0, group=3, points=ring),
        Box(x=0, y=0, w=2, h=8),
        Polyline(label=1, points=(0, 0, 3, 4)),
        Skeleton(label=1, points=(1, 1, 2, 2, 3, 3), visibility=(2, 0, 1)),
        Points(points=(1, 1)),
        Caption(text="no object"),
    )
    report = found([Item(id="x", annotations=notes), Item(id="y")], categories)
    assert report["objects"] == {
        "count": 5,
        "without label": 2,
        "per image": {"0": 1, "5": 1},
        "by label": {"a": {"objects": 1, "images": 1}, "b": {"objects": 2, "images": 1}},
    }
    assert report["annotations per image"] == {"0": 1, "8": 1}
    assert report["boxes"]["width"]["mean"] == 3
    assert report["boxes"]["aspect ratio"]["min"] == 0.25
    assert report["lines"]["length"]["mean"] == 5
    assert report["lines"]["points"]["max"] == 2
    assert report["keypoints"]["by visibility"] == {
        "absent": 1, "hidden": 1, "visible": 2, "unknown": 0,
    }  # fmt: skip
    assert set(report["keypoints"]["by label"]["b"]) == {"nose", "tail", "#2"}
    assert report["co-occurrence"] == [{"labels": ["a", "b"], "images": 1}]
    assert report["annotations"]["segments"]["size classes"] == {
        "small": 4, "medium": 0, "large": 0,
    }  # fmt: skip


def test_each_subset_has_all_that_the_whole_has():
    """The statistics of a subset are those of a dataset that is the subset alone."""
    first = Item(id="x", subset="one", annotations=(Box(label=0, x=0, y=0, w=4, h=2),))
    second = Item(id="y", subset="two")
    report = found([first, second])
    alone = found([first])
    assert report["subsets"]["one"] == {
        name: (alone | alone["dataset"])[name] for name in report["subsets"]["one"]
    }
    assert set(report["subsets"]["two"]) == set(report["subsets"]["one"])
    assert report["subsets"]["two"]["unannotated items"] == [("y", "two")]


def test_only_new_leaves_are_counted(monkeypatch):
    """After an edit of one item of a thousand, one leaf is counted."""
    writer = MemoryStore(rule=SMALL).writer()
    before = [Item(id=f"{n:04}", annotations=(Label(label=n % 2),)) for n in range(1000)]
    after = [*before[:500], Item(id="0500", annotations=(Label(label=1),)), *before[501:]]
    memo, seen = MemoryMemo(), []

    def count(items, columns):
        seen.append(len(items))
        return count_items(items, columns)

    monkeypatch.setattr("datum.analysis.statistics.count_items", count)
    for number, items in enumerate((before, before, after)):
        seen.clear()
        dataset = dataset_in_memory(items, ("a", "b"), writer=writer)
        find_statistics(dataset, dataset.store.read_media, memo)
        assert len(seen) > 100 if number == 0 else len(seen) == number - 1


def test_what_is_remembered_may_be_damaged():
    """It is counted again."""
    dataset = dataset_in_memory([Item(id="x", annotations=(Label(label=0),))], ("a",))
    memo = MemoryMemo()
    first = find_statistics(dataset, dataset.store.read_media, memo)
    (leaf,) = leaves(dataset)
    memo.put_many("annotation statistics 3", [(leaf.key, b"\x00")])
    assert find_statistics(dataset, dataset.store.read_media, memo) == first


def test_statistics_are_strict_json():
    """Values that no JSON has, such as infinity, come from no damaged number."""
    boxes = tuple(Box(x=0, y=0, w=value, h=1e308) for value in (np.inf, 1e308, np.nan, -1.0))
    json.dumps(found([Item(id="x", annotations=boxes)]), allow_nan=False)
