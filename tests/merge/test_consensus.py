"""The n-way merge by vote: small cases worked by hand, laws, and bad input."""

import json
import math
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from datum.dataset.dataset import Dataset
from datum.errors import UnknownNameError, UsageError
from datum.merge.policies import MergeOptions, merge_snapshots
from datum.model import (
    AttributeSpec,
    Box,
    Caption,
    Categories,
    Cuboid3D,
    Item,
    Label,
    LabelCategory,
    Mask,
    Media,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
)
from datum.model.pairing import content_text
from datum.testing.counting import CountingWriter, dataset_in_memory
from datum.testing.strategies import datasets

ANIMALS = ["cat", "dog", "cow"]


def box(x=0.0, label=0, **fields):
    """A box of 10 by 10 at x."""
    return Box(x=float(x), y=0.0, w=10.0, h=10.0, label=label, **fields)


def sides(*items, labels=ANIMALS):
    """A dataset for each annotator, of one item with these annotations; None has no item."""
    writer = CountingWriter()
    known = [labels] * len(items) if isinstance(labels[0], str) else labels
    return [
        dataset_in_memory(
            [] if notes is None else [Item(id="i", subset="s", annotations=tuple(notes))],
            names,
            writer=writer,
        )
        for notes, names in zip(items, known, strict=True)
    ]


def merge(datasets, **options):
    """The merged dataset and the report."""
    writer = datasets[0].store
    inputs = [(f"p{n}", one) for n, one in enumerate(datasets, start=1)]
    made = merge_snapshots(writer, inputs, MergeOptions(**options))
    return Dataset(writer, made.snapshot), made.report


def voted(*items, labels=ANIMALS, **options):
    """The annotations of the one item, and the errors."""
    dataset, report = merge(sides(*items, labels=labels), **options)
    return list(next(iter(dataset)).annotations), json.loads(report.to_bytes())["errors"]


def test_shapes_cluster_by_place_and_their_labels_vote():
    """Two say cat and one says dog of one object: one box, a cat, the middle one of the three."""
    notes, errors = voted([box(0)], [box(1)], [box(2, label=1)])
    assert [(one.x, one.label) for one in notes] == [(1.0, 0)]
    assert errors == []
    # the middle box overlaps each other one by 9 of 11, and 2 of 3 said what it is
    assert notes[0].score == pytest.approx(2 / 3 * 9 / 11)


def test_a_tie_of_labels_goes_to_whom_is_surer():
    """One cat and one dog: the dog's annotator gives the greater score."""
    notes, _ = voted([box(score=0.4)], [box(label=1, score=0.9)])
    assert [one.label for one in notes] == [1]
    assert notes[0].score == pytest.approx(0.45)


def test_the_quorum_is_of_objects_labels_and_attributes():
    """Three of three saw it, two of three agree on the label: with quorum 3 the box has none."""
    notes, errors = voted(
        [box(attributes={"old": True, "n": 1})],
        [box(attributes={"old": True, "n": 2})],
        [box(label=1, attributes={"old": True})],
        quorum=3,
    )
    assert [(one.label, one.attributes) for one in notes] == [(None, {"old": True})]
    assert errors == [
        {
            "error": "failed_label_vote",
            "item": "s/i",
            "sources": ["p1", "p2", "p3"],
            "kind": "box",
            "annotation": 1,
            "votes": {"cat": 2, "dog": 1},
        },
        {
            "error": "failed_attribute_vote",
            "item": "s/i",
            "sources": ["p1", "p2", "p3"],
            "annotation": 1,
            "name": "n",
            "votes": {"1": 1, "2": 1},
        },
    ]


def test_an_object_that_few_saw_is_left_out_and_reported():
    """One of three has a second box: without a quorum it stays, with one it goes."""
    items = ([box(), box(50)], [box()], [box()])
    notes, errors = voted(*items)
    assert [one.x for one in notes] == [0.0, 50.0]
    assert notes[1].score == pytest.approx(1 / 3)
    missing = {
        "error": "missing_annotation",
        "item": "s/i",
        "sources": ["p2", "p3"],
        "kind": "box",
        "label": "cat",
        "annotation": 2,
        "votes": 1,
    }
    assert errors == [missing]
    notes, errors = voted(*items, quorum=2)
    assert [one.x for one in notes] == [0.0]
    assert errors == [missing | {"annotation": None}]


def test_an_object_has_one_annotation_of_each_annotator_at_most():
    """Two boxes of one annotator near one of another are two objects, and too close."""
    notes, errors = voted([box(0), box(1)], [box(0)])
    assert [one.x for one in notes] == [0.0, 1.0]
    close = [one for one in errors if one["error"] == "too_close"]
    assert [(one["annotations"], round(one["iou"], 3)) for one in close] == [([1, 2], 0.818)]
    assert close[0]["labels"] == ["cat", "cat"]
    _, errors = voted([box(0), box(1)], [box(0)], close_iou=0.9)
    assert [one["error"] for one in errors] == ["missing_annotation"]


def test_every_two_of_an_object_overlap_enough():
    """A chain of boxes is not one object: the first and the last overlap by 2 of 18 only."""
    notes, _ = voted([box(0)], [box(4)], [box(8)], iou=0.4)
    assert [one.x for one in notes] == [0.0, 8.0]


def test_iou_is_where_clusters_end():
    """Boxes that overlap by one third are one object up to that, and two above."""
    for iou, count in ((1 / 3, 1), (0.34, 2)):
        assert len(voted([box(0)], [box(5)], iou=iou)[0]) == count


SQUARE = (0.0, 0.0, 10.0, 0.0, 10.0, 10.0, 0.0, 10.0)
MASK = Mask(height=10, width=10, counts=b"0T3", label=0)
HOLE = (4.0, 4.0, 6.0, 4.0, 6.0, 6.0, 4.0, 6.0)
SAME = {
    "a box and one that is turned": (
        box(),
        RotatedBox(cx=5.0, cy=5.0, w=10.0, h=10.0, angle=90.0),
    ),
    "a box and a polygon": (box(), Polygon(points=SQUARE)),
    "a polygon and a mask": (Polygon(points=SQUARE), MASK),
    "a polygon with a hole": (Polygon(points=SQUARE, holes=(HOLE,)), Polygon(points=SQUARE)),
    "keypoints": (
        Points(points=(1.0, 1.0, 90.0, 90.0)),
        Points(points=(2.0, 1.0, 90.0, 91.0)),
    ),
    "lines": (
        Polyline(points=(0.0, 0.0, 50.0, 0.0)),
        Polyline(points=(0.0, 1.0, 50.0, 1.0)),
    ),
    "captions": (Caption(text="a big red car"), Caption(text="A red car")),
    "boxes in space": (
        Cuboid3D(position=(0, 0, 0), rotation=(0, 0, 0), scale=(4, 2, 2)),
        Cuboid3D(position=(0.5, 0, 0), rotation=(0, 0, 0), scale=(4, 2, 2)),
    ),
    "no keypoints": (Points(points=()), Points(points=())),
    "what is no number": (Polygon(points=(math.nan,) * 6), Polygon(points=(math.nan,) * 6)),
}


@pytest.mark.parametrize("case", SAME)
def test_every_pair_of_kinds_can_be_one_object(case):
    """What lies on one another is one object, whatever it was drawn with, on either side."""
    first, other = SAME[case]
    for pair in ((first, other), (other, first)):
        notes, _ = voted([pair[0]], [pair[1]], iou=0.6)
        assert len(notes) == 1


def test_of_a_mixture_the_same_kind_goes_first():
    """A box and a polygon by each of two annotators are two objects, not mixed ones."""
    both = [box(), Polygon(points=SQUARE, label=0)]
    notes, errors = voted(both, both[::-1])
    assert [one.kind for one in notes] == ["box", "polygon"]
    assert errors == []


def test_labels_of_the_item_vote_one_by_one():
    """Of cat, cat and dog, quorum 2 leaves the cat, with the share that said it as its score."""
    notes, errors = voted([Label(label=0)], [Label(label=0)], [Label(label=1)], quorum=2)
    assert [(one.label, one.score) for one in notes] == [(0, pytest.approx(2 / 3))]
    assert [(one["error"], one.get("votes")) for one in errors] == [
        ("failed_label_vote", {"dog": 1}),
        ("missing_annotation", 2),
    ]


def test_labels_are_united_by_name():
    """Two lists in another order mean the same; a label that one alone has is added."""
    notes, errors = voted(
        [box(label=0)], [box(label=1)], [box(50, label=0)], labels=[["a", "b"], ["b", "a"], ["c"]]
    )
    assert [one.label for one in notes] == [0, 2]
    assert [one["error"] for one in errors] == ["missing_annotation", "missing_annotation"]


def test_an_item_that_some_lack_is_kept_and_reported():
    """It is no annotation's fault that an annotator did not get the item."""
    notes, errors = voted([box()], None, [box()])
    assert len(notes) == 1
    assert errors == [{"error": "missing_item", "item": "s/i", "sources": ["p2"]}]


def test_groups_are_those_that_any_annotator_made():
    """p1 grouped two boxes, p2 the second with a third: all three are one group."""
    first = [box(0, group=7), box(50, group=7), box(90)]
    other = [box(0), box(50, group=1), box(90, group=1)]
    notes, _ = voted(first, other)
    assert [one.group for one in notes] == [7, 7, 7]


PERSON = ["person", "hand", "head", "foot"]


@pytest.mark.parametrize(
    ("labels", "missing", "unexpected"),
    [
        ("person head", None, None),
        ("person head hand foot", None, None),
        ("person", ["head"], []),
        ("person head car", [], ["car"]),
        ("car", None, None),
    ],
)
def test_groups_have_what_they_should_have(labels, missing, unexpected):
    """?: a label may be missing; others must not, and none may be there that is not named."""
    names = [*PERSON, "car"]
    notes = [box(50 * n, names.index(name), group=1) for n, name in enumerate(labels.split())]
    _, errors = voted(notes, notes, labels=names, groups=("person,hand?,head,foot?",))
    if missing is None:
        assert errors == []
        return
    assert [(one["error"], one["missing"], one["unexpected"]) for one in errors] == [
        ("wrong_group", missing, unexpected)
    ]


def test_an_annotation_in_no_group_is_a_group_of_its_own():
    """A hand alone lacks the person and the head."""
    _, errors = voted([box(label=1)], [box(label=1)], labels=PERSON, groups=("person,hand?,head",))
    assert [(one["group"], one["missing"]) for one in errors] == [(0, ["person", "head"])]


def test_a_group_of_an_unknown_label_is_refused():
    """The nearest name is suggested."""
    with pytest.raises(UnknownNameError, match="cta"):
        voted([box()], [box()], groups=("cta,dog",))
    with pytest.raises(UsageError, match="no list of labels"):
        voted([box()], [box()], groups=("cat,,dog",))


def test_what_scores_too_low_is_left_out_and_reported():
    """One of two saw it: 0.5 is below 0.6."""
    notes, errors = voted([box(), box(50)], [box()], output_conf=0.6)
    assert [one.x for one in notes] == [0.0]
    assert [(one["error"], one.get("score")) for one in errors] == [("low_confidence", 0.5)]


def test_an_ignored_attribute_stays_as_the_chosen_annotation_has_it():
    """No vote is held on it, so none can fail."""
    notes, errors = voted(
        [box(attributes={"track": 1})],
        [box(attributes={"track": 2})],
        quorum=2,
        ignored_attributes=("track",),
    )
    assert notes[0].attributes["track"] in (1, 2)
    assert errors == []


def test_attributes_of_the_item_vote():
    """Two of three say night; what only one says fails a quorum of 2."""
    writer = CountingWriter()
    made = [
        dataset_in_memory([Item(id="i", subset="s", attributes=one)], ANIMALS, writer=writer)
        for one in ({"time": "night", "w": 1}, {"time": "night"}, {"time": "day"})
    ]
    dataset, report = merge(made, quorum=2)
    assert next(iter(dataset)).attributes == {"time": "night"}
    assert [one["votes"] for one in json.loads(report.to_bytes())["errors"]] == [{"1": 1}]


def test_values_of_attributes_are_one_only_where_they_are_equal():
    """1, 1.0 and true are three values."""
    notes, errors = voted(*([box(attributes={"a": value})] for value in (1, 1.0, True)), quorum=2)
    assert notes[0].attributes == {}
    assert errors[0]["votes"] == {"1": 1, "1.0": 1, "true": 1}


def test_sizes_of_one_image_that_differ_are_reported():
    """The first stands, and the report says both."""
    writer = CountingWriter()
    made = [
        dataset_in_memory(
            [Item(id="i", subset="s", media=(Media(path="i.jpg", width=w, height=8),))],
            ANIMALS,
            writer=writer,
        )
        for w in (10, 12)
    ]
    for policy in ("intersect", "union"):
        dataset, report = merge(made, policy=policy)
        assert next(iter(dataset)).media[0].width == 10
        assert json.loads(report.to_bytes())["errors"] == [
            {
                "error": "conflicting_field",
                "item": "s/i",
                "sources": ["p2"],
                "what": "media",
                "first": "i.jpg 10×8",
                "other": "i.jpg 12×8",
            }
        ]


def test_categories_that_conflict_are_reported():
    """Another parent, and an attribute that is declared otherwise; the first stands."""

    def known(parent, kind):
        spec = AttributeSpec(name="age", input_type=kind)
        return Categories(labels=(LabelCategory(name="cat", parent=parent, attributes=(spec,)),))

    made = sides([box()], [box()], labels=[known("animal", "number"), known("pet", "text")])
    dataset, report = merge(made)
    assert dataset.categories == known("animal", "number")
    found = json.loads(report.to_bytes())["errors"]
    assert {one["error"] for one in found} == {"conflicting_categories"}
    assert [(one["what"], one["sources"]) for one in found] == [
        ("attribute age of label cat", ["p2"]),
        ("parent of label cat", ["p2"]),
    ]


def test_annotations_without_a_label_vote_as_such():
    """Two say nothing and one says cat: nothing wins."""
    notes, errors = voted([box(label=None)], [box(label=None)], [box()], quorum=2)
    assert [one.label for one in notes] == [None]
    assert errors == []


def test_boxes_of_negative_size_and_no_size_do_no_harm():
    """Equal ones are one object; they overlap nothing else."""
    odd = [
        Box(x=5.0, y=5.0, w=-3.0, h=2.0, label=0),
        Box(x=5.0, y=5.0, w=0.0, h=0.0, label=0),
        Box(x=math.inf, y=0.0, w=1.0, h=1.0, label=0),
    ]
    notes, errors = voted(odd, odd, odd, quorum=3)
    assert [replace(one, id=None) for one in notes] == odd
    assert errors == []


def test_empty_datasets():
    """Nothing of nothing, and everything of one."""
    dataset, report = merge(sides(None, None))
    assert (len(dataset), report.to_json()["agreement"]) == (0, {"objects": None, "labels": None})
    notes, errors = voted([box()], None, [])
    assert len(notes) == 1
    assert [one["error"] for one in errors] == ["missing_item", "missing_annotation"]


@pytest.mark.parametrize(
    "options",
    [
        *({"quorum": 3}, {"quorum": -1}, {"iou": 0.0}, {"iou": 1.1}, {"iou": math.nan}),
        *({"close_iou": 0.0}, {"output_conf": 2.0}),
    ],
)
def test_options_out_of_range_are_refused(options):
    """A quorum above the number of inputs could never be reached."""
    with pytest.raises(UsageError):
        voted([box()], [box()], **options)


def test_one_input_is_refused():
    """There is nothing to merge it with."""
    with pytest.raises(UsageError, match="two"):
        merge(sides([box()]))


def test_agreement_is_counted_on_objects_and_on_labels():
    """Four objects: three alike, one cat that is a dog to the other: p 0.75, e 0.5, kappa 0.5."""
    first = [box(0), box(50), box(100, 1), box(150, 1)]
    other = [box(0), box(50, 1), box(100, 1), box(150, 1)]
    _, report = merge(sides([*first, Label(label=0)], [*other, Label(label=0)]))
    found = report.objects
    assert found.overall.units == 4
    assert found.overall.cohen == {"p1 & p2": pytest.approx(0.5)}
    assert list(found.labels) == ["cat", "dog"]
    assert found.labels["cat"].cohen == {"p1 & p2": pytest.approx(0.5)}
    assert report.labels.overall.observed == 1


def test_an_object_that_was_not_seen_is_a_disagreement():
    """Unless the annotator did not get the item."""
    for items, observed in ((([box()], []), 0), (([box()], None), None)):
        assert merge(sides(*items))[1].objects.overall.observed == observed


SLOW = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)


@SLOW
@given(datasets(most=3, plain=True))
def test_identical_inputs_with_quorum_1_are_the_result(reading):
    """To the id of the snapshot, when it says what a snapshot says."""
    writer = CountingWriter()
    one = dataset_in_memory(list(reading), reading.categories, writer=writer)
    for count in (2, 3):
        merged, report = merge([one] * count, quorum=1, close_iou=1.0)
        assert merged.oid == one.oid
        assert report.errors == ()


PLACES = st.sampled_from([0.0, 1.0, 2.0, 5.0, 30.0])
NOTES = st.one_of(
    st.builds(
        box,
        PLACES,
        st.none() | st.integers(0, 2),
        score=st.none() | st.sampled_from([0.5, 1.0]),
        z_order=st.integers(0, 1),
        attributes=st.dictionaries(st.just("a"), st.integers(0, 2), max_size=1),
    ),
    st.builds(Label, label=st.integers(0, 2)),
    st.builds(Caption, text=st.sampled_from(["x", "x y", "y"])),
    st.builds(lambda x: Polygon(points=(x, 0.0, x + 10, 0.0, x + 10, 9.0), label=0), PLACES),
)


def content(dataset):
    """What does not depend on the order of the inputs."""
    notes = next(iter(dataset)).annotations
    names = dataset.categories.name_of
    return sorted((names(one.label), content_text(replace(one, label=None))) for one in notes)


@SLOW
@given(st.lists(st.lists(NOTES, max_size=4), min_size=3, max_size=3), st.integers(0, 3))
def test_the_order_of_the_inputs_does_not_matter(items, quorum):
    """Annotations, what was found and agreement are the same, up to ids."""
    made = sides(*items)
    results = []
    for order in permutations(range(3)):
        inputs = [(f"p{n + 1}", made[n]) for n in order]
        options = MergeOptions(quorum=quorum, iou=0.5)
        found = merge_snapshots(made[0].store, inputs, options)
        counts = found.report.to_json()["counts"]
        alpha = found.report.objects and found.report.objects.overall.krippendorff
        results.append((content(Dataset(made[0].store, found.snapshot)), counts, alpha))
    assert all(one == results[0] for one in results)
