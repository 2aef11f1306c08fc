"""How values of several measures are spread: count, mean, deviation, extremes and a histogram.

All of it adds up exactly over parts, in any order.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from datum.analysis.exact import (
    LIMIT,
    deviation,
    exact_square_sums,
    exact_sums,
    mean,
    units_by_key,
)
from datum.analysis.tally import Tally, tallied
from datum.model.columns import Floats

__all__ = ["Spreads", "joined_spreads"]

_HALF = 0.5**0.5
_NONE = -9999
"""The bin of what is not above 0."""


class Spreads(msgspec.Struct, frozen=True, array_like=True):
    """What is kept of values, by the number of the measure that they are of."""

    counts: dict[int, int] = {}
    sums: Tally = Tally(2)
    """Exact, see :mod:`datum.analysis.exact`."""
    squares: Tally = Tally(2)
    least: dict[int, float] = {}
    most: dict[int, float] = {}
    bins: Tally = Tally(2)
    """Values by measure and half power of two: bin n has those from 2**((n - 1) / 2) on."""

    @classmethod
    def of(cls, measures: Sequence[Floats]) -> "Spreads":
        """The spread of each measure; what is no number within the limit is left out."""
        # which no NaN is
        kept = {n: values[np.abs(values) <= LIMIT] for n, values in enumerate(measures)}
        some = {n: values for n, values in kept.items() if len(values)}
        if not some:
            return cls()
        keys = np.repeat(list(some), [len(values) for values in some.values()])
        joined = np.concatenate(list(some.values()))
        mantissas, exponents = np.frexp(joined)
        bins = np.where(joined > 0, 2 * exponents.astype(np.int64) - (mantissas < _HALF), _NONE)
        return cls(
            {n: len(values) for n, values in some.items()},
            exact_sums(keys, joined),
            exact_square_sums(keys, joined),
            {n: float(values.min()) for n, values in some.items()},
            {n: float(values.max()) for n, values in some.items()},
            Tally.of(keys, bins),
        )

    def reports(self, names: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The spread of each measure as a JSON value; bins between others are there, too.

        Args:
            names: Of the measures, by number.
        """
        bins: dict[int, dict[int, int]] = {}
        for (n, number), count in self.bins.items():
            bins.setdefault(n, {})[number] = count
        sums, squares = units_by_key(self.sums), units_by_key(self.squares)
        found = {}
        for n, name in enumerate(names):
            count = self.counts.get(n, 0)
            found[name] = {
                "count": count,
                "mean": mean(count, sums.get(n, 0)) if count else None,
                "stdev": deviation(count, sums.get(n, 0), squares.get(n, 0)) if count else None,
                "min": self.least.get(n),
                "max": self.most.get(n),
                "bins": _bins(bins.get(n, {})),
            }
        return found


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


def joined_spreads(parts: Sequence[Spreads]) -> Spreads:
    """The spreads of the values of all parts."""
    measures = sorted({n for part in parts for n in part.counts})
    return Spreads(
        {n: sum(part.counts.get(n, 0) for part in parts) for n in measures},
        tallied((part.sums for part in parts), 2),
        tallied((part.squares for part in parts), 2),
        {n: min(part.least[n] for part in parts if n in part.least) for n in measures},
        {n: max(part.most[n] for part in parts if n in part.most) for n in measures},
        tallied((part.bins for part in parts), 2),
    )
