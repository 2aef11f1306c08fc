"""Counts by rows of integers, as arrays: adding is exact, and the order makes no difference."""

from collections.abc import Iterable, Iterator

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
        rows = np.stack(columns, axis=1).astype(np.int64)
        if not len(rows):
            return cls(len(columns))
        order = np.lexsort(rows.T[::-1])
        rows = rows[order]
        fresh = np.ones(len(rows), np.bool_)
        fresh[1:] = (rows[1:] != rows[:-1]).any(axis=1)
        first = np.flatnonzero(fresh)
        once = np.ones(len(rows), np.int64) if counts is None else counts[order]
        sums = np.add.reduceat(once, first)
        return cls(len(columns), rows[first].tobytes(), sums.tobytes())

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


def tallied(parts: Iterable[Tally], width: int) -> Tally:
    """The sum of several, whose rows have *width* integers."""
    pairs = [part.arrays() for part in parts if part.counts]
    if not pairs:
        return Tally(width)
    keys = np.concatenate([keys for keys, _ in pairs])
    return Tally.of(*keys.T, counts=np.concatenate([counts for _, counts in pairs]))
