"""Numbers as columns: the shortest exact form, which is the only one.

A column is nil where every number is 0, else ``[scale, width, bytes]``. With a scale k ≥ 0 the bytes
are signed little-endian integers of *width* bytes, and each number is integer / 10**k; scale -1 says
float64. The smallest k that brings every number back exactly is taken, then the smallest width.
Nothing is ever rounded. See docs/on-disk-format/datasets.md.
"""

import struct
from collections.abc import Sequence

from datum.errors import CorruptObjectError, UsageError

__all__ = ["Column", "pack_floats", "pack_ints", "unpack_floats", "unpack_ints"]

Column = list[int | bytes] | None

_MAX_SCALE = 9
_FLOAT = -1
_CODES = {1: "b", 2: "h", 4: "i", 8: "q"}
_MANY = 64
"""From this many numbers on, arrays are faster than a loop."""

_EXACT = 1 << 53
"""Integers below it are exact as float64, so dividing them by a power of ten rounds once only."""


def pack_ints(values: Sequence[int]) -> Column:
    """A column of integers of at most 64 bits."""
    if not any(values):
        return None
    return _pack(0, values)


def pack_floats(values: Sequence[float]) -> Column:
    """A column of float64; -0 becomes 0, and every NaN the same one."""
    if not any(values):
        return None
    for scale in range(_MAX_SCALE + 1):
        scaled = _scaled(values, float(10**scale))
        if scaled is not None:
            return _pack(scale, scaled)
    # adding 0.0 turns -0.0 into 0.0; a NaN is replaced by the quiet one
    clean = [value + 0.0 if value == value else float("nan") for value in values]  # noqa: PLR0124
    return [_FLOAT, 8, struct.pack(f"<{len(clean)}d", *clean)]


def _scaled(values: Sequence[float], factor: float) -> list[int] | None:
    if len(values) >= _MANY:
        return _scaled_array(values, factor)
    scaled = []
    for value in values:
        if not -_EXACT / factor < value < _EXACT / factor:
            return None
        integer = round(value * factor)
        if integer / factor != value:
            return None
        scaled.append(integer)
    return scaled


def _scaled_array(values: Sequence[float], factor: float) -> list[int] | None:
    """As :func:`_scaled`, with the same answer: both round half to even and divide in float64."""
    import numpy as np  # slow to import; worth it for many numbers alone

    numbers = np.array(values, dtype=np.float64)
    if not (np.abs(numbers) < _EXACT / factor).all():
        return None
    products = numbers * factor
    integers = np.rint(products)
    if not (integers / factor == numbers).all():
        return None
    found: list[int] = integers.astype(np.int64).tolist()
    return found


def _pack(scale: int, values: Sequence[int]) -> Column:
    low, high = min(values), max(values)
    for width, code in _CODES.items():
        limit = 1 << (8 * width - 1)
        if -limit <= low and high < limit:
            return [scale, width, struct.pack(f"<{len(values)}{code}", *values)]
    raise UsageError("an integer of more than 64 bits")


def unpack_ints(column: object, count: int) -> list[int]:
    """The *count* integers of a column.

    Raises:
        CorruptObjectError: It is no such column.
    """
    if column is None:
        return [0] * count
    scale, width, data = _checked(column)
    if scale != 0 or len(data) != count * width:
        raise CorruptObjectError(f"a column that does not hold {count} integers")
    return list(struct.unpack(f"<{count}{_CODES[width]}", data))


def unpack_floats(column: object, count: int) -> list[float]:
    """The *count* float64 of a column.

    Raises:
        CorruptObjectError: It is no such column.
    """
    if column is None:
        return [0.0] * count
    scale, width, data = _checked(column)
    if len(data) != count * width:
        raise CorruptObjectError(f"a column that does not hold {count} numbers")
    if scale == _FLOAT:
        return list(struct.unpack(f"<{count}d", data))
    factor = float(10**scale)
    return [integer / factor for integer in struct.unpack(f"<{count}{_CODES[width]}", data)]


def _checked(column: object) -> tuple[int, int, bytes]:
    match column:
        case [int(scale), int(width), bytes(data)] if (
            _FLOAT <= scale <= _MAX_SCALE and width in _CODES and (scale != _FLOAT or width == 8)  # noqa: PLR2004 (a float64)
        ):
            return scale, width, data
        case _:
            pass
    raise CorruptObjectError("a column of unknown form")
