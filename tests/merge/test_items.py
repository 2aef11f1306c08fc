import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from datum.merge.items import merge_item
from datum.model import Blob, Box, Caption, Item, Label, Media, Polygon
from datum.model.pairing import content_text

BOX = Box(id=1, label=0, x=0.0, y=0.0, w=10.0, h=10.0)
FAR = Box(id=2, label=0, x=500.0, y=0.0, w=10.0, h=10.0)
POLYGON = Polygon(id=1, label=0, points=(0.0, 0.0, 9.0, 0.0, 9.0, 9.0))


def item(*annotations, **fields):
    return Item(id="i", subset="s", annotations=annotations, **fields)


def merged(base, ours, theirs, prefer="ours"):
    """The annotations of a merge, and the lines of its conflicts."""
    result, conflicts = merge_item(item(*base), item(*ours), item(*theirs), prefer)
    return result.annotations, [one.what for one in conflicts]


PLACES = st.integers(0, 3).map(lambda n: 300.0 * n)
NOTES = st.builds(
    Box,
    id=st.integers(1, 5),
    label=st.none() | st.integers(0, 2),
    group=st.integers(0, 2),
    x=PLACES,
    y=PLACES,
    w=st.just(10.0),
    h=st.sampled_from([10.0, 11.0]),
    attributes=st.dictionaries(
        st.sampled_from("ab"), st.sampled_from([0, 1, True, 1.0]), max_size=1
    ),
) | st.builds(
    Caption,
    id=st.integers(1, 5),
    text=st.sampled_from(["x", "y"]),
    score=st.none() | st.floats(0, 1),
)
ITEMS = st.builds(
    item,
    attributes=st.dictionaries(st.sampled_from("ab"), st.sampled_from([0, 1, True]), max_size=2),
).flatmap(
    lambda one: st.lists(NOTES, max_size=4, unique_by=lambda note: note.id).map(
        lambda notes: replace(one, annotations=tuple(notes))
    )
)
MAYBE = st.none() | ITEMS
SLOW = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def content(result):
    """What does not depend on the side: annotations as a bag, without ids and numbers of groups."""
    if result is None:
        return None
    groups = {}
    for note in result.annotations:
        groups.setdefault(note.group, []).append(content_text(replace(note, group=0)))
    bags = sorted((group == 0, sorted(texts)) for group, texts in groups.items())
    return bags, sorted(map(repr, result.attributes.items())), result.media


@SLOW
@given(MAYBE, MAYBE)
def test_merging_with_itself_or_its_base(base, one):
    """merge(a, a) is a, and a side that did not change takes what the other did."""
    for prefer in ("ours", "theirs"):
        assert merge_item(base, one, one, prefer) == (one, [])
        assert merge_item(base, base, one, prefer) == (one, [])
        assert merge_item(base, one, base, prefer) == (one, [])


@SLOW
@given(MAYBE, MAYBE, MAYBE)
def test_sides_may_be_swapped(base, ours, theirs):
    """merge(a, b) is merge(b, a) where there is no conflict, and conflicts are the same in number."""
    one, conflicts = merge_item(base, ours, theirs)
    other, others = merge_item(base, theirs, ours)
    assert bool(conflicts) == bool(others)
    if not conflicts:
        assert content(one) == content(other)


@SLOW
@given(MAYBE, MAYBE, MAYBE, st.sampled_from(["ours", "theirs"]))
def test_ids_stay_unique(base, ours, theirs, prefer):
    """No two annotations of the result have one id."""
    result, _ = merge_item(base, ours, theirs, prefer)
    if result is not None:
        numbers = [one.id for one in result.annotations]
        assert len(set(numbers)) == len(numbers)


def told(conflicts):
    """All that conflicts show, as text."""
    return [repr(side) for one in conflicts for side in (one.ours, one.theirs)]


@SLOW
@given(ITEMS, ITEMS, ITEMS, st.sampled_from(["ours", "theirs"]))
def test_what_was_added_is_kept(base, ours, theirs, prefer):
    """An annotation under an id and kind that base has not, of content it has not, stays."""
    result, _ = merge_item(base, ours, theirs, prefer)
    known = {content_text(replace(one, group=0)) for one in base.annotations}
    kinds = {type(one) for one in base.annotations}
    found = {content_text(replace(one, group=0)) for one in result.annotations}
    for side in (ours, theirs):
        for one in side.annotations:
            text = content_text(replace(one, group=0))
            if type(one) not in kinds and text not in known:
                assert text in found


FIELDS = {
    "label": (1, 2),
    "group": (3, 4),
    "z_order": (1, 2),
    "score": (0.25, 0.5),
    "attributes": ({"k": 1}, {"k": 2}),
    "x": (1.0, 2.0),
}


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_that_both_changed(field):
    """Differently: a conflict, and the preferred side stands. Alike: once. One: that one."""
    mine, yours = (replace(BOX, **{field: value}) for value in FIELDS[field])
    for prefer, expected in (("ours", mine), ("theirs", yours)):
        result, conflicts = merged([BOX], [mine], [yours], prefer)
        assert result == (expected,)
        assert len(conflicts) == 1
        assert conflicts[0].startswith("box #1")
    assert merged([BOX], [mine], [mine]) == ((mine,), [])
    assert merged([BOX], [mine, FAR], [BOX]) == ((mine, FAR), [])
    assert merged([BOX], [BOX, FAR], [yours]) == ((yours, FAR), [])


def test_fields_of_both_sides_are_joined():
    """One moved it, the other labelled it: both stand."""
    result, conflicts = merged([BOX], [replace(BOX, x=2.0)], [replace(BOX, label=1)])
    assert result == (replace(BOX, x=2.0, label=1),)
    assert conflicts == []


@pytest.mark.parametrize("prefer", ["ours", "theirs"])
def test_removed_here_changed_there(prefer):
    """A conflict either way round; the preferred side decides, also for the removal."""
    changed = replace(BOX, x=2.0)
    kept = (FAR, changed) if prefer == "theirs" else (FAR,)
    assert merged([BOX, FAR], [FAR], [changed, FAR], prefer) == (kept, ["box #1"])
    kept = (changed, FAR) if prefer == "ours" else (FAR,)
    assert merged([BOX, FAR], [changed, FAR], [FAR], prefer) == (kept, ["box #1"])
    assert merged([BOX, FAR], [replace(FAR, z_order=1)], [BOX, FAR]) == (
        (replace(FAR, z_order=1),),
        [],
    )
    whole, conflicts = merge_item(item(BOX), None, item(changed), prefer)
    assert whole == (None if prefer == "ours" else item(changed))
    assert [one.what for one in conflicts] == ["item"]


def test_a_type_is_a_change():
    """An attribute that became True was changed, though 1 == True."""
    base, theirs = item(attributes={"a": 1}), item(attributes={"a": True})
    ours = item(attributes={"a": 1, "b": 0})
    result, conflicts = merge_item(base, ours, theirs)
    assert repr(result.attributes) == "{'a': True, 'b': 0}"
    assert conflicts == []


def test_nan_is_no_conflict():
    """A number that is NaN on all sides did not change."""
    base = replace(BOX, score=math.nan)
    result, conflicts = merged(
        [base], [replace(base, score=-math.nan, x=1.0)], [replace(base, label=2)]
    )
    assert conflicts == []
    assert (result[0].x, result[0].label) == (1.0, 2)


def test_equal_additions_are_kept_once_and_others_get_an_id():
    """What both added is one; what differs stays beside it under a free id."""
    same_here = replace(FAR, id=7)
    other = Caption(id=2, text="x")
    result, conflicts = merged([BOX], [BOX, FAR], [BOX, same_here, other])
    assert result == (BOX, FAR, replace(other, id=8))
    assert conflicts == []


def test_a_duplicate_that_one_side_added_stays():
    """A second annotation of equal content is no twin of the one that was there."""
    twice = replace(BOX, id=2)
    result, _ = merged([BOX], [BOX, Label(id=5, label=0)], [BOX, twice])
    assert [one.id for one in result] == [1, 5, 2]


def test_another_kind_under_the_same_id():
    """A box that ours made a polygon and theirs moved: both are there, under two ids."""
    moved = replace(BOX, x=2.0)
    result, conflicts = merged([BOX], [POLYGON], [moved], "theirs")
    assert result == (POLYGON, replace(moved, id=2))
    assert conflicts == ["box #1"]
    assert merged([BOX], [POLYGON], [moved])[0] == (POLYGON,)
    assert merged([BOX], [POLYGON], [POLYGON]) == ((POLYGON,), [])


def test_groups_of_two_sides_do_not_collide():
    """A group that both made is two groups, unless they share an annotation."""
    ours = [replace(BOX, id=1, group=1), replace(FAR, id=2, group=1)]
    theirs = [Caption(id=1, text="a", group=1), Caption(id=2, text="b", group=1)]
    result, _ = merged([], ours, theirs)
    assert [one.group for one in result] == [1, 1, 2, 2]
    result, _ = merged([], ours, [*ours, Caption(id=3, text="a", group=1)])
    assert [one.group for one in result] == [1, 1, 1]


def test_a_group_that_an_old_annotation_joined():
    """Members of theirs' new group stay together, old and new ones."""
    result, conflicts = merged(
        [BOX, FAR],
        [BOX, replace(FAR, group=1), Caption(id=3, text="ours", group=1)],
        [replace(BOX, group=1), FAR, Caption(id=4, text="theirs", group=1)],
    )
    assert conflicts == []
    groups = {one.id: one.group for one in result}
    assert groups[2] == groups[3] != groups[1] == groups[4]


def media(path="a.jpg", oid=None, **fields):
    content = None if oid is None else Blob(oid, 1, "")
    return Media(path=path, content=content, **fields)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        ([], [media()], [media(oid=b"1", width=3)], [media(oid=b"1", width=3)]),
        ([], [], [media()], [media()]),
        ([], [media("b/a.jpg")], [media("a.jpg")], [media("a.jpg")]),
        ([media()], [media("b.jpg")], [media(width=4)], [media("b.jpg", width=4)]),
        ([media()], [media(oid=b"1")], [media("b.jpg")], [media("b.jpg", oid=b"1")]),
        (
            [media(oid=b"1")],
            [media(oid=b"2")],
            [media(oid=b"1", frame=3)],
            [media(oid=b"2", frame=3)],
        ),
    ],
)
def test_media_without_a_conflict(base, ours, theirs, expected):
    """What one side leaves open is filled in, what one side changed stands, either way round."""
    for a, b in ((ours, theirs), (theirs, ours)):
        sides = [item(media=tuple(side)) for side in (base, a, b)]
        sides[1] = replace(sides[1], attributes={"n": 1})
        result, conflicts = merge_item(*sides)
        assert list(result.media) == expected
        assert conflicts == []


@pytest.mark.parametrize("prefer", ["ours", "theirs"])
@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        ([], [media(oid=b"1")], [media(oid=b"2")]),
        ([media()], [media("b.jpg")], [media("c.jpg")]),
        ([], [media(width=3)], [media(width=4)]),
        ([], [media(role="depth")], [media()]),
        ([media()], [media(), media("b.jpg")], [media("c.jpg")]),
    ],
)
def test_media_in_conflict(base, ours, theirs, prefer):
    """Two pictures of one item cannot both be it: the preferred side stands as a whole."""
    sides = [item(media=tuple(side)) for side in (base, ours, theirs)]
    result, conflicts = merge_item(*sides, prefer)
    assert list(result.media) == (ours if prefer == "ours" else theirs)
    assert [one.what for one in conflicts] == ["media"]
    assert "\n" not in conflicts[0].line()
