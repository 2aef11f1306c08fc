"""remove_items, remove_annotations, remove_attributes: what is named goes, and nothing else."""

import pytest

from datum.errors import UnknownNameError, UsageError
from datum.model import Box, Caption, Item, Label
from datum.testing.transforms import run_transform
from datum.transforms.remove_annotations import REMOVE_ANNOTATIONS
from datum.transforms.remove_attributes import REMOVE_ATTRIBUTES
from datum.transforms.remove_items import REMOVE_ITEMS

ITEMS = [
    Item(
        id="a",
        subset="train",
        attributes={"time": "day", "cam": 1},
        annotations=(
            Label(id=1, label=0, attributes={"cam": 2}),
            Box(id=3, x=0.0, y=0.0, w=1.0, h=1.0, attributes={"hid": True, "cam": 3}),
        ),
    ),
    Item(id="a", subset="val", annotations=(Caption(id=1, text="x"),)),
    Item(id="b:c", subset="val", attributes={"cam": 4}, annotations=(Label(label=0),)),
]


def run(transform, **options):
    return run_transform(transform, ITEMS, **options).items


@pytest.mark.parametrize(
    ("ids", "left"),
    [
        (["a:train"], ["val/a", "val/b:c"]),
        (["a:val", "b\\:c:val"], ["train/a"]),
        (["a:val", "a:val"], ["train/a", "val/b:c"]),
    ],
)
def test_items_go(ids, left):
    """By id and subset; a colon in a name is escaped."""
    assert ["/".join(item.key) for item in run(REMOVE_ITEMS, ids=ids)] == left


@pytest.mark.parametrize("ids", [[], [""], ["a"], [":train"], ["a:"], ["a:train:1"], ["b:c:val"]])
def test_names_of_items_that_are_none(ids):
    """No name at all, one without a subset, one with too many colons."""
    with pytest.raises(UsageError):
        run(REMOVE_ITEMS, ids=ids)


def test_items_that_are_not_there():
    """The error names the first, how many more there are, or the subset that was meant."""
    with pytest.raises(UsageError, match=r"no item 'x' in subset 'train' \(and 1 more"):
        run(REMOVE_ITEMS, ids=["x:val", "a:val", "x:train"])
    with pytest.raises(UnknownNameError, match="did you mean train"):
        run(REMOVE_ITEMS, ids=["a:trian"])


@pytest.mark.parametrize(
    ("ids", "left"),
    [
        ([], [[], [], []]),
        (["a:train"], [[], [1], [None]]),
        (["a:train:1"], [[3], [1], [None]]),
        (["a:train:3", "a:train:1", "b\\:c:val"], [[], [1], []]),
        (["a:train:1", "a:train"], [[], [1], [None]]),
        (["a:train", "a:train:1"], [[], [1], [None]]),
        (["gone:train:7"], [[1, 3], [1], [None]]),
    ],
)
def test_annotations_go(ids, left):
    """One, all of an item, all; an item that is not there has none, and others are the same ones."""
    made = run(REMOVE_ANNOTATIONS, ids=ids)
    assert [[one.id for one in item.annotations] for item in made] == left
    for item, before, after in zip(made, ITEMS, left, strict=True):
        assert (item is before) == (len(after) == len(before.annotations))


def test_an_annotation_that_its_item_does_not_have():
    """It is an error, for it can be no other's."""
    with pytest.raises(UsageError, match="item train/a has no annotation 2"):
        run(REMOVE_ANNOTATIONS, ids=["a:train:2", "a:train:9", "a:train:1"])


@pytest.mark.parametrize("ids", [["a"], ["a:b:c:1"], ["a:train:x"], ["a:train:-1"], ["a:train:²"]])
def test_names_of_annotations_that_are_none(ids):
    """No subset, too many colons, an id that is no number."""
    with pytest.raises(UsageError):
        run(REMOVE_ANNOTATIONS, ids=ids)


def attributes(*made):
    return [[item.attributes, *(one.attributes for one in item.annotations)] for item in made]


@pytest.mark.parametrize(
    ("options", "left"),
    [
        ({}, [[{}, {}, {}], [{}, {}], [{}, {}]]),
        (
            {"attributes": ["cam"]},
            [[{"time": "day"}, {}, {"hid": True}], [{}, {}], [{}, {}]],
        ),
        (
            {"attributes": ["hid", "time"]},
            [[{"cam": 1}, {"cam": 2}, {"cam": 3}], [{}, {}], [{"cam": 4}, {}]],
        ),
        ({"ids": ["a:train"]}, [[{}, {}, {}], [{}, {}], [{"cam": 4}, {}]]),
        (
            {"ids": ["b\\:c:val"], "attributes": ["cam"]},
            [*attributes(ITEMS[0]), [{}, {}], [{}, {}]],
        ),
        ({"attributes": ["no"], "ids": ["gone:val"]}, attributes(*ITEMS)),
    ],
)
def test_attributes_go(options, left):
    """Of items and annotations, by name and by item; what has none of them is the same thing."""
    made = run(REMOVE_ATTRIBUTES, **options)
    assert attributes(*made) == left
    assert made[1] is ITEMS[1]
    for item, before in zip(made, ITEMS, strict=True):
        assert (item is before) == (attributes(item) == attributes(before))
        for one, old in zip(item.annotations, before.annotations, strict=True):
            assert (one is old) == (one.attributes == old.attributes)


def test_a_name_without_a_subset_names_no_item():
    """Also where attributes go."""
    with pytest.raises(UsageError, match="'a' names no item"):
        run(REMOVE_ATTRIBUTES, ids=["a"])
