from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from datum.errors import UsageError
from datum.model import Item
from datum.testing.datasets import ListDataset
from datum.testing.transforms import run_transform
from datum.transforms.random_split import RANDOM_SPLIT


def items(count, subset="default"):
    return [Item(id=f"{n:04d}", subset=subset) for n in range(count)]


def dealt(dataset, *subset, **options):
    """The new subset of every key."""
    values = {**options, **({"subset": subset} if subset else {})}
    made = run_transform(RANDOM_SPLIT, dataset, **values).items
    found = {item.key: new for item, new in zip(ListDataset(dataset), made, strict=True)}
    assert all(replace(new, subset=key[0]).key == key for key, new in found.items())
    return {key: new.subset for key, new in found.items()}


@settings(max_examples=50)
@given(st.integers(0, 60), st.integers(0, 100), st.integers(0, 2**64 - 1))
def test_every_item_is_dealt_once(count, share, seed):
    """Every item is in one of the subsets, whose sizes are the rounded shares."""
    found = dealt(items(count), f"a:{share / 100}", f"b:{1 - share / 100}", seed=seed)
    sizes = Counter(found.values())
    assert len(found) == count
    assert sizes["a"] == round(share / 100 * count)
    assert set(sizes) <= {"a", "b"}


def test_the_usual_shares():
    """Two thirds and one third, where nothing is said."""
    assert Counter(dealt(items(100)).values()) == {"train": 67, "test": 33}


def test_the_seed_decides():
    """One seed deals alike every time, in any order of items, another one otherwise."""
    some = items(100)
    assert dealt(some, seed=1) == dealt(some[::-1], seed=1)
    assert dealt(some, seed=1) != dealt(some, seed=2)
    assert dealt(some) == dealt(some, seed=0)


def test_the_draw_is_frozen():
    """What a seed deals is the same in every release."""
    found = dealt(items(10), "a:.5", "b:.5", seed=7)
    chosen = sorted(int(key[1]) for key, subset in found.items() if subset == "a")
    assert chosen == [0, 1, 2, 3, 6]


@settings(max_examples=30)
@given(st.integers(1, 40), st.text("abc", min_size=1, max_size=3))
def test_a_new_item_moves_others_at_boundaries_alone(count, name):
    """Adding an item moves at most one other for each boundary between subsets."""
    before = dealt(items(count), "a:.5", "b:.3", "c:.2")
    after = dealt([*items(count), Item(id=name)], "a:.5", "b:.3", "c:.2")
    assert sum(before[key] != after[key] for key in before) <= 2


def test_one_id_in_two_subsets_is_two_items():
    """The draw depends on the whole key."""
    found = dealt([*items(50, "x"), *items(50, "y")], "a:.5", "b:.5")
    halves = [[found[subset, f"{n:04d}"] for n in range(50)] for subset in "xy"]
    assert halves[0] != halves[1]


@pytest.mark.parametrize(
    "subset",
    [
        ("a:.5",),
        ("a:.5", "b:.6"),
        ("a:.5", "a:.5"),
        ("a",),
        (":1",),
        ("a:x",),
        ("a:nan",),
        ("a:-1", "b:2"),
        ("a:inf",),
        ("a:",),
        (),
    ],
)
def test_shares_that_are_none(subset):
    """Shares that do not sum to 1, lie outside 0 to 1, are no numbers, and names that repeat."""
    with pytest.raises(UsageError):
        run_transform(RANDOM_SPLIT, items(3), subset=subset)


def test_rounding_of_shares_is_forgiven():
    """Thirds need not sum to 1 to the last digit; a name may hold a colon; a share may be 0."""
    found = dealt(items(9), "a:.3333333", "b:c:.3333333", "d:.3333334", "e:0")
    assert Counter(found.values()) == {"a": 3, "b:c": 3, "d": 3}


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_seeds_of_64_bits(seed):
    """A seed that the draw cannot tell from another is refused."""
    with pytest.raises(UsageError, match="seed"):
        dealt(items(3), seed=seed)
