"""project_labels, anns_to_labels, reindex_annotations, id_from_image_name."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datum.errors import UsageError
from datum.model import (
    AttributeSpec,
    Box,
    Caption,
    Categories,
    Item,
    Label,
    LabelCategory,
    Media,
    Points,
    Skeleton,
    SkeletonSpec,
)
from datum.testing.transforms import run_transform
from datum.transforms.anns_to_labels import ANNS_TO_LABELS
from datum.transforms.id_from_image_name import ID_FROM_IMAGE_NAME
from datum.transforms.project_labels import PROJECT_LABELS
from datum.transforms.reindex_annotations import REINDEX_ANNOTATIONS


def box(**fields):
    return Box(x=1.0, y=2.0, w=3.0, h=4.0, **fields)


# ---------------------------------------------------------------- project_labels

KNOWN = Categories(
    labels=(
        LabelCategory(name="cat", parent="animal", color=(1, 2, 3)),
        LabelCategory(name="animal"),
        LabelCategory(name="dog", parent="animal", attributes=(AttributeSpec(name="breed"),)),
    ),
    attributes=(AttributeSpec(name="hidden"),),
    skeletons=(
        SkeletonSpec(label=0, joints=("nose", "tail"), edges=((0, 1),)),
        SkeletonSpec(label=2, joints=("paw",)),
    ),
)


def test_labels_of_another_list():
    """In its order; known ones keep what is said of them, new ones are plain, skeletons follow."""
    made = run_transform(PROJECT_LABELS, [], KNOWN, label=["dog", "horse", "cat"]).categories
    assert made == Categories(
        labels=(KNOWN.labels[2], LabelCategory(name="horse"), KNOWN.labels[0]),
        attributes=KNOWN.attributes,
        skeletons=(
            SkeletonSpec(label=0, joints=("paw",)),
            SkeletonSpec(label=2, joints=("nose", "tail"), edges=((0, 1),)),
        ),
    )
    assert [label.parent for label in made.labels] == ["animal", "", "animal"]


def test_annotations_of_labels_that_go_are_counted():
    """By kind and label; of the others nothing but the label's number changes."""
    notes = (
        box(id=1, label=0, group=2, score=0.5, attributes={"a": 1}),
        Skeleton(id=2, label=2, points=(1.0, 1.0)),
        Points(id=3, label=2, points=(1.0, 1.0)),
        Caption(id=4, text="x"),
        Label(id=5, label=9),
    )
    made = run_transform(
        PROJECT_LABELS, [Item(id="i", annotations=notes)], KNOWN, label=["x", "cat"]
    )
    assert made.items[0].annotations == (
        box(id=1, label=1, group=2, score=0.5, attributes={"a": 1}),
        notes[3],
    )
    assert made.losses.lines() == [
        "1 × label: its label '#9' is not in the list",
        "1 × points: its label 'dog' is not in the list",
        "1 × skeleton: its label 'dog' is not in the list",
    ]


def test_a_list_that_begins_as_the_labels_do_changes_no_item():
    """So nothing is written again."""
    item = Item(id="i", annotations=(box(label=0), box(label=1)))
    made = run_transform(PROJECT_LABELS, [item], KNOWN, label=["cat", "animal"])
    assert made.items[0] is item


@pytest.mark.parametrize("labels", [[], [""], ["cat", "cat"], ["x", "cat", "x"]])
def test_lists_of_labels_that_are_none(labels):
    """None at all, one without a name, one that is there twice."""
    with pytest.raises(UsageError):
        run_transform(PROJECT_LABELS, [], KNOWN, label=labels)


# ---------------------------------------------------------------- anns_to_labels


def labels_of(*annotations):
    made = run_transform(ANNS_TO_LABELS, [Item(id="i", annotations=annotations)], KNOWN)
    return made.items[0].annotations, made.losses.lines()


def test_each_label_is_left_once():
    """In the order of the first of each, with its id and the greatest score."""
    assert labels_of(
        box(id=4, label=2, score=0.25),
        box(id=5, label=0),
        Points(id=6, label=2, points=(0.0, 0.0), score=0.75),
        box(id=7, label=2, score=math.nan),
    ) == ((Label(id=4, label=2, score=0.75), Label(id=5, label=0)), [])


def test_a_label_of_the_image_stays_as_it_is():
    """Its attributes and score, too; the second of one label goes, and is counted."""
    own = Label(id=9, label=1, score=0.5, attributes={"a": 1})
    assert labels_of(box(id=1, label=1, score=0.9), own, Label(id=10, label=1)) == (
        (own,),
        ["1 × label: the item has it twice"],
    )


def test_what_is_said_of_one_object_is_counted():
    """Attributes, captions and annotations without a label."""
    assert labels_of(
        box(label=0, attributes={"a": 1}), Caption(id=1, text="x"), box(), Label(label=None)
    ) == (
        (Label(label=0),),
        [
            "1 × attribute a: it is said of one object, not of the image",
            "1 × box: it has no label",
            "1 × caption: it has no label",
            "1 × label: it has no label",
        ],
    )


def test_an_item_of_labels_is_the_same_item():
    """It is not written again."""
    item = Item(id="i", annotations=(Label(id=2, label=1), Label(id=1, label=0)))
    assert run_transform(ANNS_TO_LABELS, [item], KNOWN).items[0] is item


# ---------------------------------------------------------------- reindex_annotations

NUMBERED = [
    Item(id="a", subset="val", annotations=(box(id=7), Label(id=1))),
    Item(id="a", subset="train", annotations=(box(), Caption(id=1, text="x"), Label(id=9))),
    Item(id="b", subset="train"),
    Item(id="c", subset="train", annotations=(box(id=1, group=9),)),
]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [[1, 2, 3], [], [4], [5, 6]]),
        ({"start": "0"}, [[0, 1, 2], [], [3], [4, 5]]),
        ({"reindex_each_item": True}, [[1, 2, 3], [], [1], [1, 2]]),
        ({"reindex_each_item": True, "start": "5"}, [[5, 6, 7], [], [5], [5, 6]]),
    ],
)
def test_annotations_are_numbered(options, expected):
    """Through the dataset, in the order of subset, id and place; or anew in each item."""
    made = run_transform(REINDEX_ANNOTATIONS, NUMBERED, **options).items
    assert [[one.id for one in item.annotations] for item in made] == expected
    assert made[2].annotations == () or made[2].annotations[0].group == 9


def test_numbers_that_are_right_already():
    """Their items are the same ones."""
    items = [Item(id="a", annotations=(box(id=1), box(id=2)))]
    assert run_transform(REINDEX_ANNOTATIONS, items).items[0] is items[0]
    with pytest.raises(UsageError, match="below 0"):
        run_transform(REINDEX_ANNOTATIONS, items, start="-1")


# ---------------------------------------------------------------- id_from_image_name


def item(item_id, path, subset="train", frame=None):
    media = () if path is None else (Media(path=path, frame=frame),)
    return Item(id=item_id, subset=subset, media=media)


def test_items_are_called_as_their_pictures():
    """Without folders and the last extension; frames by number; without a name as before."""
    items = [
        item("1", "a/b c.tar.jpg"),
        item("2", "a\\d.png"),
        item("3", "clip.mp4", frame=12),
        item("4", None),
        item("5", ""),
        item("6", ".hidden"),
        item("1", "b c.tar.png", subset="val"),
    ]
    made = run_transform(ID_FROM_IMAGE_NAME, items)
    assert [one.id for one in made.items] == [
        *("b c.tar", "d", "clip_frame-12", "4", "5", ".hidden"),
        "b c.tar",
    ]
    assert made.losses.lines() == ["2 × item: its media has no name; it keeps its id"]


def test_two_items_of_one_name():
    """They are an error in one subset, and none in two."""
    items = [item("1", "a/x.jpg"), item("2", "b/x.png")]
    with pytest.raises(UsageError, match="'1' and '2' of subset 'train' would both be called 'x'"):
        run_transform(ID_FROM_IMAGE_NAME, items)
    with pytest.raises(UsageError, match="both be called 'x'"):
        run_transform(ID_FROM_IMAGE_NAME, [item("x", None), item("y", "x.png")])
    run_transform(ID_FROM_IMAGE_NAME, [items[0], item("2", "b/x.png", subset="val")])


def test_suffixes_follow_from_the_old_ids():
    """The first keeps the name; a new item changes no other's suffix; longer where they are taken."""
    items = [item("1", "a/x.jpg"), item("2", "b/x.png"), item("4", "c/x.png")]
    made = [one.id for one in run(items)]
    assert made[0] == "x"
    assert all(name.startswith("x__") and len(name) == 6 for name in made[1:])
    assert made[1] != made[2]
    more = [*items, item("3", "d/x.png"), item("5", f"{made[1]}.jpg")]
    again = [one.id for one in run(more)]
    assert (again[0], again[3]) == ("x", made[2])
    assert again[1].startswith(made[1])
    assert len(again[1]) == 7
    assert again[4] == made[1]


def run(items, **options):
    return run_transform(ID_FROM_IMAGE_NAME, items, ensure_unique=True, **options).items


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["x", "x__0", "y", ""]), max_size=90), st.integers(1, 2))
def test_unique_means_unique(names, length):
    """However many items have one name, and however short the suffixes."""
    items = [item(f"{n:02d}", f"{name}.png" if name else "") for n, name in enumerate(names)]
    made = [one.id for one in run(items, suffix_length=length)]
    assert len(set(made)) == len(items)
    assert made == [one.id for one in run(list(reversed(items)), suffix_length=length)]


@pytest.mark.parametrize("length", ["0", "-1", "65"])
def test_lengths_that_make_no_sense(length):
    """No letters, fewer, and more than a name should have."""
    with pytest.raises(UsageError, match="suffix-length"):
        run([], suffix_length=length)
