"""Comparison by distance: small cases worked out by hand, every kind, and bad input."""

import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from pycocotools import mask as coco

from datum.comparison.distance import Distance, DistanceOptions
from datum.model import (
    KINDS,
    Box,
    Caption,
    Categories,
    Cuboid2D,
    Cuboid3D,
    Ellipse,
    InMemory,
    Item,
    Label,
    Mask,
    Media,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
)
from datum.testing.counting import CountingWriter, dataset_in_memory
from datum.testing.strategies import annotations

CAT, DOG = 0, 1
NAMES = ("cat", "dog")
MEDIA = (Media(path="a.jpg", width=100, height=80),)


def box(x, y, w, h, label=CAT, **more):
    """A box."""
    return Box(x=x, y=y, w=w, h=h, label=label, **more)


def item(*notes, name="a", **more):
    """An item whose annotations have ids from 1."""
    numbered = tuple(replace(note, id=n) for n, note in enumerate(notes, start=1))
    return Item(id=name, subset="s", media=MEDIA, annotations=numbered, **more)


def compare(truth, found, names=(NAMES, NAMES), **options):
    """The matches of all items, and the report."""
    writer = CountingWriter()
    sides = [
        dataset_in_memory(items, labels, writer=writer)
        for items, labels in zip((truth, found), names, strict=True)
    ]
    distance = Distance(*sides, DistanceOptions(**options), everything=True)
    matches = [one for of in distance for one in of.matches]
    return matches, distance.report()


def counts(report):
    """(family, label) to (truth, found, matched)."""
    return {(one.family, one.label): (one.truth, one.found, one.matched) for one in report.labels}


def test_a_hand_worked_image():
    """One cat right, one cat called a dog, one dog missed, one cat that is not there."""
    truth = [item(box(0, 0, 10, 10), box(20, 0, 10, 10), box(40, 0, 10, 10, DOG))]
    found = [
        item(
            box(0, 0, 10, 8, score=0.9),  # IoU .8
            box(20, 0, 10, 10, DOG, score=0.8),
            box(70, 0, 10, 10, score=0.7),
        )
    ]
    matches, report = compare(truth, found)
    assert sorted((one.error, round(one.overlap, 3)) for one in matches) == [
        ("", 0.8),
        ("extra", 0.0),
        ("mislabelled", 1.0),
        ("missed", 0.0),
    ]
    assert counts(report) == {("shape", "cat"): (2, 2, 1), ("shape", "dog"): (1, 1, 0)}
    cat = report.labels[0]
    assert (cat.precision, cat.recall, cat.f1) == (0.5, 0.5, 0.5)
    assert set(report.confusion) == {
        ("shape", "cat", "cat", 1),
        ("shape", "cat", "dog", 1),
        ("shape", "dog", None, 1),
        ("shape", None, "cat", 1),
    }
    # of two cats one is found, at precision 1, at IoU .5 to .8: recalls 0 to .5 are 51 of 101
    ap = {one.label: (one.ap50, one.ap) for one in report.precision}
    assert ap["cat"] == pytest.approx((51 / 101, 51 / 101 * 7 / 10))
    assert ap["dog"] == (0, 0)
    assert not report.equal


def test_labels_are_matched_by_name():
    """The other side has other labels, in another order."""
    truth = [item(box(0, 0, 9, 9, CAT), box(30, 0, 9, 9, DOG))]
    found = [item(box(0, 0, 9, 9, 2), box(30, 0, 9, 9, 1), box(60, 0, 9, 9, 0))]
    _, report = compare(truth, found, (NAMES, ("bird", "dog", "cat")))
    assert counts(report) == {
        ("shape", "cat"): (1, 1, 1),
        ("shape", "dog"): (1, 1, 1),
        ("shape", "bird"): (0, 1, 0),
    }
    (bird,) = [one for one in report.labels if one.label == "bird"]
    assert (bird.precision, bird.recall) == (0, None)


def test_annotations_without_a_label_or_of_an_unknown_one_have_their_own_rows():
    """None is ``(no label)``, an index beyond the list is ``#n``."""
    notes = [box(0, 0, 9, 9, None), box(30, 0, 9, 9, 7)]
    _, report = compare([item(*notes)], [item(notes[1])])
    assert counts(report) == {("shape", "(no label)"): (1, 0, 0), ("shape", "#7"): (1, 1, 1)}


def test_a_right_label_is_taken_before_a_better_place():
    """The dog is found by the dog, though the cat lies nearer."""
    truth = [item(box(0, 0, 10, 10, DOG))]
    found = [item(box(0, 0, 10, 10, CAT, score=0.9), box(0, 0, 10, 6, DOG, score=0.1))]
    matches, _ = compare(truth, found)
    assert [(one.error, one.overlap) for one in matches] == [("", 0.6), ("extra", 0.0)]


def test_the_threshold_is_part_of_a_match():
    """An overlap of exactly the threshold matches; the next lower one does not."""
    truth, found = [item(box(0, 0, 10, 10))], [item(box(0, 0, 10, 5))]
    assert compare(truth, found, iou=0.5)[1].labels[0].matched == 1
    assert compare(truth, found, iou=0.51)[1].labels[0].matched == 0


def test_what_is_below_the_confidence_is_counted_and_left_out():
    """But not of average precision, which needs all scores; nothing said is sure."""
    truth = [item(box(0, 0, 10, 10), box(30, 0, 10, 10))]
    found = [item(box(0, 0, 10, 10, score=0.3), box(30, 0, 10, 10))]
    _, report = compare(truth, found, confidence=0.5)
    assert counts(report) == {("shape", "cat"): (2, 1, 1)}
    assert report.below_confidence == 1
    assert round(report.precision[0].ap, 9) == 1


def test_items_of_one_side_alone_are_missed_or_extra():
    """Each is counted, and so are its objects."""
    note = box(0, 0, 9, 9)
    truth = [item(note, name="a"), item(note, name="b")]
    found = [item(note, name="b"), item(note, note, name="c")]
    _, report = compare(truth, found)
    assert report.items == {"both": 1, "truth": 1, "found": 1}
    assert counts(report) == {("shape", "cat"): (2, 3, 1)}


def test_a_box_finds_a_polygon_by_its_bounds():
    """A detector is measured on a segmented truth; masks are then not measured."""
    truth = [item(Polygon(points=(0, 0, 20, 0, 0, 20), label=CAT))]
    found = [item(box(0, 0, 20, 20, score=0.5))]
    _, report = compare(truth, found)
    assert counts(report) == {("shape", "cat"): (1, 1, 1)}
    assert {one.measure for one in report.precision} == {"box"}


def test_a_polygon_finds_a_mask_by_its_pixels():
    """Both are the same ten by ten pixels."""
    encoded = coco.frPyObjects([[10, 10, 20, 10, 20, 20, 10, 20]], 80, 100)[0]
    truth = [item(Mask(height=80, width=100, counts=encoded["counts"], label=CAT))]
    found = [item(Polygon(points=(10, 10, 20, 10, 20, 20, 10, 20), label=CAT))]
    matches, report = compare(truth, found)
    assert matches[0].overlap == 1
    assert {one.measure: round(one.ap, 9) for one in report.precision} == {"box": 1, "segment": 1}


def test_a_hole_is_not_covered():
    """A ring and the disc that fills it have nothing in common."""
    outer, inner = (0, 0, 40, 0, 40, 40, 0, 40), (10, 10, 30, 10, 30, 30, 10, 30)
    truth = [item(Polygon(points=outer, holes=(inner,), label=CAT))]
    found = [item(Polygon(points=inner, label=CAT))]
    matches, _ = compare(truth, found, iou=0.01)
    assert [one.error for one in matches] == ["missed", "extra"]


def test_parts_of_one_group_are_one_object():
    """Box, two polygons and keypoints of one object are one shape and one set of keypoints."""
    common = {"label": CAT, "group": 3}
    notes = (
        box(0, 0, 30, 10, group=3),
        Polygon(points=(0, 0, 9, 0, 9, 9), **common),
        Polygon(points=(20, 0, 29, 0, 29, 9), **common),
        Points(points=(1, 1, 2, 2), **common),
    )
    _, report = compare([item(*notes)], [item(*notes)])
    assert counts(report) == {("shape", "cat"): (1, 1, 1), ("keypoints", "cat"): (1, 1, 1)}


ONE_OF_EACH = {
    "label": Label(label=CAT),
    "box": box(1, 1, 9, 9),
    "rotated_box": RotatedBox(cx=20, cy=20, w=20, h=8, angle=30, label=CAT),
    "polygon": Polygon(points=(0, 0, 20, 0, 0, 20), label=CAT),
    "polyline": Polyline(points=(0, 0, 20, 0, 30, 10), label=CAT),
    "points": Points(points=(1, 1, 5, 5), label=CAT),
    "skeleton": Skeleton(points=(1, 1, 5, 5), visibility=(2, 1), label=CAT),
    "mask": Mask(height=2, width=2, counts=b"13", label=CAT),
    "ellipse": Ellipse(cx=20, cy=20, rx=10, ry=5, angle=20, label=CAT),
    "cuboid_2d": Cuboid2D(points=(0, 0, 9, 0, 9, 9, 0, 9, 3, 3, 12, 3, 12, 12, 3, 12), label=CAT),
    "cuboid_3d": Cuboid3D(position=(0, 0, 0), rotation=(0, 0, 1), scale=(4, 2, 2), label=CAT),
    "caption": Caption(text="a cat on a mat", label=CAT),
}
NEAR = {
    "box": box(2, 1, 9, 9),
    "rotated_box": RotatedBox(cx=21, cy=20, w=20, h=8, angle=35, label=CAT),
    "polygon": Polygon(points=(0, 0, 18, 0, 0, 20), label=CAT),
    "polyline": Polyline(points=(30, 11, 20, 1, 0, 1), label=CAT),
    "points": Points(points=(1, 1.5, 5, 5), label=CAT),
    "skeleton": Skeleton(points=(1, 1.5, 5, 5), visibility=(2, 1), label=CAT),
    "ellipse": Ellipse(cx=21, cy=20, rx=10, ry=5, angle=20, label=CAT),
    "cuboid_3d": Cuboid3D(position=(0.2, 0, 0), rotation=(0, 0, 1), scale=(4, 2, 2), label=CAT),
    "caption": Caption(text="A cat on the mat", label=CAT),
}


def test_every_kind_is_tried():
    """The table above forgets none."""
    assert ONE_OF_EACH.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_matches_itself(kind: str):
    """Whatever it is, the whole report is right, on two stores too."""
    note = ONE_OF_EACH[kind]
    matches, report = compare([item(note)], [item(note)])
    assert [(one.error, one.overlap) for one in matches] == [("", 1.0)]
    assert report.equal
    assert all(round(one.ap, 9) == 1 for one in report.precision)
    # an attribute more, so that the shortcut for equal annotations is not taken
    again, _ = compare([item(note)], [item(replace(note, attributes={"a": 1}))])
    assert [(one.error, one.overlap) for one in again] == [("", 1.0)]


@pytest.mark.parametrize("kind", NEAR)
def test_every_kind_matches_one_that_is_near(kind: str):
    """Not entirely, but far enough."""
    matches, report = compare([item(ONE_OF_EACH[kind])], [item(NEAR[kind])])
    assert [one.error for one in matches] == [""]
    assert 0.5 <= matches[0].overlap < 1
    assert report.equal


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_mislabelled(kind: str):
    """The same place with another label."""
    note = ONE_OF_EACH[kind]
    matches, _ = compare([item(note)], [item(replace(note, label=DOG))])
    assert [one.error for one in matches] == ["mislabelled"]


BROKEN = [
    box(math.nan, 0, 9, 9),
    box(0, 0, math.inf, 9),
    box(5, 5, 0, 0),
    box(5, 5, -3, 4),
    Polygon(points=(), label=CAT),
    Polygon(points=(1, 1), label=CAT),
    Polygon(points=(0, 0, math.nan, 0, 0, 20), label=CAT),
    Polygon(points=(0, 0, 1e300, 0, 0, 1e300), label=CAT),
    Polygon(points=(0, 0, 9, 0, 9, 9), holes=((), (1, 1, 2)), label=CAT),
    Mask(height=5, width=5, counts=b"garbage~~", label=CAT),
    Mask(height=0, width=0, counts=b"", label=CAT),
    Mask(height=80, width=100, counts=b"1", label=CAT),
    Polyline(points=(), label=CAT),
    Points(points=(), label=CAT),
    Points(points=(1, 1), visibility=(0,), label=CAT),
    Cuboid2D(points=(1, 1), label=CAT),
    Cuboid3D(position=(0, 0, 0), rotation=(0, 0, 0), scale=(0, 0, 0), label=CAT),
    Caption(text="", label=CAT),
    Ellipse(cx=0, cy=0, rx=0, ry=math.nan, label=CAT),
    RotatedBox(cx=0, cy=0, w=math.inf, h=1, angle=0, label=CAT),
]


@pytest.mark.parametrize("number", range(len(BROKEN)))
def test_broken_shapes_are_compared_without_a_fault(number: int):
    """With themselves, with each other, and with what is whole; every object is counted once."""
    note, others = BROKEN[number], [*BROKEN, *ONE_OF_EACH.values()]
    matches, report = compare([item(note, *others)], [item(*others)])
    assert sum(one.truth for one in report.labels) == len(others) + 1
    assert sum(one.found for one in report.labels) == len(others)
    assert all(0 <= one.overlap <= 1 for one in matches)


def test_nothing_compares_with_nothing():
    """No items, no labels; items without annotations."""
    assert compare([], [], ((), ()))[1].labels == ()
    _, report = compare([item()], [item(name="b")])
    assert report.items == {"both": 0, "truth": 1, "found": 1}
    assert report.precision == ()


def test_items_of_one_image_are_one_item_if_asked():
    """Other ids, other subsets; of two equal images each is taken once."""

    def shot(name, data, *notes):
        media = (Media(path=name, width=100, height=80, content=InMemory(data)),)
        return replace(item(*notes, name=name), media=media)

    truth = [shot("a", b"1", box(0, 0, 9, 9)), shot("b", b"1"), shot("c", b"2")]
    found = [replace(shot("z", b"1", box(0, 0, 9, 9)), subset="t"), shot("y", b"3")]
    assert compare(truth, found)[1].items == {"both": 0, "truth": 3, "found": 2}
    _, report = compare(truth, found, by_image=True)
    assert report.items == {"both": 1, "truth": 2, "found": 1}


def test_equal_annotations_are_read_once_and_counted():
    """Of an item whose annotations have one id on both sides only these are read, and only once."""
    notes = [[box(n, 0, 9, 9), Polygon(points=(0, 0, 20, 0, 0, 20), label=DOG)] for n in range(5)]
    writer = CountingWriter()
    items = [item(*notes[n], name=str(n)) for n in range(5)]
    truth = dataset_in_memory(items, NAMES, writer=writer)
    found = dataset_in_memory([*items[:4], item(notes[4][0], name="4")], NAMES, writer=writer)
    rows = [row for side in (truth, found) for _, row in side.rows()]
    writer.reset()
    distance = Distance(truth, found)
    assert [one.item.id for one in distance] == ["4"]
    assert counts(distance.report()) == {("shape", "cat"): (5, 5, 5), ("shape", "dog"): (5, 4, 4)}
    read = Counter(writer.reads)
    assert {read[row.annotations] for row in rows} == {1}
    assert sum(read[oid] for oid in {row.item for row in rows}) == 2  # the item that differs


KNOWN = Categories.of(NAMES)
SHAPES = st.lists(
    st.sampled_from(["box", "polygon", "mask", "label", "polyline"]).flatmap(
        lambda kind: annotations(KNOWN, kind=kind)
    ),
    max_size=4,
)


@settings(max_examples=40)
@given(SHAPES)
def test_a_dataset_finds_itself(notes):
    """Whatever it holds, nothing is missed, extra or mislabelled."""
    matches, report = compare([item(*notes)], [item(*notes)])
    assert report.equal
    assert all(not one.error for one in matches)


@settings(max_examples=40)
@given(SHAPES, SHAPES)
def test_sides_can_be_exchanged(first, second):
    """Where nobody is surer than another, as many match the other way round."""
    plain = [[replace(note, score=None) for note in notes] for notes in (first, second)]
    _, one = compare([item(*plain[0])], [item(*plain[1])])
    _, other = compare([item(*plain[1])], [item(*plain[0])])
    assert {(r.family, r.label): (r.truth, r.found, r.matched) for r in one.labels} == {
        (r.family, r.label): (r.found, r.truth, r.matched) for r in other.labels
    }


def scored(notes, number):
    """The same with scores, groups and crowds, so that objects are made in every way."""
    return tuple(
        replace(
            note,
            group=(n + number) % 3,
            score=(None, 0.2, 0.9)[(n * number) % 3],
            attributes={"is_crowd": True} if (n + number) % 7 == 0 else {},
        )
        for n, note in enumerate(notes)
    )


@settings(max_examples=60)
@given(st.lists(SHAPES, max_size=4), st.integers(0, 20), st.sampled_from([0.0, 0.5]))
def test_what_is_counted_by_arrays_is_what_comparing_it_says(several, number, confidence):
    """Items that are the same on both sides, beside one that is not: the same report either way."""
    items = [item(*scored(notes, number), name=str(n)) for n, notes in enumerate(several)]
    sides = [
        dataset_in_memory([*items, item(*extra, name="x")], NAMES)
        for extra in ([box(0, 0, 9, 9)], [box(0, 0, 9, 9), box(2, 0, 9, 9, DOG)])
    ]
    options = DistanceOptions(confidence=confidence)
    one, other = (Distance(*sides, options, everything=every).run() for every in (False, True))
    assert one == other
