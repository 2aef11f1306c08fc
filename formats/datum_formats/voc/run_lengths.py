"""Run lengths as arrays: those of many masks at once, which is faster than digit by digit."""

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from datum.errors import FormatError
from datum_formats._common.rle import runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["has_pixels", "run_arrays"]

_OPEN = bytes(byte for byte in range(256) if (byte - 48) & 0x20)
"""Digits that another one of the same run follows."""
_DIGITS = 7
"""Most digits of a run whose value surely fits in 64 bits, however many are added up."""


def has_pixels(counts: bytes) -> bool:
    """Whether a mask that was drawn has pixels: more runs than that of the background."""
    return len(counts.translate(None, _OPEN)) > 1


def run_arrays(masks: Sequence[bytes]) -> "list[NDArray[Any]]":
    """Plain run lengths of the compressed form of each mask, as integers of 64 bits.

    Raises:
        FormatError: One is truncated or broken.
    """
    if any(not counts or counts[-1] in _OPEN for counts in masks):
        return [_one(counts) for counts in masks]
    import numpy as np

    digits = np.frombuffer(b"".join(masks), np.uint8).astype(np.int64) - 48
    last = np.flatnonzero(digits & 0x20 == 0)
    lengths = np.diff(last, prepend=-1)
    if lengths.max(initial=0) > _DIGITS:
        return [_one(counts) for counts in masks]
    first = last - lengths + 1
    shifts = 5 * (np.arange(len(digits)) - np.repeat(first, lengths))
    values = np.add.reduceat((digits & 0x1F) << shifts, first)
    values -= (digits[last] >> 4 & 1) << 5 * lengths
    ends = np.searchsorted(last, list(accumulate(map(len, masks))))
    found = np.split(values, ends[:-1])
    for one in found:
        # from the third run on, the difference to the run before the last one is stored
        np.cumsum(one[1::2], out=one[1::2])
        np.cumsum(one[2::2], out=one[2::2])
        if one.min() < 0:
            raise FormatError("run lengths are broken")
    return found


def _one(counts: bytes) -> "NDArray[Any]":
    import numpy as np

    try:
        return np.array(runs(counts), np.int64)
    except OverflowError as error:
        raise FormatError("run lengths are broken") from error
