import json

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

from datum.dataset.dataset import Dataset
from datum.dataset.keys import item_key, key_of
from datum.dataset.media import store_media
from datum.dataset.write import edit_snapshot
from datum.diff.compare import changed_rows, compare_categories, compare_datasets, stat
from datum.diff.dataset_diff import DatasetDiff
from datum.errors import UsageError
from datum.model import (
    AttributeSpec,
    Box,
    Caption,
    Categories,
    InMemory,
    Item,
    Label,
    LabelCategory,
    Media,
    Points,
    SkeletonSpec,
)
from datum.model.equality import same
from datum.objects.ids import hasher
from datum.objects.memory import MemoryStore
from datum.testing.counting import CountingWriter, dataset_in_memory
from datum.testing.strategies import datasets

BOX = Box(id=1, label=0, x=10.0, y=10.0, w=20.0, h=20.0)


def item(*annotations, name="i", **fields):
    return Item(id=name, subset="s", annotations=annotations, **fields)


def pair(old, new, labels=("a", "b"), new_labels=None):
    """Two datasets of one item each, in one store."""
    writer = CountingWriter()
    return (
        dataset_in_memory([old], labels, writer=writer),
        dataset_in_memory([new], new_labels or labels, writer=writer),
    )


def fields(old, new, **options):
    """The fields that differ between two states of an item, as (name, old, new)."""
    changes = list(compare_datasets(*pair(old, new, **options)))
    found = [one for change in changes for one in change.fields]
    found += [one for change in changes for note in change.annotations for one in note.fields]
    return [(one.name, one.old, one.new) for one in found]


def test_equal_datasets_read_nothing():
    """Equality is that of two ids: no object is read for any answer."""
    writer = CountingWriter()
    a, b = (dataset_in_memory([item(BOX)], "a", writer=writer) for _ in range(2))
    writer.reset()
    diff = DatasetDiff.of(Dataset(writer, a.oid), Dataset(writer, b.oid))
    assert diff.equal
    assert not diff
    assert list(diff) == list(diff.lines()) == []
    assert diff.stat() == {"items": {}, "annotations": []}
    assert diff.to_json()["items"] == []
    assert not diff.categories()
    assert writer.reads == []


def test_the_cost_follows_the_change():
    """Three edits among 5 000 items read some nodes and the objects that differ."""
    writer = CountingWriter()
    items = [item(replace(BOX, x=float(n)), name=f"{n:05d}") for n in range(5000)]
    old = dataset_in_memory(items, "a", writer=writer)
    edits = {
        key_of(items[100]): item(BOX, name="00100"),
        key_of(items[4000]): None,
        item_key("s", "new"): item(BOX, name="new"),
    }
    oid = edit_snapshot(writer, old, edits, media=store_media)
    old, new = Dataset(writer, old.oid), Dataset(writer, oid)
    writer.reset()
    changes = [(one.id, one.status) for one in compare_datasets(old, new)]
    assert changes == [("00100", "changed"), ("04000", "removed"), ("new", "added")]
    assert len(writer.reads) <= 60


def test_a_moved_box():
    """It is changed, not removed and added: how far, and how much it overlaps."""
    old, new = pair(item(BOX), item(replace(BOX, x=14.0)))
    (change,) = compare_datasets(old, new)
    (note,) = change.annotations
    assert (change.status, note.status, note.label) == ("changed", "changed", "a")
    assert [(one.name, one.old, one.new) for one in note.fields] == [("x", 10.0, 14.0)]
    assert note.moved == 4
    assert note.iou == pytest.approx(16 / 24)


def test_what_is_no_geometry_does_not_move():
    """Score, attributes, visibility and text change without a place."""
    keypoints = Points(id=1, points=(1.0, 1.0), visibility=(2,))
    for old, new in (
        (BOX, replace(BOX, score=0.5)),
        (BOX, replace(BOX, attributes={"x": 1})),
        (keypoints, replace(keypoints, visibility=(1,))),
        (Caption(id=1, text="a"), Caption(id=1, text="b")),
    ):
        (change,) = compare_datasets(*pair(item(old), item(new)))
        assert change.annotations[0].moved is change.annotations[0].iou is None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 2}, [("a", 1, 2)]),
        ({"a": 1}, {"a": 1.0}, [("a", 1, 1.0)]),
        ({"a": [1]}, {"a": [True]}, [("a", [1], [True])]),
        ({"a": None}, {}, [("a", None, None)]),
        ({}, {"a": 1}, [("a", None, 1)]),
        ({"n": float("nan"), "b": 1}, {"n": float("nan")}, [("b", 1, None)]),
    ],
)
def test_attributes(old, new, expected):
    """Of items and of annotations: other types differ, NaN is NaN, None is not absent."""
    assert fields(item(attributes=old), item(attributes=new)) == expected
    expected = [(f"attributes.{name}", a, b) for name, a, b in expected]
    found = fields(item(replace(BOX, attributes=old)), item(replace(BOX, attributes=new)))
    assert found == expected


def test_nan_in_geometry_is_no_change():
    """A box that has no place in both states is told by its other fields alone."""
    broken = replace(BOX, x=float("nan"))
    assert fields(item(broken), item(replace(broken, z_order=1))) == [("z_order", 0, 1)]


def media(path="a.jpg", **values):
    return Media(path=path, **values)


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ([media()], [media("b.jpg")], ["image path"]),
        ([media()], [media(width=3, height=4)], ["image width", "image height"]),
        ([media()], [media(role="depth")], ["image role"]),
        ([media()], [media(content=InMemory(b"x"))], ["image bytes"]),
        ([media(content=InMemory(b"y"))], [media(content=InMemory(b"x"))], ["image bytes"]),
        ([media()], [], ["media image"]),
        ([media()], [media(), media("b.jpg")], ["media image"]),
        ([media(), media("b.jpg")], [media("b.jpg"), media()], ["order of media"]),
        ([media(), media("b.jpg")], [media(), media("b.jpg", frame=2)], ["image frame"]),
    ],
)
def test_media(old, new, names):
    """Every field of media, their number and their order."""
    found = fields(item(media=tuple(old)), item(media=tuple(new)))
    assert [name for name, _, _ in found] == names


def test_the_order_of_annotations():
    """Annotations in another order are another dataset, and the diff says so."""
    other = replace(BOX, id=2, x=50.0)
    assert fields(item(BOX, other), item(other, BOX)) == [("order of annotations", [1, 2], [2, 1])]
    assert fields(item(BOX, other), item(other)) == []


def test_another_id_is_told():
    """The same annotation under another id is a change of the id."""
    assert fields(item(BOX), item(replace(BOX, id=9))) == [("id", 1, 9)]


def test_a_renamed_label_leaves_annotations_unchanged():
    """A rename shows in the categories alone, also where an item changes otherwise."""
    old, new = pair(
        item(BOX), item(replace(BOX, z_order=1)), labels=("a", "b"), new_labels=("x", "b")
    )
    assert compare_categories(old.categories, new.categories).renamed == (("a", "x"),)
    (change,) = compare_datasets(old, new)
    assert [one.name for one in change.annotations[0].fields] == ["z_order"]
    assert list(compare_datasets(*pair(item(BOX), item(BOX), "ab", "xb"))) == []


def test_a_new_order_of_labels_leaves_annotations_unchanged():
    """Annotations follow their label to its new index."""
    old, new = pair(
        item(BOX), item(replace(BOX, label=1)), labels=("a", "b"), new_labels=("b", "a")
    )
    assert compare_categories(old.categories, new.categories).reordered
    assert list(compare_datasets(old, new)) == []


@pytest.mark.parametrize(("labels", "new_labels"), [("ab", "ba"), ("ab", "b")])
def test_equal_indices_of_other_labels_are_a_change(labels, new_labels):
    """Where labels moved below annotations that did not, every annotation has another label."""
    found = fields(item(BOX), item(BOX), labels=labels, new_labels=new_labels)
    assert found == [("label", "a", "b")]


def test_foreign_datasets_compare_by_name():
    """With other ids and another order of labels, equal annotations are equal."""
    old, new = pair(
        item(BOX, Label(id=2, label=1)),
        item(Label(id=1, label=2), replace(BOX, id=7, label=1)),
        labels=("a", "b"),
        new_labels=("c", "a", "b"),
    )
    assert list(compare_datasets(old, new, trust_ids=False)) == []
    changed = replace(new[("s", "i")].annotations[1], label=0)
    _, other = pair(item(), item(changed), new_labels=("c", "a", "b"))
    (change,) = compare_datasets(
        Dataset(other.store, dataset_in_memory([item(BOX)], "ab", writer=other.store).oid),
        other,
        trust_ids=False,
    )
    (note,) = change.annotations
    assert [(one.name, one.old, one.new) for one in note.fields] == [("label", "a", "c")]


def test_a_renamed_label_is_another_one_to_a_foreign_dataset():
    """Nobody renamed it: the two say different things."""
    old, new = pair(item(BOX), item(BOX), labels="a", new_labels="x")
    (change,) = compare_datasets(old, new, trust_ids=False)
    assert change.annotations[0].fields[0].name == "label"


def test_categories():
    """Labels added, removed, renamed, moved, declared otherwise."""
    old = Categories(
        labels=(*Categories.of("abc").labels, LabelCategory(name="d")),
        skeletons=(SkeletonSpec(label=3, joints=("p",)),),
    )
    new = Categories(
        labels=(
            LabelCategory(name="x", color=(1, 2, 3)),
            LabelCategory(name="c", parent="p"),
            LabelCategory(name="b"),
            LabelCategory(name="d"),
            LabelCategory(name="e"),
        ),
        attributes=(AttributeSpec(name="k"),),
    )
    change = compare_categories(old, new)
    assert change.added == ("e",)
    assert change.removed == ()
    assert change.renamed == (("a", "x"),)
    assert change.reordered
    assert change.changed == ("c", "d", "x", "(all labels)")
    assert compare_categories(old, Categories.of("abd")).removed == ("c",)
    assert not compare_categories(old, old)


def applied(writer, old, new):
    """*old* with the changes of the diff to *new* made, item by item."""
    changes = {}
    for change in compare_datasets(old, new):
        key = item_key(change.subset, change.id)
        before, after = old.get(change.subset, change.id), new.get(change.subset, change.id)
        changes[key] = None if after is None else after
        if before is None or after is None:
            continue
        gone = {one.old.id for one in change.annotations if one.old is not None}
        kept = [one for one in before.annotations if one.id not in gone]
        made = [one.new for one in change.annotations if one.new is not None]
        by_id = {one.id: one for one in [*kept, *made]}
        order = [one.id for one in after.annotations]
        assert sorted(by_id) == sorted(order)
        changes[key] = replace(after, annotations=tuple(by_id[number] for number in order))
    return edit_snapshot(
        writer, old, changes, media=store_media, categories=new.categories, infos=new.infos
    )


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(datasets(plain=True, media=False, most=2), datasets(plain=True, media=False, most=2))
def test_a_diff_that_is_applied_gives_the_other(one, other):
    """What the diff says is all that differs: the old one with it is the new one."""
    writer = CountingWriter()
    known = one.categories
    if any(
        a.label is not None and a.label >= len(known.labels) for i in other for a in i.annotations
    ):
        known = other.categories
    old = dataset_in_memory(one, known, writer=writer)
    new = dataset_in_memory(other, known, writer=writer)
    assert applied(writer, old, new) == new.oid
    changed = {key for key, _, _ in changed_rows(old, new)}
    assert changed == {item_key(one.subset, one.id) for one in compare_datasets(old, new)}


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(datasets(media=False, most=2), datasets(media=False, most=2))
def test_any_two_datasets(one, other):
    """A diff of any two is JSON, its lines are single, its counts are those of its changes."""
    writer = CountingWriter()
    old = dataset_in_memory(storable(one), one.categories, writer=writer)
    new = dataset_in_memory(storable(other), other.categories, writer=writer)
    for trust in (True, False):
        diff = DatasetDiff.of(old, new, trust_ids=trust)
        assert diff.equal == (old.oid == new.oid)
        json.dumps(diff.to_json(), allow_nan=False)
        assert all(line.splitlines() == [line] for line in diff.lines())
        items, notes = stat(iter(diff))
        assert sum(items.values()) == len(list(diff))
        assert sum(notes.values()) == sum(len(one.annotations) for one in diff)
        assert "<table>" in diff._repr_html_()


def storable(dataset):
    """The items whose names a store can hold."""
    for one in dataset:
        try:
            key_of(one)
        except UsageError:
            continue
        if len(one.id) < 1000:
            yield one


def test_two_stores_are_read_together():
    """Datasets of two stores compare; of stores that make ids otherwise they do not."""
    old = dataset_in_memory([item(BOX)], "a")
    new = dataset_in_memory([item(replace(BOX, w=1.0))], "a")
    (change,) = DatasetDiff.of(old, new)
    assert same(change.annotations[0].old, BOX)
    other = MemoryStore(hasher("sha256")).writer()
    with pytest.raises(UsageError, match="xxh3-128 and sha256"):
        DatasetDiff.of(old, dataset_in_memory([], writer=other))
