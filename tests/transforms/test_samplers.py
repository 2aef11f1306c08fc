"""sampler and label_random_sampler."""

import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datum.errors import UnknownNameError, UsageError
from datum.losses import LossReport
from datum.model import Box, Categories, Item, Label
from datum.plugins import TransformContext, parse_options
from datum.testing.datasets import ListDataset
from datum.testing.transforms import run_transform
from datum.transforms.label_random_sampler import LABEL_RANDOM_SAMPLER
from datum.transforms.sampler import SAMPLER

SURE, FAIR, UNSURE = [0.98, 0.01, 0.01], [0.6, 0.3, 0.1], [0.34, 0.33, 0.33]
NAMES = Categories.of(["cat", "dog", "a:b"])


def guessed(name, *scores, subset="train"):
    return Item(
        id=name,
        subset=subset,
        annotations=tuple(Label(label=0, attributes={"scores": one}) for one in scores),
    )


def sampled(items, **options):
    """Ids of the items that are chosen."""
    made = run_transform(SAMPLER, items, NAMES, **options).items
    return "".join(sorted(item.id for item in made if item.subset == "sample"))


def plan_of(items, **options):
    context = TransformContext(
        categories=NAMES,
        options=parse_options(SAMPLER.options, options, "sampler"),
        load=lambda _: None,
        losses=LossReport(),
    )
    return SAMPLER.plan(ListDataset(items), context), context.losses


#: From the most uncertain to the surest: a, b, c, d, e.
FIVE = [
    guessed("c", [0.6, 0.4, 0]),
    guessed("a", UNSURE),
    guessed("e", SURE),
    guessed("b", FAIR),
    guessed("d", SURE, [0.9, 0.1, 0]),
]


@pytest.mark.parametrize(
    ("method", "count", "expected"),
    [
        ("topk", 2, "ab"),
        ("lowk", 2, "de"),
        ("mixk", 3, "abe"),
        ("mixk", 1, "a"),
        ("topk", 9, "abcde"),
        ("lowk", 9, "abcde"),
        ("mixk", 9, "abcde"),
        ("randk", 9, "abcde"),
        ("randtopk", 2, "ab"),
    ],
)
def test_who_is_chosen(method, count, expected):
    """The most and the least uncertain, half of each, all where there are fewer."""
    assert sampled(FIVE, method=method, count=count) == expected


@pytest.mark.parametrize("method", ["randk", "randtopk"])
def test_chosen_at_random(method):
    """The seed decides, and 0 is one; over many seeds the surest of randtopk is never chosen."""
    found = [sampled(FIVE, method=method, count=1, seed=seed) for seed in range(60)]
    assert found[0] == sampled(FIVE[::-1], method=method, count=1)
    assert set(found) == set("abcde" if method == "randk" else "abc")


@pytest.mark.parametrize(
    ("algorithm", "values"),
    [
        ("entropy", (-(0.6 * math.log(0.6) + 0.3 * math.log(0.3) + 0.1 * math.log(0.1)))),
        ("least_confidence", 0.4),
        ("leastconf", 0.4),
        ("margin", 0.7),
    ],
)
def test_measures_by_hand(algorithm, values):
    """Of .6, .3 and .1; the table has it in full."""
    plan, _ = plan_of([guessed("x", FAIR)], count=1, algorithm=algorithm, output_file="t.csv")
    header, row = plan.files["t.csv"].decode().splitlines()
    assert header == "subset,id,uncertainty"
    assert row.split(",")[:2] == ["train", "x"]
    assert float(row.split(",")[2]) == pytest.approx(values)


def test_scores_of_boxes():
    """A score of .5 is the most uncertain one; a certain one is 0."""
    items = [
        Item(id=name, annotations=(Box(label=0, x=0, y=0, w=1, h=1, score=score),))
        for name, score in (("a", 0.5), ("b", 0.9), ("c", 1.0))
    ]
    for algorithm in ("entropy", "least_confidence", "margin"):
        assert sampled(items, count=2, algorithm=algorithm) == "ab"


def test_subsets():
    """Only items of the input subset are moved."""
    items = [*FIVE, guessed("x", UNSURE, subset="val")]
    made = run_transform(
        SAMPLER, items, count=1, input_subset="train", sampled_subset="s", unsampled_subset="u"
    ).items
    assert Counter(item.subset for item in made) == {"s": 1, "u": 4, "val": 1}


def test_items_without_scores():
    """They are ranked last and counted; where there are no others, that is an error."""
    bare = [Item(id="x"), Item(id="y", annotations=(Label(label=None),))]
    plan, losses = plan_of([*FIVE, *bare], count=2, method="lowk")
    assert plan.keys(("default", "x")) == ("sample", "x")
    assert losses.rows()[0][2] == 2
    with pytest.raises(UsageError, match="no item has annotations with scores"):
        sampled(bare, count=1)
    assert not sampled([], count=1)


@pytest.mark.parametrize(
    "options",
    [
        {"count": 0},
        {"count": 1, "input_subset": "val"},
        {"count": 1, "output_file": "t.txt"},
        {"count": 1, "method": "best"},
        {"count": 1, "algorithm": "variance"},
        {},
    ],
)
def test_what_cannot_be(options):
    """Counts, subsets, files, methods and measures that are none."""
    with pytest.raises(UsageError):
        sampled(FIVE, **options)


@pytest.mark.parametrize("scores", [[2], ["x"], [math.nan], [True], "0.5", 3])
def test_scores_that_are_none(scores):
    """The message names item and annotation."""
    with pytest.raises(UsageError, match="train/x"):
        sampled([guessed("x", scores)], count=1)


def pets(text):
    """An item for each word, with a label for each letter: c, d and a."""
    return [
        Item(id=f"{n:02d}", annotations=tuple(Label(label="cda".index(one)) for one in word))
        for n, word in enumerate(text.split())
    ]


@settings(max_examples=50)
@given(st.lists(st.text("cda", max_size=3), max_size=20), st.integers(1, 5), st.integers(0, 9))
def test_every_label_has_as_many_as_were_asked_for(words, count, seed):
    """Or all that there are, in each subset; and no more items than for all labels together."""
    items = [
        Item(id=f"{n}", annotations=tuple(Label(label="cda".index(one)) for one in word))
        for n, word in enumerate(words)
    ]
    made = run_transform(LABEL_RANDOM_SAMPLER, items, NAMES, count=count, seed=seed).items
    for label in range(3):
        there = sum(any(one.label == label for one in item.annotations) for item in items)
        left = sum(any(one.label == label for one in item.annotations) for item in made)
        assert left >= min(there, count)
    assert len(made) <= 3 * count


def test_labels_that_are_not_asked_for_go():
    """With their annotations; the others keep their names and order."""
    made = run_transform(LABEL_RANDOM_SAMPLER, pets("c d a cda cda"), NAMES, label=["a:b:2"])
    assert made.categories.names() == ("a:b",)
    assert len(made.items) == 2
    assert {one.label for item in made.items for one in item.annotations} == {0}
    made = run_transform(LABEL_RANDOM_SAMPLER, pets("c d a"), NAMES, count=1, label=["dog:0"])
    assert (made.categories.names(), len(made.items)) == (("cat", "a:b"), 2)


def test_late_items_are_as_likely_as_early_ones():
    """Of ten dogs among many cats each is drawn as often; the known tool prefers early ones."""
    items = pets(" ".join(["c"] * 10 + ["d"] * 10))
    seen = Counter(
        item.id
        for seed in range(1000)
        for item in run_transform(
            LABEL_RANDOM_SAMPLER, items, NAMES, label=["dog:3"], seed=seed
        ).items
    )
    assert len(seen) == 10
    assert all(abs(number - 300) < 70 for number in seen.values())


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({}, UsageError),
        ({"count": -1}, UsageError),
        ({"label": ["dgo:1"]}, UnknownNameError),
        ({"label": ["dog"]}, UsageError),
        ({"label": ["dog:-1"]}, UsageError),
        ({"label": ["dog:1", "dog:2"]}, UsageError),
    ],
)
def test_counts_that_are_none(options, error):
    """Nothing said, numbers below 0, labels that are not there or there twice."""
    with pytest.raises(error):
        run_transform(LABEL_RANDOM_SAMPLER, pets("c"), NAMES, **options)
