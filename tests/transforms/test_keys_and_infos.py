"""map_subsets, reindex, project_infos, random_sampler: nothing but keys and infos change."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datum.errors import UnknownNameError, UsageError
from datum.losses import LossReport
from datum.model import Categories, Item
from datum.plugins import TransformContext, parse_options
from datum.testing.datasets import ListDataset
from datum.testing.transforms import run_transform
from datum.transforms.map_subsets import MAP_SUBSETS
from datum.transforms.project_infos import PROJECT_INFOS
from datum.transforms.random_sampler import RANDOM_SAMPLER
from datum.transforms.reindex import REINDEX

ITEMS = [Item(id=name, subset=subset) for subset, name in ("ax", "ay", "bz", "cw")]


def keys(transform, items=ITEMS, **options):
    return ["/".join(item.key) for item in run_transform(transform, items, **options).items]


def test_subsets_get_other_names():
    """Joined, moved to the default, exchanged; what no rule names stays."""
    assert keys(MAP_SUBSETS, subset=["a:c"]) == ["c/x", "c/y", "b/z", "c/w"]
    assert keys(MAP_SUBSETS, subset=["a:b", "b:a", "c:"]) == ["b/x", "b/y", "a/z", "default/w"]


@pytest.mark.parametrize("subset", [["a"], [":a"], ["a:b", "a:c"], []])
def test_no_rules_for_subsets(subset):
    """A rule without a colon or an old name, two of one subset, none at all."""
    with pytest.raises(UsageError):
        keys(MAP_SUBSETS, subset=subset)


def test_a_subset_that_is_not_there():
    """The names that there are help."""
    with pytest.raises(UnknownNameError, match="train"):
        keys(MAP_SUBSETS, [Item(id="a", subset="train")], subset=["trian:val"])


def test_items_are_numbered():
    """Through all subsets, from 1 or from elsewhere, with zeros before."""
    assert keys(REINDEX) == ["a/1", "a/2", "b/3", "c/4"]
    assert keys(REINDEX, start="0", digits="3") == ["a/000", "a/001", "b/002", "c/003"]
    assert keys(REINDEX, []) == []


@pytest.mark.parametrize("options", [{"start": -1}, {"digits": -1}, {"digits": 99}])
def test_no_numbers(options):
    """Numbers below 0, and more digits than make sense."""
    with pytest.raises(UsageError):
        keys(REINDEX, **options)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"infos": ["a:1", "b:x:y"]}, {"a": "1", "b": "x:y", "z": 0}),
        ({"infos": ["z:"], "overwrite": True}, {"z": ""}),
        ({"overwrite": True}, {}),
    ],
)
def test_infos(options, expected):
    """Added to what there is, or in its place; items stay."""
    assert infos_after(options) == expected


def infos_after(options):
    context = TransformContext(
        categories=Categories(),
        options=parse_options(PROJECT_INFOS.options, options, "project_infos"),
        load=lambda _: None,
        losses=LossReport(),
    )
    plan = PROJECT_INFOS.plan(ListDataset(ITEMS, infos={"a": 0, "z": 0}), context)
    assert plan.keys(("a", "x")) == ("a", "x")
    return plan.infos


@pytest.mark.parametrize("infos", [["a"], [":1"], ["a:1", "a:2"], []])
def test_no_infos(infos):
    """No colon, no key, a key twice, nothing to do."""
    with pytest.raises(UsageError):
        infos_after({"infos": infos})


@settings(max_examples=60)
@given(st.integers(0, 30), st.integers(0, 40), st.integers(0, 2**64 - 1))
def test_a_sample_has_the_size_that_was_asked_for(count, wanted, seed):
    """Or all, where there are fewer; a smaller sample is a part of a larger one."""
    items = [Item(id=f"{n:02d}") for n in range(count)]
    found = keys(RANDOM_SAMPLER, items, count=wanted, seed=seed)
    assert len(found) == min(count, wanted)
    assert found == sorted(found)
    assert set(keys(RANDOM_SAMPLER, items, count=wanted // 2, seed=seed)) <= set(found)


def test_every_item_is_as_likely_as_any_other():
    """Over 2000 seeds each of ten items is drawn in about three of ten samples of three."""
    items = [Item(id=str(n)) for n in range(10)]
    seen = Counter(
        key for seed in range(2000) for key in keys(RANDOM_SAMPLER, items, count=3, seed=seed)
    )
    assert all(abs(number - 600) < 100 for number in seen.values())


def test_a_sample_of_one_subset():
    """Other subsets stay whole; a subset that is not there is an error."""
    assert len(keys(RANDOM_SAMPLER, count=1, subset="a")) == 3
    assert keys(RANDOM_SAMPLER, count=0, subset="a") == ["b/z", "c/w"]
    with pytest.raises(UnknownNameError):
        keys(RANDOM_SAMPLER, count=1, subset="d")
    with pytest.raises(UsageError):
        keys(RANDOM_SAMPLER, count=-1)
