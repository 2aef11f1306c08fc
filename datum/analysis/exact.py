"""Sums of float64 that do not depend on the order, for they are exact.

A value is cut into four integers of at most 32 bits, and each is counted under the power of two that it
is in units of. So a sum is a :class:`Tally`, sums of parts add up as tallies do, and rounding happens
once, where a sum becomes a float.
"""

import math

import numpy as np

from datum.analysis.tally import Tally, tallied
from datum.model.columns import Floats, Ints

__all__ = [
    "LIMIT",
    "deviation",
    "exact_square_sums",
    "exact_sums",
    "mean",
    "units_by_key",
]

LIMIT = 1e150
"""Values beyond it have squares that are no float64; sums of what is within it always are one."""

_UNIT = 1152
"""Whole sums are integers in units of 2**-1152; a float64 goes down to 2**-1074."""
_BITS = 53
_LOW = 27
"""Bits of the lower half of a mantissa."""
_LIMB = 32
_MASK = (1 << _LIMB) - 1
_OFFSETS = np.array([0, _LIMB, _LOW, _LOW + _LIMB])
"""Of the four parts of a value, in bits above its limb."""
_CHUNK = 1 << 20
"""So many integers of 32 bits have a sum that is exact in float64, as bincount adds."""
_SPLITTER = float(2**27 + 1)


def exact_sums(keys: Ints, values: Floats) -> Tally:
    """The sums of finite values by key: a tally of rows (key, power of two)."""
    if len(values) > _CHUNK:
        cuts = range(_CHUNK, len(values), _CHUNK)
        pairs = zip(np.split(keys, cuts), np.split(values, cuts), strict=True)
        return tallied((exact_sums(*pair) for pair in pairs), 2)
    if not len(values):
        return Tally(2)
    mantissas, exponents = np.frexp(values)
    whole = (mantissas * float(1 << _BITS)).astype(np.int64)
    limbs, shifts = np.divmod(exponents.astype(np.int64) - _BITS, _LIMB)
    low = (whole & ((1 << _LOW) - 1)) << shifts
    high = (whole >> _LOW) << shifts
    names, places = np.unique(keys, return_inverse=True)
    least, wide = limbs.min(), int(np.ptp(limbs)) + 1
    slots = places * wide + (limbs - least)
    size = len(names) * wide
    parts = np.stack(
        [
            np.bincount(slots, part, size)
            for part in (low & _MASK, low >> _LIMB, high & _MASK, high >> _LIMB)
        ],
        axis=1,
    ).astype(np.int64)
    slot, kind = np.nonzero(parts)
    powers = (slot % wide + least) * _LIMB + _OFFSETS[kind]
    return Tally.of(names[slot // wide], powers, counts=parts[slot, kind])


def exact_square_sums(keys: Ints, values: Floats) -> Tally:
    """The sums of the squares of values within the limit, by key; each square is exact (Dekker)."""
    squares = values * values
    scaled = values * _SPLITTER
    high = scaled - (scaled - values)
    low = values - high
    rest = low * low - ((squares - high * high) - 2 * high * low)
    return exact_sums(np.concatenate((keys, keys)), np.concatenate((squares, rest)))


def units_by_key(sums: Tally) -> dict[int, int]:
    """Whole sums by key, in units that :func:`mean` knows."""
    found: dict[int, int] = {}
    for (key, power), count in sums.items():
        found[key] = found.get(key, 0) + (count << (power + _UNIT))
    return found


def mean(count: int, units: int) -> float:
    """The nearest float64 to a whole sum over a count."""
    return units / (count << _UNIT)


def deviation(count: int, units: int, squares: int) -> float:
    """The standard deviation, of the population, of values whose whole sums are known."""
    spread = (count * squares << _UNIT) - units * units
    return math.sqrt(max(spread / (count * count << 2 * _UNIT), 0.0))
