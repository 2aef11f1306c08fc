import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datum.analysis.counting import Counted, add_up, count_items
from datum.analysis.exact import deviation, exact_square_sums, exact_sums, mean, units_by_key
from datum.analysis.spread import Spreads, joined_spreads
from datum.analysis.tally import Tally, tallied
from datum.model.columns import columns_of
from datum.testing.samples import sample_categories
from datum.testing.strategies import items

ITEMS = st.lists(items(sample_categories(), media=False), max_size=6)
NUMBERS = st.lists(st.floats(-1e150, 1e150), max_size=20)


def counted(some):
    return count_items(some, columns_of([item.annotations for item in some]))


@settings(max_examples=30)
@given(ITEMS, st.randoms(use_true_random=False))
def test_the_counts_of_a_whole_are_the_sum_of_its_parts(some, chance):
    """However items are dealt to parts, and in whatever order the parts are added."""
    cut = chance.randint(0, len(some))
    mixed = chance.sample(some, len(some))
    parts = [counted(mixed[:cut]), counted(mixed[cut:]), counted([])]
    assert add_up(parts) == add_up(parts[::-1]) == add_up([counted(some), Counted()])


@settings(max_examples=20)
@given(ITEMS, ITEMS, ITEMS)
def test_adding_counts_is_associative(a, b, c):
    """(a + b) + c is a + (b + c)."""
    first, second, third = counted(a), counted(b), counted(c)
    left = add_up([add_up([first, second]), third])
    assert left == add_up([first, add_up([second, third])])


def alone(values):
    """The one key of all values."""
    return np.zeros(len(values), np.int64)


def whole_sum(values):
    return units_by_key(exact_sums(alone(values), values)).get(0, 0)


def spread_of(values):
    squares = units_by_key(exact_square_sums(alone(values), values)).get(0, 0)
    return deviation(len(values), whole_sum(values), squares)


@given(NUMBERS)
def test_sums_are_exact(numbers):
    """The sum is that of the fractions, rounded once; so in any order."""
    values = np.array(numbers, np.float64)
    whole = sum(map(Fraction, numbers), Fraction())
    assert exact_sums(alone(values), values) == exact_sums(alone(values), values[::-1])
    if numbers:
        assert mean(1, whole_sum(values)) == float(whole)
        assert mean(len(numbers), whole_sum(values)) == float(whole / len(numbers))


@given(st.lists(st.floats(-1e9, 1e9, allow_subnormal=False), min_size=1, max_size=20))
def test_deviations_are_those_of_the_numbers(numbers):
    """As numpy has them; and equal values have none at all."""
    values = np.array(numbers)
    found = spread_of(values)
    assert found == pytest.approx(values.std(), rel=1e-6, abs=1e-6)
    same = np.full(7, numbers[0])
    assert spread_of(same) == pytest.approx(0, abs=1e-140)


def test_sums_are_kept_apart_by_key():
    """0.1 ten times is not 1, for 0.1 is a little more than a tenth."""
    found = exact_sums(np.array([3, 5, 3] + [7] * 10), np.array([1.5, -2, 2.5] + [0.1] * 10))
    assert {key: mean(1, units) for key, units in units_by_key(found).items()} == {
        3: 4,
        5: -2,
        7: 1,
    }
    assert exact_sums(alone(()), np.zeros(0)) == Tally(2)


def test_tallies_are_ordered_and_add_up():
    """Rows in ascending order, negative ones too, whatever the order in which they came."""
    first = Tally.of(np.array([2, -1, 2]), np.array([0, 5, 0]))
    assert list(first.items()) == [((-1, 5), 1), ((2, 0), 2)]
    assert tallied([first, first, Tally(2)], 2).total() == 6
    assert tallied([], 2) == Tally.of(np.zeros(0), np.zeros(0)) == Tally(2)


def test_spreads_are_worked_by_hand():
    """1, 2, 3 and what is no number; bins begin at half powers of two; a measure without values."""
    spreads = Spreads.of([np.array([1, 2, 3, math.nan, math.inf]), np.array([0.0]), np.zeros(0)])
    found = spreads.reports(["some", "nothing", "none"])
    some = found["some"]
    assert (some["count"], some["mean"], some["min"], some["max"]) == (3, 2, 1, 3)
    assert some["stdev"] == pytest.approx(math.sqrt(2 / 3))
    assert [one["count"] for one in some["bins"]] == [1, 0, 1, 1]
    assert [one["min"] for one in some["bins"]] == [1, 2**0.5, 2, 2 * 2**0.5]
    assert found["nothing"]["bins"] == [{"min": 0, "max": 0, "count": 1}]
    assert found["none"]["mean"] is None
    assert joined_spreads([Spreads(), spreads]) == spreads
