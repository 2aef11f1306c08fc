"""Columns of many objects at once: the same bytes as :mod:`datum.dataset.columns`, made by arrays.

A flat array holds the numbers of many objects, one segment for each. The layout of a column is in
docs/on-disk-format/datasets.md.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datum.dataset.columns import EXACT, FLOAT, MAX_SCALE, WIDTHS, ZEROS, pack_floats
from datum.errors import CorruptObjectError
from datum.model.columns import Bools, Floats, Ints
from datum.objects.codec import encode

__all__ = [
    "bytes_field",
    "float_segments",
    "int_segments",
    "most",
    "present",
    "read_floats",
    "read_ints",
]

_NIL = b"\xc0"
_SHORT, _MEDIUM = 1 << 8, 1 << 16
_BIN_8 = tuple(bytes((0xC4, size)) for size in range(_SHORT))
_FACTORS = 10.0 ** np.arange(MAX_SCALE + 1)
_UNSCALED = MAX_SCALE + 1
"""In place of a scale: no scale is exact."""

_HEADS = {
    (scale, width): bytes((0x93, scale & 0xFF, width))
    for scale in (FLOAT, *range(MAX_SCALE + 1))
    for width in WIDTHS
}
"""An array of three: scale and width; -1 is 0xff in msgpack, too."""


def bytes_field(size: int) -> bytes:
    """What stands before so many bytes in msgpack."""
    if size < _SHORT:
        return _BIN_8[size]
    if size < _MEDIUM:
        return b"\xc5" + size.to_bytes(2)
    return b"\xc6" + size.to_bytes(4)


def int_segments(numbers: Ints, starts: Ints) -> list[bytes]:
    """The encoded column of each segment of integers.

    Args:
        numbers: (n,) all of them.
        starts: (segments + 1,) where each begins; the last is n.
    """
    return _pieces(numbers, np.zeros(len(starts) - 1, np.int64), starts)


def float_segments(numbers: Floats, starts: Ints) -> list[bytes]:
    """The encoded column of each segment of float64; see :func:`int_segments`."""
    lengths = np.diff(starts)
    scales = most(_scales(numbers), starts)
    factors = np.repeat(_FACTORS[np.minimum(scales, MAX_SCALE)], lengths)
    with np.errstate(invalid="ignore", over="ignore"):
        integers = np.rint(numbers * factors)
        wrong = (integers / factors != numbers) | ~(np.abs(numbers) < EXACT / factors)
    odd = (scales > MAX_SCALE) | (most(wrong.astype(np.int64), starts) > 0)
    if odd.any():
        integers[np.repeat(odd, lengths)] = 0
    pieces = _pieces(integers.astype(np.int64), np.minimum(scales, MAX_SCALE), starts)
    for segment in np.flatnonzero(odd).tolist():
        values = numbers[starts[segment] : starts[segment + 1]]
        pieces[segment] = encode(pack_floats(values.tolist()))
    return pieces


def _scales(numbers: Floats) -> Ints:
    """(n,): the least scale at which each number is exact alone."""
    scales = np.full(len(numbers), _UNSCALED, np.int64)
    left = np.arange(len(numbers))
    values = numbers
    with np.errstate(invalid="ignore", over="ignore"):
        for scale, factor in enumerate(_FACTORS.tolist()):
            exact = np.rint(values * factor) / factor == values
            scales[left[exact]] = scale
            left, values = left[~exact], values[~exact]
            if not len(left):
                break
    return scales


def _pieces(integers: Ints, scales: Ints, starts: Ints) -> list[bytes]:
    low, high = _least(integers, starts), most(integers, starts)
    widths = np.full(len(scales), WIDTHS[-1], np.int64)
    for width in reversed(WIDTHS[:-1]):
        limit = 1 << (8 * width - 1)
        widths[(low >= -limit) & (high < limit)] = width
    zero = (low == 0) & (high == 0) & (np.diff(starts) <= ZEROS)
    widths[zero] = 0
    data = {
        width: integers.astype(f"<i{width}").tobytes()
        for width in WIDTHS
        if (widths == width).any()
    }
    found = []
    rows = zip(widths.tolist(), scales.tolist(), pairwise(starts.tolist()), strict=True)
    for width, scale, (first, last) in rows:
        if not width:
            found.append(_NIL)
            continue
        part = data[width][first * width : last * width]
        found.append(_HEADS[scale, width] + bytes_field(len(part)) + part)
    return found


def most(numbers: Ints, starts: Ints) -> Ints:
    """(segments,): the greatest number of each segment, 0 of an empty one."""
    return _reduced(np.maximum, numbers, starts)


def _least(numbers: Ints, starts: Ints) -> Ints:
    return _reduced(np.minimum, numbers, starts)


def _reduced(of: np.ufunc, numbers: Ints, starts: Ints) -> Ints:
    """The maximum or minimum of each segment, 0 for an empty one."""
    found = np.zeros(len(starts) - 1, np.int64)
    filled = np.flatnonzero(np.diff(starts))
    if len(filled):
        found[filled] = of.reduceat(numbers, starts[filled])
    return found


def read_ints(columns: Sequence[Any], counts: Ints) -> Ints:
    """The integers of many columns, one after the other.

    Args:
        columns: Decoded ones.
        counts: How many numbers each has.

    Raises:
        CorruptObjectError: One is no column of so many integers.
    """
    numbers, scales = _read(columns, counts)
    if scales.any():
        raise CorruptObjectError("a column of integers with a scale")
    return numbers


def read_floats(columns: Sequence[Any], counts: Ints) -> Floats:
    """The float64 of many columns, one after the other; see :func:`read_ints`."""
    integers, scales = _read(columns, counts)
    each = np.repeat(scales, counts)
    found: Floats = integers / _FACTORS[np.maximum(each, 0)]
    plain = each == FLOAT
    if plain.any():
        found[plain] = integers[plain].view(np.float64)
    return found


def _read(columns: Sequence[Any], counts: Ints) -> tuple[Ints, Ints]:
    """Integers (the bits of float64 where the scale is -1), and the scale of each column."""
    numbers = np.zeros(int(counts.sum()), np.int64)
    scales = np.zeros(len(columns), np.int64)
    widths = np.zeros(len(columns), np.int64)
    data: dict[int, list[bytes]] = {width: [] for width in WIDTHS}
    for n, (column, count) in enumerate(zip(columns, counts.tolist(), strict=True)):
        if column is None:
            _check(count <= ZEROS)
            continue
        _check(type(column) is list and len(column) == 3)  # noqa: PLR2004 (scale, width, bytes)
        scale, width, part = column
        _check((type(scale), type(width), type(part)) == (int, int, bytes))
        _check(width in data and FLOAT <= scale <= MAX_SCALE)
        _check(len(part) == count * width and (scale != FLOAT or width == WIDTHS[-1]))
        scales[n], widths[n] = scale, width
        data[width].append(part)
    each = np.repeat(widths, counts)
    for width, parts in data.items():
        if parts:
            numbers[each == width] = np.frombuffer(b"".join(parts), f"<i{width}")
    return numbers, scales


def _check(holds: bool) -> None:
    if not holds:
        raise CorruptObjectError("a column of unknown form")


def present(there: Bools, starts: Ints) -> Ints:
    """(segments,): how many of each segment's flags are set."""
    total: NDArray[np.int64] = np.concatenate(([0], np.cumsum(there, dtype=np.int64)))
    return total[starts[1:]] - total[starts[:-1]]
