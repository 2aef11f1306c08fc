"""How far annotators agree beyond what chance would make: kappa and alpha.

A unit is what was rated (an object, an image), and its ratings are one for each annotator, in one
order, with None for one who did not see it. All functions take how often each tuple of ratings
occurred. Results are exact functions of these counts: sums are of whole numbers or correctly
rounded, so that no order matters.

Cohen 1960, *A coefficient of agreement for nominal scales*; Fleiss 1971, *Measuring nominal scale
agreement among many raters*; Krippendorff 2011, *Computing Krippendorff's alpha-reliability*.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping
from itertools import combinations
from typing import Any

import msgspec

__all__ = [
    "Agreement",
    "Ratings",
    "agreement",
    "by_label",
    "cohen_kappa",
    "fleiss_kappa",
    "krippendorff_alpha",
]

Ratings = Mapping[tuple[Hashable, ...], int]
"""How often each tuple of ratings occurred."""


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """The coefficients of one set of ratings; None where chance alone would explain all."""

    units: int
    """Units that two annotators or more rated."""
    observed: float | None
    """Share of pairs of ratings of one unit that are equal."""
    cohen: dict[str, float | None]
    """By pair of annotators, ``first & second``."""
    fleiss: float | None
    """Over the units that all annotators rated."""
    krippendorff: float | None


def agreement(units: Ratings, names: tuple[str, ...]) -> Agreement:
    """All coefficients; *names* are those of the annotators, in the order of the ratings."""
    values, pairs = _pairable(units)
    equal = math.fsum(_equal_pairs(seen) * n for seen, n in pairs)
    every = math.fsum(sum(seen.values()) * n for seen, n in pairs)
    return Agreement(
        units=sum(n for _, n in pairs),
        observed=equal / every if values else None,
        cohen={
            f"{names[a]} & {names[b]}": cohen_kappa(units, a, b)
            for a, b in combinations(range(len(names)), 2)
        },
        fleiss=fleiss_kappa(units),
        krippendorff=krippendorff_alpha(units),
    )


def cohen_kappa(units: Ratings, first: int, second: int) -> float | None:
    """Cohen's kappa of two annotators, over the units that both rated."""
    table: Counter[tuple[Any, Any]] = Counter()
    for ratings, n in units.items():
        if ratings[first] is not None and ratings[second] is not None:
            table[ratings[first], ratings[second]] += n
    total = table.total()
    rows, columns = Counter[Any](), Counter[Any]()
    for (a, b), n in table.items():
        rows[a] += n
        columns[b] += n
    equal = sum(n for (a, b), n in table.items() if a == b)
    by_chance = sum(n * columns[value] for value, n in rows.items())
    return _beyond_chance(equal * total, by_chance, total * total)


def fleiss_kappa(units: Ratings) -> float | None:
    """Fleiss' kappa, over the units that all annotators rated."""
    equal = pairs = subjects = raters = 0
    values: Counter[Any] = Counter()
    for ratings, n in units.items():
        if len(ratings) < 2 or None in ratings:  # noqa: PLR2004 (agreement takes two)
            continue
        raters = len(ratings)
        subjects += n
        pairs += n * raters * (raters - 1)
        for value, count in Counter(ratings).items():
            values[value] += n * count
            equal += n * count * (count - 1)
    if not pairs:
        return None
    by_chance = sum(count * count for count in values.values())
    square = (subjects * raters) ** 2
    return _beyond_chance(equal * square, by_chance * pairs, pairs * square)


def _beyond_chance(observed: int, by_chance: int, whole: int) -> float | None:
    """(p - e) / (1 - e) of fractions with one denominator."""
    return None if whole == by_chance else (observed - by_chance) / (whole - by_chance)


def krippendorff_alpha(units: Ratings) -> float | None:
    """Krippendorff's alpha for nominal values, over the units that two annotators or more rated."""
    values, pairs = _pairable(units)
    total = values.total()
    by_chance = total * total - sum(n * n for n in values.values())
    if not by_chance:
        return None
    differing = math.fsum(
        (sum(seen.values()) ** 2 - sum(k * k for k in seen.values())) * n / (sum(seen.values()) - 1)
        for seen, n in pairs
    )
    return 1 - (total - 1) * differing / by_chance


def _pairable(units: Ratings) -> tuple[Counter[Any], list[tuple[Counter[Any], int]]]:
    """How often each value was given in units with two ratings or more, and those units."""
    values: Counter[Any] = Counter()
    pairs = []
    for ratings, n in units.items():
        seen = Counter(value for value in ratings if value is not None)
        if seen.total() > 1:
            pairs.append((seen, n))
            for value, count in seen.items():
                values[value] += n * count
    return values, pairs


def _equal_pairs(seen: Counter[Any]) -> float:
    """Share of the ratings of a unit that another rating is equal to, times their number."""
    total = seen.total()
    return sum(count * (count - 1) for count in seen.values()) / (total - 1)


def by_label(units: Ratings, labels_in: Callable[[Any], Collection[int]]) -> dict[int, Ratings]:
    """For each label that occurs, the ratings of whether a unit has it.

    Args:
        units: The ratings.
        labels_in: The labels that a value, which is not None, says.
    """
    without: Counter[tuple[Hashable, ...]] = Counter()
    found: dict[int, Counter[tuple[Hashable, ...]]] = defaultdict(Counter)
    for ratings, n in units.items():
        said = [None if value is None else labels_in(value) for value in ratings]
        nobody = tuple(None if labels is None else False for labels in said)
        without[nobody] += n
        for label in sorted({label for labels in said if labels for label in labels}):
            found[label][tuple(None if one is None else label in one for one in said)] += n
            found[label][nobody] -= n
    return {label: found[label] + without for label in sorted(found)}
