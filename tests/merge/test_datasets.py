import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from datum.dataset.dataset import Dataset
from datum.dataset.keys import key_of
from datum.dataset.media import store_media
from datum.dataset.write import build_snapshot, edit_snapshot
from datum.merge.datasets import merge_datasets
from datum.merge.labels import merge_categories, relabel, unite_categories
from datum.model import (
    AttributeSpec,
    Box,
    Categories,
    Item,
    Label,
    LabelCategory,
    Reading,
    SkeletonSpec,
)
from datum.testing.counting import CountingWriter, dataset_in_memory


def item(name, *labels, **fields):
    """An item with a Label for each of *labels*, ids from 1."""
    notes = tuple(Label(id=n, label=label) for n, label in enumerate(labels, start=1))
    return Item(id=name, subset="s", annotations=notes, **fields)


def merge(base, ours, theirs, prefer="ours"):
    """The merge of three (items, labels), as a dataset, and its conflicts."""
    writer = CountingWriter()
    sides = [
        dataset_in_memory(items, labels, writer=writer) for items, labels in (base, ours, theirs)
    ]
    merged = merge_datasets(writer, *sides, prefer)
    return Dataset(writer, merged.snapshot), [one.what for one in merged.conflicts]


def said(dataset):
    """The names of the labels of every item."""
    names = dataset.categories.name_of
    return {one.id: [names(note.label) for note in one.annotations] for one in dataset}


EDITS = {
    "nothing": lambda names: names,
    "added": lambda names: [*names, "new"],
    "renamed": lambda names: ["renamed" if name == "b" else name for name in names],
    "reversed": lambda names: names[::-1],
    "first": lambda names: ["top", *names],
    "removed": lambda names: [name for name in names if name != "unused"],
    "removed and renamed": lambda names: [
        "renamed" if name == "b" else name for name in names if name != "unused"
    ],
}


@pytest.mark.parametrize("of_ours", EDITS)
@pytest.mark.parametrize("of_theirs", EDITS)
def test_labels_keep_their_names_in_every_combination(of_ours, of_theirs):
    """However the two lists changed, every annotation has the label that was meant."""
    names = ["a", "unused", "b", "c"]

    def side(edit, *more):
        """Items said in names of base, under the list after the edit."""
        known = EDITS[edit](names)
        own = {"b": "renamed"} if "renamed" in known else {}
        index = {name: known.index(own.get(name, name)) for name in "abc"}
        rows = {"both": "abc", "changed": "ab", **dict(more)}
        return [item(name, *(index[one] for one in row)) for name, row in rows.items()], known

    base = side("nothing")
    ours = side(of_ours, ("ours", "cb"))
    theirs = side(of_theirs, ("theirs", "bc"), ("changed", "abc"))
    result, conflicts = merge(base, ours, theirs)
    # whether b and its new name are one label is not asked here
    found = {
        name: ["b" if one == "renamed" else one for one in row]
        for name, row in said(result).items()
    }
    assert found == {"both": [*"abc"], "changed": [*"abc"], "ours": [*"cb"], "theirs": [*"bc"]}
    if {"renamed"} == {of_ours, of_theirs} - {"nothing"}:
        assert "b" not in result.categories.names()
    assert conflicts == []
    names = result.categories.names()
    assert len(set(names)) == len(names)


def test_a_label_that_ours_removed_comes_back_where_it_is_needed():
    """An annotation that theirs added keeps its label, and the label what is said of it."""
    skeleton = SkeletonSpec(label=1, joints=("p",))
    full = replace(Categories.of("abc"), skeletons=(skeleton,))
    result, conflicts = merge(
        ([item("i", 0)], full),
        ([item("i", 0, 1)], "ac"),
        ([item("i", 0), item("j", 1, 2)], full),
    )
    assert said(result) == {"i": ["a", "c"], "j": ["b", "c"]}
    assert result.categories.names() == ("a", "c", "b")
    assert result.categories.skeletons == (replace(skeleton, label=2),)
    assert conflicts == []


def test_a_label_that_ours_removed_stays_away_where_nothing_needs_it():
    """Annotations of a removed label do not come back with what else theirs changed."""
    result, _ = merge(
        ([item("i", 0, 1)], "ab"),
        ([item("i", 0)], "a"),
        ([item("i", 0, 1, attributes={"n": 1})], "ab"),
    )
    assert said(result) == {"i": ["a"]}
    assert result.categories.names() == ("a",)
    assert result[("s", "i")].attributes == {"n": 1}


def test_a_last_label_that_theirs_removed_goes():
    """A commit that added a label can be taken back, unless ours used the label since."""
    base = ([item("i", 0), item("j", 1)], "ab")
    theirs = ([item("i", 0)], "a")
    result, _ = merge(base, ([*base[0], item("k", 0)], "ab"), theirs)
    assert (said(result), result.categories.names()) == ({"i": ["a"], "k": ["a"]}, ("a",))
    result, _ = merge(base, ([*base[0], item("k", 1)], "ab"), theirs)
    assert (said(result), result.categories.names()) == ({"i": ["a"], "k": ["b"]}, ("a", "b"))


def test_joined_labels_reach_items_whose_bytes_are_equal():
    """Where theirs joined two labels, ours' other changes keep the new one."""
    result, _ = merge(
        ([item("i", 0), item("j", 1)], "ab"),
        ([item("i", 0), item("j", 1), item("k", 1)], "ab"),
        ([item("i", 0), item("j", 0)], "b"),
    )
    assert said(result) == {"i": ["b"], "j": ["b"], "k": ["b"]}


@pytest.mark.parametrize("prefer", ["ours", "theirs"])
def test_two_names_for_one_label(prefer):
    """A conflict; the preferred name stands, for annotations of both sides."""
    result, conflicts = merge(
        ([item("i", 0)], "a"),
        ([item("i", 0), item("j", 0)], "x"),
        ([item("i", 0), item("k", 0)], "y"),
        prefer,
    )
    name = "x" if prefer == "ours" else "y"
    assert said(result) == {"i": [name], "j": [name], "k": [name]}
    assert conflicts == ["name of label a"]


def test_a_name_that_the_other_side_gave_to_another_label():
    """Theirs renamed a to x, ours made a label x: what was a is x, and the two are one label."""
    base = ([item("i", 0)], "a")
    added = ([item("i", 0), item("j", 1), item("n", 0)], "ax")
    renamed = ([item("i", 0), item("k", 0)], "x")
    for sides in ((added, renamed), (renamed, added)):
        result, conflicts = merge(base, *sides)
        assert said(result) == {"i": ["x"], "j": ["x"], "k": ["x"], "n": ["a"]}
        assert sorted(result.categories.names()) == ["a", "x"]
        assert conflicts == []


LABEL = LabelCategory(name="a", parent="p", color=(1, 1, 1), infos={"id": 1})
DECLARED = {
    "parent": ("q", "r"),
    "color": ((2, 2, 2), (3, 3, 3)),
    "infos": ({"id": 2}, {"id": 3}),
    "attributes": ((AttributeSpec(name="k", default="1"),), (AttributeSpec(name="l"),)),
}


@pytest.mark.parametrize("field", DECLARED)
def test_what_is_declared_of_a_label(field):
    """Each field follows the side that changed it; both differently is a conflict."""
    mine, yours = (
        Categories(labels=(replace(LABEL, **{field: value}),)) for value in DECLARED[field]
    )
    base = Categories(labels=(LABEL,))
    other = Categories(labels=(replace(LABEL, infos={"id": 1, "n": 2}),))
    for a, b in ((mine, other), (other, mine)):
        (label,), conflicts = (
            merge_categories(base, a, b)[0].labels,
            merge_categories(base, a, b)[1],
        )
        assert conflicts == []
        assert getattr(label, field) == (
            {"id": 2, "n": 2} if field == "infos" else DECLARED[field][0]
        )
    for prefer, index in (("ours", 0), ("theirs", 1)):
        merged, conflicts = merge_categories(base, mine, yours, prefer)
        if field == "attributes":
            assert [one.name for one in merged.labels[0].attributes] == ["k", "l"]
            continue
        assert getattr(merged.labels[0], field) == DECLARED[field][index]
        assert len(conflicts) == 1


def test_two_sources_fill_in_what_the_other_leaves_open():
    """Without a base, colours and infos are united; only parents that differ are a conflict."""
    ours = Categories(labels=(LabelCategory(name="a", color=(1, 1, 1)),))
    theirs = Categories(labels=(replace(LABEL, color=(2, 2, 2)), LabelCategory(name="b")))
    united = unite_categories(ours, theirs)
    assert united.labels == (replace(LABEL, color=(1, 1, 1)), LabelCategory(name="b"))
    other = Categories(labels=(replace(LABEL, parent="q"),))
    assert len(merge_categories(Categories(), theirs, other)[1]) == 1


def specs(**defaults):
    return tuple(AttributeSpec(name=name, default=value) for name, value in defaults.items())


def test_declared_attributes():
    """One that a side changed, added or removed follows that side."""
    base = Categories(attributes=specs(a="1", b="1", c="1"))
    ours = Categories(attributes=specs(a="2", b="1", d="1"))
    theirs = Categories(attributes=specs(a="1", b="3", c="1", e="1"))
    merged, conflicts = merge_categories(base, ours, theirs)
    assert merged.attributes == specs(a="2", b="3", d="1", e="1")
    assert conflicts == []
    changed = Categories(attributes=specs(a="5", b="1", c="1"))
    assert len(merge_categories(base, ours, changed)[1]) == 1


def test_skeletons():
    """Of a label, wherever it is in the list: the side that changed it."""

    def known(names, **joints):
        index = {name: n for n, name in enumerate(names)}
        return replace(
            Categories.of(names),
            skeletons=tuple(
                SkeletonSpec(label=index[name], joints=tuple(value))
                for name, value in joints.items()
            ),
        )

    base = known("ab", a="p", b="q")
    merged, conflicts = merge_categories(base, known("ab", a="pp"), known("ba", b="qr", a="p"))
    assert (merged, len(conflicts)) == (known("ab", a="pp"), 1)  # b: removed here, changed there
    merged, conflicts = merge_categories(base, base, known("ba", b="qr", a="p"))
    assert (merged, conflicts) == (known("ab", a="p", b="qr"), [])
    merged, conflicts = merge_categories(base, known("ab", b="q"), known("ab", a="p", b="q"))
    assert (merged, conflicts) == (known("ab", b="q"), [])
    merged, conflicts = merge_categories(base, base, known("a", a="p"))
    assert (merged, conflicts) == (base, [])


def infos(base, ours, theirs, prefer="ours"):
    writer = CountingWriter()
    sides = []
    for values in (base, ours, theirs):
        reading = Reading(categories=Categories(), items=(), infos=values)
        sides.append(Dataset(writer, build_snapshot(writer, reading, media=store_media)))
    merged = merge_datasets(writer, *sides, prefer)
    return Dataset(writer, merged.snapshot).infos, [one.what for one in merged.conflicts]


def test_infos():
    """Merged name by name, in maps too; what two sources say of themselves is no conflict."""
    assert infos({"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 1}) == ({"a": 2}, [])
    assert infos({}, {"f": {"x": 1}}, {"f": {"x": 2, "y": 3}}) == ({"f": {"x": 1, "y": 3}}, [])
    conflict = ["infos f x"]
    sides = ({"f": {"x": 0}}, {"f": {"x": 1}}, {"f": {"x": 2}})
    assert infos(*sides) == ({"f": {"x": 1}}, conflict)
    assert infos(*sides, "theirs") == ({"f": {"x": 2}}, conflict)


def test_relabel():
    """Labels move as the map says; one that is gone leaves none."""
    one = item("i", 0, 1, 2)
    assert relabel(one, {0: 0, 1: 1}) is one
    assert [note.label for note in relabel(one, {0: 1, 1: None}).annotations] == [1, None, 2]


NAMES = st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True)


@st.composite
def labelled(draw):
    names = draw(NAMES)
    labels = st.lists(st.sampled_from(range(len(names))), max_size=2)
    rows = draw(st.dictionaries(st.sampled_from("ijkl"), labels, max_size=3))
    return [item(name, *row) for name, row in rows.items()], names


LAWS = settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])


@LAWS
@given(labelled(), labelled(), st.sampled_from(["ours", "theirs"]))
def test_laws_of_a_merge(base, one, prefer):
    """merge(a, a) is a; a side that is base takes the other whole."""
    writer = CountingWriter()
    a, b = (dataset_in_memory(items, names, writer=writer) for items, names in (base, one))
    for sides in ((a, b, b), (a, a, b), (a, b, a)):
        assert merge_datasets(writer, *sides, prefer).snapshot == b.oid


@LAWS
@given(labelled(), labelled(), labelled())
def test_sides_may_be_swapped(base, ours, theirs):
    """Where there is no conflict, items and the names of their labels are the same either way."""
    result, conflicts = merge(base, ours, theirs)
    other, others = merge(base, theirs, ours)
    assert bool(conflicts) == bool(others)
    if not conflicts:
        assert {k: sorted(v) for k, v in said(result).items()} == {
            k: sorted(v) for k, v in said(other).items()
        }
    for dataset in (result, other):
        assert dataset.annotation_count == sum(len(one.annotations) for one in dataset)
        assert len(dataset) == len(list(dataset))
        size = len(dataset.categories.labels)
        assert all(note.label < size for one in dataset for note in one.annotations)


@LAWS
@given(labelled(), labelled(), labelled())
def test_nothing_is_lost(base, ours, theirs):
    """An item that one side alone added is there, with the labels it had, unless they were renamed."""
    result, conflicts = merge(base, ours, theirs)
    found = said(result)
    sides = [({one.id: one for one in items}, names) for items, names in (base, ours, theirs)]
    for (mine, names), (yours, _) in (sides[1:], sides[:0:-1]):
        for name in set(mine) - set(yours) - set(sides[0][0]):
            labels = [names[note.label] for note in mine[name].annotations]
            assert len(found[name]) == len(labels)
            for was, label in zip(labels, found[name], strict=True):
                assert was == label or was in base[1] or conflicts


def test_the_cost_follows_the_change():
    """Two edits each among 3 000 items: some nodes and objects are read, the rest is not."""
    writer = CountingWriter()
    items = [
        Item(id=f"{n:05d}", annotations=(Box(id=1, label=0, x=float(n), y=0.0, w=1.0, h=1.0),))
        for n in range(3000)
    ]
    base = dataset_in_memory(items, "ab", writer=writer)

    def edited(*numbers):
        changes = {}
        for n in numbers:
            box = replace(items[n].annotations[0], label=1)
            changes[key_of(items[n])] = replace(items[n], annotations=(box,))
        return edit_snapshot(writer, base, changes, media=store_media)

    sides = [Dataset(writer, oid) for oid in (base.oid, edited(10, 20), edited(20, 2500))]
    writer.reset()
    merged = merge_datasets(writer, *sides)
    assert len(writer.reads) < 80
    assert len(writer.writes) < 10
    assert merged.snapshot == edited(10, 20, 2500)
    assert merged.conflicts == ()
