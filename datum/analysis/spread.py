"""How values are spread: count, mean, deviation, extremes and a histogram, as a sum over parts."""

from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np

from datum.analysis.exact import (
    LIMIT,
    deviation,
    exact_square_sum,
    exact_sum,
    mean,
    units_of,
)
from datum.analysis.tally import Tally, tallied
from datum.model.columns import Floats

__all__ = ["Spread", "joined_spread"]

_HALF = 0.5**0.5


class Spread(msgspec.Struct, frozen=True, array_like=True):
    """What is kept of values: all of it adds up exactly, in any order."""

    count: int = 0
    total: Tally = Tally(2)
    """The exact sum, see :mod:`datum.analysis.exact`."""
    squares: Tally = Tally(2)
    least: float = 0.0
    most: float = 0.0
    bins: Tally = Tally(1)
    """By half powers of two: bin n has the values from 2**((n - 1) / 2) on; -9999 those up to 0."""

    @classmethod
    def of(cls, values: Floats) -> "Spread":
        """The spread of values; what is no number within the limit is left out."""
        values = values[np.abs(values) <= LIMIT]  # which no NaN is
        if not len(values):
            return cls()
        mantissas, exponents = np.frexp(values)
        bins = np.where(values > 0, 2 * exponents.astype(np.int64) - (mantissas < _HALF), _NONE)
        return cls(
            len(values),
            exact_sum(values),
            exact_square_sum(values),
            float(values.min()),
            float(values.max()),
            Tally.of(bins),
        )

    def report(self) -> dict[str, Any]:
        """As a JSON value; bins without values between others are there too."""
        if not self.count:
            return {"count": 0, "mean": None, "stdev": None, "min": None, "max": None, "bins": []}
        total, squares = units_of(self.total), units_of(self.squares)
        return {
            "count": self.count,
            "mean": mean(self.count, total),
            "stdev": deviation(self.count, total, squares),
            "min": self.least,
            "max": self.most,
            "bins": _bins(self.bins.by_number()),
        }


_NONE = -9999
"""The bin of what is not above 0."""


def _bins(counts: dict[int, int]) -> list[dict[str, float]]:
    found: list[dict[str, float]] = []
    if _NONE in counts:
        found.append({"min": 0.0, "max": 0.0, "count": counts.pop(_NONE)})
    if counts:
        found += [
            {"min": _edge(number), "max": _edge(number + 1), "count": counts.get(number, 0)}
            for number in range(min(counts), max(counts) + 1)
        ]
    return found


def _edge(number: int) -> float:
    """Where a bin begins."""
    whole, half = divmod(number - 1, 2)
    return float(2.0**whole * (2**0.5 if half else 1.0))


def joined_spread(parts: Iterable[Spread]) -> Spread:
    """The spread of the values of all parts."""
    some = [part for part in parts if part.count]
    if not some:
        return Spread()
    return Spread(
        sum(part.count for part in some),
        tallied((part.total for part in some), 2),
        tallied((part.squares for part in some), 2),
        min(part.least for part in some),
        max(part.most for part in some),
        tallied((part.bins for part in some), 1),
    )
