"""Counts by rows of integers, as arrays: adding is exact, and the order makes no difference."""

import math
from collections.abc import Iterable, Iterator, Sequence

import msgspec
import numpy as np

from datum.model.columns import Ints

__all__ = ["Tally", "tallied"]


class Tally(msgspec.Struct, frozen=True, array_like=True):
    """How often each row was seen; made by :meth:`of`, so that equal counts are equal values."""

    width: int = 1
    """Integers in a row."""
    keys: bytes = b""
    """The rows, ascending, as int64."""
    counts: bytes = b""
    """How often each was seen, as int64."""

    @classmethod
    def of(cls, *columns: Ints, counts: Ints | None = None) -> "Tally":
        """Count rows.

        Args:
            columns: (n,) each: what stands in the rows at one place.
            counts: (n,) how often each row counts; once if not given.
        """
        if not len(columns[0]):
            return cls(len(columns))
        whole = [np.asarray(column, np.int64) for column in columns]
        number = _numbered(whole)
        order = np.lexsort(whole[::-1]) if number is None else np.argsort(number, kind="stable")
        fresh = np.zeros(len(order), np.bool_)
        fresh[0] = True
        for column in whole if number is None else [number]:
            ordered = column[order]
            fresh[1:] |= ordered[1:] != ordered[:-1]
        first = np.flatnonzero(fresh)
        if counts is None:
            sums = np.diff(first, append=len(order))
        else:
            sums = np.add.reduceat(counts[order], first)
        keys = np.stack([column[order[first]] for column in whole], axis=1)
        return cls(len(columns), keys.tobytes(), sums.astype(np.int64).tobytes())

    def arrays(self) -> tuple[Ints, Ints]:
        """The rows, shape (n, width), and how often each was seen, shape (n,)."""
        keys = np.frombuffer(self.keys, np.int64).reshape(-1, self.width)
        return keys, np.frombuffer(self.counts, np.int64)

    def items(self) -> Iterator[tuple[tuple[int, ...], int]]:
        """Each row and how often it was seen, ascending."""
        keys, counts = self.arrays()
        return zip(map(tuple, keys.tolist()), counts.tolist(), strict=True)

    def by_number(self) -> dict[int, int]:
        """How often each was seen, of rows of one integer."""
        return {key[0]: count for key, count in self.items()}

    def total(self) -> int:
        """How many rows were seen."""
        return int(self.arrays()[1].sum())


_ROOM = 1 << 62


def _numbered(columns: Sequence[Ints]) -> Ints | None:
    """One number for each row, which ascends as the rows do; None where the ranges are too large."""
    least = [int(column.min()) for column in columns]
    sizes = [int(column.max()) - low + 1 for column, low in zip(columns, least, strict=True)]
    if math.prod(sizes) > _ROOM:
        return None
    number = columns[0] - least[0]
    for column, low, size in zip(columns[1:], least[1:], sizes[1:], strict=True):
        number = number * size + (column - low)
    return number


def tallied(parts: Iterable[Tally], width: int) -> Tally:
    """The sum of several, whose rows have *width* integers."""
    pairs = [part.arrays() for part in parts if part.counts]
    if not pairs:
        return Tally(width)
    keys = np.concatenate([keys for keys, _ in pairs])
    return Tally.of(*keys.T, counts=np.concatenate([counts for _, counts in pairs]))
