"""What is alike: pairs of perceptual hashes that differ in few bits, and the groups that pairs make."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from datum.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["MOST_BITS", "components", "near_pairs"]

MOST_BITS = 16
"""The greatest distance that is looked for; hashes of unrelated pictures differ in some 32 bits."""

_BITS = 64


class _Ordered(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...


T = TypeVar("T", bound=_Ordered)


def near_pairs(hashes: Sequence[int], bits: int) -> Iterator[tuple[int, int]]:
    """Numbers of hashes that differ in at most *bits* bits: enough pairs to connect all of a group.

    Of two such hashes at least one of *bits* + 1 parts is equal, so those that share a part are compared,
    not all with all (the pigeonhole principle, as in Norouzi et al. 2012, multi-index hashing).

    Raises:
        UsageError: *bits* is below 0 or above :data:`MOST_BITS`.
    """
    if not 0 <= bits <= MOST_BITS:
        raise UsageError(f"a distance of {bits} bits is not between 0 and {MOST_BITS}")
    import numpy as np

    first: dict[int, int] = {}
    for number, value in enumerate(hashes):
        if first.setdefault(value, number) != number:
            yield first[value], number
    distinct = np.array(list(first), dtype=np.uint64)
    numbers = list(first.values())
    edges = [n * _BITS // (bits + 1) for n in range(bits + 2)]
    for low, high in pairwise(edges):
        part = distinct >> np.uint64(low) & np.uint64((1 << (high - low)) - 1)
        for a, b in _close(distinct, part, bits) if bits else ():
            yield numbers[a], numbers[b]


def _close(
    values: "NDArray[np.uint64]", part: "NDArray[np.uint64]", bits: int
) -> Iterator[tuple[int, int]]:
    """Places of values that share their part and differ in at most *bits* bits."""
    import numpy as np

    order = np.argsort(part, kind="stable")
    key = part[order]
    places = np.arange(len(order))
    step = 0
    while len(places):
        step += 1
        places = places[places + step < len(order)]
        places = places[key[places] == key[places + step]]
        left, right = order[places], order[places + step]
        near = _count_bits(values[left] ^ values[right]) <= bits
        yield from zip(left[near].tolist(), right[near].tolist(), strict=True)


def _count_bits(values: "NDArray[np.uint64]") -> "NDArray[np.uint64]":
    """How many bits of each are 1; numpy has it from 2.0 on alone."""
    import numpy as np

    pairs, fours, eights, ones = (np.uint64(int(text * 8, 16)) for text in ("55", "33", "0f", "01"))
    values = values - (values >> np.uint64(1) & pairs)
    values = (values & fours) + (values >> np.uint64(2) & fours)
    return ((values + (values >> np.uint64(4)) & eights) * ones) >> np.uint64(56)


def components(pairs: Iterable[tuple[T, T]]) -> list[list[T]]:
    """Groups of what pairs connect, each sorted, in the order of their first members."""
    parent: dict[T, T] = {}

    def root(one: T) -> T:
        while (above := parent.setdefault(one, one)) != one:
            parent[one] = parent.setdefault(above, above)
            one = parent[one]
        return one

    for a, b in pairs:
        parent[root(b)] = root(a)
    groups: dict[T, list[T]] = {}
    for one in sorted(parent):
        groups.setdefault(root(one), []).append(one)
    return list(groups.values())
