import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from datum.model import KINDS, Box, Caption, Categories, Label, Polygon, pairing
from datum.model.pairing import fill_ids, give_ids, pair_annotations, unused_ids
from datum.testing.strategies import annotations

KNOWN = Categories.of(["a", "b"])
POSSIBLE = sorted(set(KINDS) - {"skeleton"})
ANY = st.sampled_from(POSSIBLE).flatmap(lambda kind: annotations(KNOWN, kind=kind, plain=True))
SOME = st.lists(ANY, max_size=5)
IDS = st.none() | st.integers(-2, 4)


def box(x=0.0, y=0.0, **fields):
    return Box(x=x, y=y, w=10.0, h=10.0, **fields)


def ids(annotations):
    return [one.id for one in annotations]


@settings(max_examples=60)
@given(
    st.lists(st.builds(lambda one, number: replace(one, id=number), ANY, IDS), max_size=6),
    SOME,
    st.booleans(),
)
def test_every_annotation_gets_an_id_of_its_own(new, old, trust):
    """Ids differ, the first of each explicit one stays, nothing else changes."""
    previous = give_ids(old)
    given_ids = give_ids(new, previous, trust_ids=trust)
    assert len(set(ids(given_ids))) == len(new)
    assert [replace(one, id=None) for one in given_ids] == [replace(one, id=None) for one in new]
    if trust:
        first = {}
        for n, one in enumerate(new):
            first.setdefault(one.id, n)
        assert all(given_ids[n].id == number for number, n in first.items() if number is not None)


@settings(max_examples=60)
@given(SOME, st.randoms())
def test_ids_follow_content_in_any_order(old, shuffler):
    """Annotations without ids, shuffled, get back the ids they had."""
    previous = list(give_ids(old))
    shuffled = list(previous)
    shuffler.shuffle(shuffled)
    again = give_ids([replace(one, id=None) for one in shuffled], previous)
    assert sorted(ids(again)) == sorted(ids(previous))
    by_id = {one.id: one for one in previous}
    assert all(by_id[one.id] == one for one in again)


@settings(max_examples=40)
@given(SOME, SOME)
def test_pairs_use_each_annotation_once(old, new):
    """Every annotation of both sides is in one pair; pairs are of one kind."""
    previous, later = give_ids(old), give_ids(new)
    pairs = pair_annotations(previous, later, trust_ids=False)
    assert [b for _, b in pairs if b is not None] == list(later)
    assert sorted(a.id for a, _ in pairs if a is not None) == sorted(ids(previous))
    assert all(type(a) is type(b) for a, b in pairs if a is not None and b is not None)


def test_a_moved_box_keeps_its_id():
    """Overlap decides where the content differs."""
    previous = (box(0.0, id=7), box(100.0, id=8))
    assert ids(give_ids([box(101.0), box(2.0)], previous)) == [8, 7]


def test_swapped_boxes_follow_their_places():
    """Two boxes in another order are not moved ones."""
    previous = (box(0.0, id=1, label=0), box(5.0, id=2, label=0))
    assert ids(give_ids([box(5.0, label=0), box(0.0, label=0)], previous)) == [2, 1]


def test_one_label_goes_before_more_overlap():
    """Of two boxes that overlap, the one with the same label is the earlier self."""
    previous = (box(0.0, id=1, label=0), box(1.0, id=2, label=1))
    assert ids(give_ids([box(0.5, label=1)], previous)) == [2]


def test_a_box_far_away_is_another():
    """Without overlap it is gone, and its id is not used again."""
    assert ids(give_ids([box(50.0)], [box(0.0, id=3)])) == [4]


def test_a_removed_id_is_not_used_again():
    """A new annotation gets an id that no annotation of either side has."""
    previous = (box(0.0, id=1), box(100.0, id=9))
    assert ids(give_ids([box(0.0), Caption(text="new")], previous)) == [1, 10]


def test_two_of_one_id():
    """The first of the source keeps it; the other is new, with an earlier state and without."""
    twice = [box(0.0, id=1), box(0.0, id=1)]
    assert ids(give_ids(twice)) == [1, 2]
    assert ids(give_ids(twice, [box(0.0, id=1)])) == [1, 2]
    assert len(pair_annotations([box(0.0, id=1)], twice)) == 2


def test_equal_content_pairs_in_order():
    """Of equal annotations the first is the first."""
    previous = tuple(box(0.0, id=n) for n in (5, 3, 4))
    assert ids(give_ids([box(0.0), box(0.0)], previous)) == [5, 3]
    assert [a.id for a, b in pair_annotations(previous, [box(0.0)]) if b is None] == [3, 4]


def test_attributes_in_another_order_are_equal_content():
    """The order of keys says nothing, at any depth."""
    old = Caption(id=4, text="x", attributes={"a": 1, "b": [{"c": 1, "d": 2}]})
    other = Caption(id=5, text="x")
    new = Caption(text="x", attributes={"b": [{"d": 2, "c": 1}], "a": 1})
    assert ids(give_ids([Caption(text="x"), new], [old, other])) == [5, 4]


def test_labels_and_captions_pair_by_label_then_order():
    """They have no place: a label that stays is itself, what is left is the next."""
    previous = (Label(id=1, label=0), Label(id=2, label=1), Caption(id=3, text="old"))
    new = [Label(label=1, z_order=1), Label(label=2), Caption(text="new")]
    assert ids(give_ids(new, previous)) == [2, 1, 3]


def test_an_id_means_one_kind():
    """A polygon in place of a box is not the box, and keeps the id that it says."""
    polygon = Polygon(id=1, points=(0.0, 0.0, 10.0, 0.0, 10.0, 10.0, 0.0, 10.0))
    assert pair_annotations([box(id=1)], [polygon]) == [(None, polygon), (box(id=1), None)]
    assert ids(give_ids([polygon, box()], [box(id=1)])) == [1, 2]


def test_untrusted_ids_are_replaced():
    """Ids that mean something else are not kept; those of the earlier state are."""
    assert ids(give_ids([box(id=50), box(200.0, id=51)], [box(id=3)], trust_ids=False)) == [3, 4]


def test_ids_near_the_limit_find_a_free_one():
    """After the greatest id come those that are left."""
    top = 2**63 - 1
    assert ids(give_ids([box(id=top), box(20.0), box(40.0, id=1)])) == [top, 2, 1]
    assert next(unused_ids([])) == 1
    assert next(unused_ids([-5])) == 1


def test_equal_annotations_are_not_compared_with_each_other(monkeypatch):
    """A thousand equal annotations pair by content: no overlap is computed."""
    monkeypatch.setattr(pairing, "box_iou", None)
    monkeypatch.setattr(pairing, "_exactly", None)
    previous = give_ids([box()] * 1000)
    assert ids(give_ids([box()] * 1000, previous)) == list(range(1, 1001))


def test_many_overlapping_outlines_pair_by_what_they_cover():
    """Among outlines that all overlap, each finds the one that it nearly is."""
    previous = [Polygon(id=n, points=(0.0, 0.0, 9.0, 0.0, 9.0, 9.0 + n)) for n in range(1, 21)]
    moved = [replace(one, id=None, points=(*one.points, 0.0, 1.0)) for one in previous]
    assert ids(give_ids(moved, previous)) == ids(previous)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_places_that_are_none(value):
    """NaN and infinite coordinates overlap nothing, and raise nothing."""
    assert ids(give_ids([box(value), box()], [box(value, id=1, z_order=1), box(id=2)])) == [3, 2]


def test_missing_and_repeated_ids_are_filled_with_new_ones():
    """Ids that are there stay; new ones follow the greatest and are none that is avoided."""
    assert fill_ids([7, None, 7, 2, None]) == [7, 8, 9, 2, 10]
    assert fill_ids([None, None], avoided=[1, 5]) == [6, 7]
    assert fill_ids([3, 1]) == [3, 1]
