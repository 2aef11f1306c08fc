"""Sums of float64 that do not depend on the order: integers in units of the smallest float64.

So the sum over a dataset is that of its parts to the last bit, however it was cut into parts; rounding
happens once, where a sum becomes a float.
"""

import math

import numpy as np

from datum.model.columns import Floats, Ints

__all__ = [
    "LIMIT",
    "deviation",
    "exact_square_sum",
    "exact_sum",
    "exact_sums",
    "packed",
    "quotient",
    "unpacked",
]

LIMIT = 1e150
"""Values beyond it have squares that are no float64; sums of what is within it always are one."""

_UNIT = 1126
"""Sums count units of 2**-1126: a float64 has 53 bits, and the last of the least is 2**-1074."""
_BITS = 53
_LOW = 27
"""Bits of the lower half of a mantissa: sums of halves fit into an int64 for 2**36 numbers."""
_EXPONENTS = 4096
"""More than there are."""
_SPLITTER = float(2**27 + 1)


def exact_sums(keys: Ints, values: Floats) -> dict[int, int]:
    """The sum of the values of each key, in units; *values* are finite."""
    if not len(values):
        return {}
    mantissas, exponents = np.frexp(values)
    whole = (mantissas * float(1 << _BITS)).astype(np.int64)
    names, places = np.unique(keys, return_inverse=True)
    slots = places * _EXPONENTS + exponents + _EXPONENTS // 2
    order = np.argsort(slots, kind="stable")
    slots, whole = slots[order], whole[order]
    first = np.flatnonzero(np.diff(slots, prepend=-1))
    high = np.add.reduceat(whole >> _LOW, first).tolist()
    low = np.add.reduceat(whole & ((1 << _LOW) - 1), first).tolist()
    found = dict.fromkeys(names.tolist(), 0)
    of_each = names[slots[first] // _EXPONENTS].tolist()
    shifts = (slots[first] % _EXPONENTS - _EXPONENTS // 2 + _UNIT - _BITS).tolist()
    for name, shift, upper, lower in zip(of_each, shifts, high, low, strict=True):
        found[name] += ((upper << _LOW) + lower) << shift
    return found


def exact_sum(values: Floats) -> int:
    """The sum of finite values, in units."""
    return exact_sums(np.zeros(len(values), np.int64), values).get(0, 0)


def exact_square_sum(values: Floats) -> int:
    """The sum of the squares of values within the limit, in units; each square is exact (Dekker)."""
    squares = values * values
    scaled = values * _SPLITTER
    high = scaled - (scaled - values)
    low = values - high
    rest = low * low - ((squares - high * high) - 2 * high * low)
    return exact_sum(squares) + exact_sum(rest)


def quotient(units: int, count: int) -> float:
    """The nearest float64 to a sum over a count."""
    return units / (count << _UNIT)


def deviation(count: int, units: int, squares: int) -> float:
    """The standard deviation, of the population, of values whose sums are known."""
    spread = (count * squares << _UNIT) - units * units
    return math.sqrt(max(spread / (count * count << 2 * _UNIT), 0.0))


def packed(units: int) -> bytes:
    """A sum as bytes, which are equal for equal sums."""
    return units.to_bytes(units.bit_length() // 8 + 1, "big", signed=True)


def unpacked(data: bytes) -> int:
    """The sum in bytes."""
    return int.from_bytes(data, "big", signed=True)
