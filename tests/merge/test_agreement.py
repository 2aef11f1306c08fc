"""Kappa and alpha, on the worked examples of those who published them."""

from collections import Counter

import pytest

from datum.merge.consensus.agreement import (
    agreement,
    by_label,
    cohen_kappa,
    fleiss_kappa,
    krippendorff_alpha,
)


def rated(*raters):
    """Ratings of units, from the values of each rater in a row; a dot is none."""
    rows = (row.split() if isinstance(row, str) else row for row in raters)
    return Counter(zip(*([None if v == "." else v for v in row] for row in rows), strict=True))


def test_cohen_of_two_readers():
    """50 grants, 20 times yes by both and 15 times no: p is 0.7, e is 0.5, kappa is 0.4."""
    table = {("y", "y"): 20, ("y", "n"): 5, ("n", "y"): 10, ("n", "n"): 15}
    assert cohen_kappa(table, 0, 1) == pytest.approx(0.4)
    assert cohen_kappa(table, 1, 0) == pytest.approx(0.4)


def test_cohen_looks_at_what_both_rated():
    """A unit that one of the two did not rate says nothing."""
    table = {("y", "y"): 20, ("y", "n"): 5, ("n", "y"): 10, ("n", "n"): 15, ("y", None): 99}
    assert cohen_kappa(table, 0, 1) == pytest.approx(0.4)


def test_fleiss_of_fourteen_raters():
    """The table of 10 subjects and 5 categories that Fleiss' kappa is taught with: 0.210."""
    table = """0 0 0 0 14
               0 2 6 4 2
               0 0 3 5 6
               0 3 9 2 0
               2 2 8 1 1
               7 7 0 0 0
               3 2 6 3 0
               2 5 3 2 2
               6 5 2 1 0
               0 2 2 3 7"""
    units = Counter(
        tuple(value for value, count in enumerate(map(int, line.split())) for _ in range(count))
        for line in table.splitlines()
    )
    assert fleiss_kappa(units) == pytest.approx(0.20993, abs=1e-5)


def test_krippendorff_of_binary_data():
    """Krippendorff 2011, example A: two observers, ten units."""
    units = rated("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")
    assert krippendorff_alpha(units) == pytest.approx(0.095, abs=5e-4)


def test_krippendorff_of_nominal_data():
    """Krippendorff 2011, example B: two observers, five values, twelve units."""
    units = rated("a a b b d c c c e d d a", "b a b b b c c c e d d d")
    assert krippendorff_alpha(units) == pytest.approx(0.692, abs=5e-4)


def test_krippendorff_of_four_observers_with_missing_data():
    """Krippendorff 2011, example C: a unit that one alone rated is left out."""
    units = rated(
        "1 2 3 3 2 1 4 1 2 . . .",
        "1 2 3 3 2 2 4 1 2 5 . 3",
        ". 3 3 3 2 3 4 2 2 5 1 .",
        "1 2 3 3 2 4 4 1 2 5 1 .",
    )
    assert krippendorff_alpha(units) == pytest.approx(0.743, abs=5e-4)
    found = agreement(units, ("A", "B", "C", "D"))
    assert found.units == 11
    assert found.krippendorff == krippendorff_alpha(units)
    assert list(found.cohen)[:2] == ["A & B", "A & C"]


def test_all_agree():
    """One value for each unit, and more than one value in all: everything is 1."""
    found = agreement(rated("a a b", "a a b", "a a b"), ("x", "y", "z"))
    assert (found.observed, found.fleiss, found.krippendorff) == (1, 1, 1)
    assert set(found.cohen.values()) == {1}


@pytest.mark.parametrize("units", [{}, {("a", None): 3}, {("a", "a"): 5}, {(None, None): 1}])
def test_where_chance_would_explain_all_there_is_no_coefficient(units):
    """Nothing, nothing in common, and one value only."""
    found = agreement(units, ("x", "y"))
    assert (found.cohen["x & y"], found.fleiss, found.krippendorff) == (None, None, None)


def test_ratings_of_one_label_are_whether_it_was_given():
    """Units without the label count too; who did not see a unit has no say."""
    units = {(0, 0): 2, (0, 1): 3, (1, None): 4, (-1, -1): 5}
    found = by_label(units, lambda value: (value,) if value >= 0 else ())
    assert found == {
        0: {(True, True): 2, (True, False): 3, (False, None): 4, (False, False): 5},
        1: {(False, False): 7, (False, True): 3, (True, None): 4},
    }
