"""Dealing items to subsets so that each subset gets its share of every group, in exact sizes.

A group is what some items have some of: a label, or an attribute's value under a label. Items are dealt
one after the other, those that have much of rare groups first, as in iterative stratification
(Sechidis, Tsoumakas, Vlahavas 2011); each goes to the subset, of those that are not full, where the
chi-square distance between what the subsets have of its groups and their shares grows least, and of equal
ones to that which lacks most items. For items of one group each that is Webster's method of
apportionment, group by group.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence

import msgspec

from datum.transforms.chance import Key, draw
from datum.transforms.shares import sizes_of

__all__ = ["deal"]


class _Group(msgspec.Struct):
    """How a group stands while items are dealt."""

    total: int
    excess: list[float]
    """What each subset has over its share, once all are dealt: below 0 while it lacks some."""
    weight: list[float]
    """1 / (total * share) of each subset."""


def deal(
    items: Sequence[tuple[Key, Mapping[Hashable, int]]], shares: Mapping[str, float], seed: int
) -> dict[Key, str]:
    """The subset of every item.

    Args:
        items: Keys, and how many of each group the item has; an item may have none.
        shares: Of each subset, in sum 1; the sizes are theirs, rounded.
        seed: Decides the order of items that are alike.
    """
    subsets = [(name, size) for name, size in sizes_of(shares, len(items)) if shares[name]]
    names = [name for name, _ in subsets]
    left = [size for _, size in subsets]
    parts = [shares[name] for name in names]
    totals: Counter[Hashable] = Counter()
    for _, has in items:
        totals.update(has)
    groups = {name: _group(total, parts) for name, total in totals.items()}
    size = _group(len(items), parts)
    chosen: dict[Key, str] = {}
    for key, has in sorted(
        items, key=lambda row: (_common(row[1], totals), draw(seed, *row[0]), row[0])
    ):
        rows = [(groups[name], count) for name, count in has.items()]
        best = min(
            (n for n, room in enumerate(left) if room),
            key=lambda n: (_cost(rows, n), _cost([(size, 1)], n), n),
        )
        for group, count in (*rows, (size, 1)):
            group.excess[best] += count
        left[best] -= 1
        chosen[key] = names[best]
    return chosen


def _group(total: int, parts: Sequence[float]) -> _Group:
    return _Group(
        total,
        [-total * part for part in parts],
        [1 / (total * part) for part in parts] if total else [],
    )


def _common(has: Mapping[Hashable, int], totals: Mapping[Hashable, int]) -> float:
    """Below 0: the more of the rarer groups an item has, the lower."""
    return -sum(count / totals[name] for name, count in has.items())


def _cost(rows: Sequence[tuple[_Group, int]], subset: int) -> float:
    """By how much the chi-square distance grows where an item comes into a subset."""
    return sum(
        (2 * group.excess[subset] + count) * count * group.weight[subset] for group, count in rows
    )
