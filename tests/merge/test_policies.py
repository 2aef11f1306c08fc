"""Update, union and exact: datasets merged item by item."""

import json

import pytest
from msgspec.structs import replace

from datum.dataset.dataset import Dataset
from datum.errors import ConflictError, UsageError
from datum.merge.policies import MergeOptions, merge_snapshots
from datum.merge.report import unique_names
from datum.model import (
    AttributeSpec,
    Blob,
    Box,
    Categories,
    Item,
    LabelCategory,
    Media,
    SkeletonSpec,
)
from datum.testing.counting import CountingWriter, dataset_in_memory

BOX = Box(id=1, label=0, x=0.0, y=0.0, w=4.0, h=4.0)


def item(name, *annotations, **fields):
    return Item(id=name, subset="s", annotations=annotations, **fields)


def pair(ours, theirs, labels=(["a"], ["a"])):
    """Two datasets in one store."""
    writer = CountingWriter()
    return [
        dataset_in_memory(items, names, writer=writer)
        for items, names in zip((ours, theirs), labels, strict=True)
    ]


def merge(datasets, policy="update", **options):
    """The merged dataset and the report, as its file has it."""
    writer = datasets[0].store
    inputs = [(f"p{n}", one) for n, one in enumerate(datasets, start=1)]
    made = merge_snapshots(writer, inputs, MergeOptions(policy=policy, **options))
    return Dataset(writer, made.snapshot), json.loads(made.report.to_bytes())


def said(dataset):
    """The boxes of each item: left side, and name of the label."""
    names = dataset.categories.name_of
    return {one.id: [(note.x, names(note.label)) for note in one.annotations] for one in dataset}


def test_update_replaces_whole_items_and_adds_new_ones():
    """b was there and is as theirs has it, c is new, a stays."""
    ours = [item("a", BOX), item("b", BOX)]
    theirs = [item("b", replace(BOX, x=9.0), replace(BOX, id=2, x=5.0)), item("c")]
    dataset, report = merge(pair(ours, theirs))
    assert said(dataset) == {"a": [(0, "a")], "b": [(9, "a"), (5, "a")], "c": []}
    assert report["changes"] == {"added": 1, "replaced": 1, "equal": 0}
    assert report["inputs"][1] == {
        "name": "p2",
        "snapshot": report["inputs"][1]["snapshot"],
        "items": 2,
        "annotations": 2,
    }


def test_update_unites_labels_by_name():
    """Labels in another order mean the same, new ones are added, and none is lost."""
    ours = [item("a", BOX), item("b", replace(BOX, label=1))]
    theirs = [item("b", replace(BOX, label=1)), item("c", BOX)]
    dataset, report = merge(pair(ours, theirs, (["cat", "dog"], ["cow", "dog"])))
    assert dataset.categories.names() == ("cat", "dog", "cow")
    assert said(dataset) == {"a": [(0, "cat")], "b": [(0, "dog")], "c": [(0, "cow")]}
    assert report["changes"] == {"added": 1, "replaced": 0, "equal": 1}


def test_update_costs_what_differs():
    """Of 300 items that are equal and one that is not, that one is read."""
    items = [item(f"{n}", BOX) for n in range(300)]
    ours, theirs = pair(items, [*items[1:], item("0", replace(BOX, x=1.0))])
    assert merge([ours, ours])[0].oid == ours.oid
    ours.store.reset()
    dataset, report = merge([ours, theirs])
    assert dataset.oid == theirs.oid
    assert report["changes"] == {"added": 0, "replaced": 1, "equal": 299}
    assert len(ours.store.reads) < 40


def test_update_keeps_what_ours_knows_of_the_media():
    """Theirs came without images; the bytes and the size stay."""
    blob = Blob(oid=b"1" * 16, size=3, digest="")
    known = Media(path="a.jpg", width=4, height=3, content=blob)
    dataset, _ = merge(
        pair([item("a", media=(known,))], [item("a", BOX, media=(Media(path="a.jpg"),))])
    )
    assert next(iter(dataset)).media == (known,)


def test_update_of_several_goes_from_the_first_to_the_last():
    """The last one to have an item says what it is."""
    writer = CountingWriter()
    made = [
        dataset_in_memory([item("a", replace(BOX, x=x))], ["a"], writer=writer)
        for x in (0.0, 1.0, 2.0)
    ]
    dataset, report = merge(made)
    assert said(dataset) == {"a": [(2, "a")]}
    assert report["changes"]["replaced"] == 2


CONFLICTS = {
    "parent": [Categories(labels=(LabelCategory(name="a", parent=one),)) for one in "xy"],
    "attribute": [
        Categories(attributes=(AttributeSpec(name="age", input_type=one),)) for one in "xy"
    ],
    "skeleton": [
        Categories(
            labels=(LabelCategory(name="a"),), skeletons=(SkeletonSpec(label=0, joints=(one,)),)
        )
        for one in "xy"
    ],
}


@pytest.mark.parametrize("what", CONFLICTS)
def test_categories_that_conflict_are_refused_by_update_and_exact(what):
    """Unless somebody says whose stand; union takes the first and reports it."""
    made = pair([item("a")], [item("a")], CONFLICTS[what])
    for policy in ("update", "exact"):
        with pytest.raises(ConflictError, match=f"{what}|labels"):
            merge(made, policy)
    for prefer, n in (("ours", 0), ("theirs", 1)):
        assert merge(made, "update", prefer=prefer)[0].categories == CONFLICTS[what][n]
        assert merge(made, "union", prefer=prefer)[0].categories == CONFLICTS[what][n]
    assert [one["error"] for one in merge(made, "union")[1]["errors"]] == ["conflicting_categories"]


def test_union_has_all_annotations_of_all_and_equal_ones_once():
    """Ids and groups of the two are kept apart."""
    far = replace(BOX, x=50.0)
    dataset, report = merge(
        pair([item("a", BOX), item("b")], [item("a", BOX, replace(far, id=2)), item("c", far)]),
        "union",
    )
    assert said(dataset) == {"a": [(0, "a"), (50, "a")], "b": [], "c": [(50, "a")]}
    assert report["errors"] == []


def test_exact_is_union_of_what_does_not_differ():
    """Other labels, or another size of one image, are refused with all reasons."""
    sizes = [[item("a", media=(Media(path="a.jpg", width=w, height=2),))] for w in (2, 3)]
    assert len(merge(pair([item("a", BOX)], [item("b", BOX)]), "exact")[0]) == 2
    with pytest.raises(ConflictError, match="labels of p1 and of p2"):
        merge(pair([item("a")], [item("a")], (["a"], ["b"])), "exact")
    with pytest.raises(ConflictError, match=r"a\.jpg 2×2 and a\.jpg 3×2"):
        merge(pair(*sizes), "exact")


@pytest.mark.parametrize("policy", ["update", "union", "exact", "intersect"])
def test_empty_and_one(policy):
    """Nothing merged with something is that; one alone is refused."""
    full = pair([item("a", BOX)], [])
    for made in (full, full[::-1]):
        assert said(merge(made, policy)[0]) == {"a": [(0, "a")]}
    with pytest.raises(UsageError, match="two"):
        merge(full[:1], policy)


def test_options_come_back_from_the_parameters_of_a_recipe():
    """So that the merge can be done again."""
    import msgspec

    for options in (
        MergeOptions(policy="update", prefer="ours", trust_ids=True),
        MergeOptions(iou=0.6, quorum=3, groups=("a,b?",), ignored_attributes=("x",)),
    ):
        assert msgspec.convert(options.parameters(), MergeOptions) == options


def test_names_of_inputs_are_told_apart():
    """By a number, and without the slash at the end."""
    assert unique_names(["a/", "a", "b", "a"]) == ["a", "a (2)", "b", "a (3)"]
