"""Numbers as columns: the shortest exact form, which is the only one.

A column is nil where every number is 0, else ``[scale, width, bytes]``. With a scale k ≥ 0 the bytes
are signed little-endian integers of *width* bytes, and each number is integer / 10**k; scale -1 says
float64. The smallest k that brings every number back exactly is taken, then the smallest width.
Nothing is ever rounded. See docs/on-disk-format/datasets.md.
"""

import struct
from collections.abc import Sequence

from datum.errors import CorruptObjectError, UsageError

__all__ = [
    "EXACT",
    "FLOAT",
    "MAX_SCALE",
    "WIDTHS",
    "ZEROS",
    "Column",
    "pack_floats",
    "pack_ints",
    "unpack_floats",
    "unpack_ints",
]

Column = list[int | bytes] | None

MAX_SCALE = 9
FLOAT = -1
_CODES = {1: "b", 2: "h", 4: "i", 8: "q"}
WIDTHS = tuple(_CODES)
_TYPES = (int, int, bytes)
EXACT = 1 << 53
"""Integers below it are exact as float64, so dividing them by a power of ten rounds once only."""
_CERTAIN = 1 << 51
"""Of integers below it, no two are one float64 after division by their powers of ten."""
_MANY = 96
"""From this many numbers on, arrays are faster than a loop."""

ZEROS = 1 << 16
"""The most zeros that nil stands for, so that a few bytes never ask for much memory."""


def pack_ints(values: Sequence[int]) -> Column:
    """A column of integers of at most 64 bits.

    Raises:
        UsageError: One has more.
    """
    if not any(values) and len(values) <= ZEROS:
        return None
    return _pack(0, values)


def pack_floats(values: Sequence[float]) -> Column:
    """A column of float64; -0 becomes 0, and every NaN the same one.

    Raises:
        UsageError: An integer among them is no float64.
    """
    if not any(values) and len(values) <= ZEROS:
        return None
    if len(values) >= _MANY:
        return _pack_many(values)
    try:
        for scale in range(MAX_SCALE + 1):
            scaled = _scaled(values, float(10**scale))
            if scaled is not None:
                return _pack(scale, scaled)
        # adding 0.0 turns -0.0 into 0.0; a NaN is replaced by the quiet one
        clean = [value + 0.0 if value == value else float("nan") for value in values]  # noqa: PLR0124
        return [FLOAT, 8, struct.pack(f"<{len(clean)}d", *clean)]
    except OverflowError as error:
        raise UsageError("an integer too large for float64") from error


def _pack_many(values: Sequence[float]) -> Column:
    """As :func:`pack_floats`, with the same bytes: arrays round and divide as Python does."""
    import numpy as np  # slow to import, and worth it for many numbers alone

    try:
        numbers = np.array(values, dtype=np.float64)
    except OverflowError as error:
        raise UsageError("an integer too large for float64") from error
    for scale in range(MAX_SCALE + 1):
        factor = float(10**scale)
        if not (np.abs(numbers) < EXACT / factor).all():
            break
        integers = np.rint(numbers * factor)
        if (integers / factor == numbers).all():
            width = _width((int(integers.min()), int(integers.max())))
            return [scale, width, integers.astype(f"<i{width}").tobytes()]
    numbers[np.isnan(numbers)] = np.nan
    return [FLOAT, 8, (numbers + 0.0).astype("<f8").tobytes()]


def _scaled(values: Sequence[float], factor: float) -> list[int] | None:
    limit = EXACT / factor
    scaled = []
    for value in values:
        if not -limit < value < limit:
            return None
        integer = round(value * factor)
        if integer / factor != value:
            return None
        scaled.append(integer)
    return scaled


def _pack(scale: int, values: Sequence[int]) -> Column:
    width = _width(values)
    return [scale, width, struct.pack(f"<{len(values)}{_CODES[width]}", *values)]


def _width(values: Sequence[int]) -> int:
    """Bytes of the smallest integer type that holds all of some integers."""
    low, high = min(values), max(values)
    for width in _CODES:
        limit = 1 << (8 * width - 1)
        if -limit <= low and high < limit:
            return width
    raise UsageError("an integer of more than 64 bits")


def unpack_ints(column: object, count: int) -> Sequence[int]:
    """The *count* integers of a column.

    Raises:
        CorruptObjectError: It is no such column.
    """
    if column is None:
        return [0] * _zeros(count)
    scale, integers = _integers(column, count)
    if scale != 0:
        raise CorruptObjectError("a column of integers with a scale")
    return integers


def unpack_floats(column: object, count: int) -> Sequence[float]:
    """The *count* float64 of a column.

    Raises:
        CorruptObjectError: It is no such column.
    """
    if column is None:
        return [0.0] * _zeros(count)
    scale, width, data = _parts(column)
    if scale == FLOAT:
        if width != 8 or len(data) != 8 * count:  # noqa: PLR2004 (bytes of a float64)
            raise CorruptObjectError(f"no column of {count} float64")
        values = struct.unpack(f"<{count}d", data)
        if pack_floats(values) != column:
            raise CorruptObjectError("a column of float64 that has another form")
        return values
    scale, integers = _integers(column, count)
    if not _is_packed(scale, integers):
        raise CorruptObjectError("a column with another scale than its numbers need")
    factor = float(10**scale)
    return [integer / factor for integer in integers]


def _zeros(count: int) -> int:
    """The number of zeros that nil stands for, if it may."""
    if count > ZEROS:
        raise CorruptObjectError(f"nil in place of {count} numbers")
    return count


def _parts(column: object) -> tuple[int, int, bytes]:
    # by type, for True and 1.0 are 1 to Python, but other bytes; four times faster than a match
    if type(column) is list and tuple(map(type, column)) == _TYPES:
        scale, width, data = column
        return scale, width, data
    raise CorruptObjectError("a column of unknown form")


def _integers(column: object, count: int) -> tuple[int, tuple[int, ...]]:
    """Scale and integers of a column, which are in their shortest form."""
    scale, width, data = _parts(column)
    if not 0 <= scale <= MAX_SCALE or width not in _CODES or len(data) != count * width:
        raise CorruptObjectError(f"no column of {count} numbers")
    integers = struct.unpack(f"<{count}{_CODES[width]}", data)
    if (not any(integers) and count <= ZEROS) or _width(integers) != width:
        raise CorruptObjectError("a column that has a shorter form")
    return scale, integers


def _is_packed(scale: int, integers: Sequence[int]) -> bool:
    """Whether integers and scale are those that packing integers / 10**scale would make."""
    if min(integers) > -_CERTAIN and max(integers) < _CERTAIN:
        return not scale or any(integer % 10 for integer in integers)
    factor = float(10**scale)
    return pack_floats([integer / factor for integer in integers]) == _pack(scale, integers)
