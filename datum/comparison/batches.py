"""Objects of many items as arrays, and the pairs of them that are in one item."""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from datum.comparison.objects import Object

__all__ = ["Bools", "Floats", "Ints", "Side", "pairs_of", "side_of"]

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Side(NamedTuple):
    """The objects of one family, of one dataset, of some items."""

    objects: list[Object]
    """Item after item."""
    items: Ints
    """Shape (n,): the number of each object's item."""
    counts: Ints
    """Shape (items,)."""
    labels: Ints
    """Shape (n,)."""
    scores: Floats
    """Shape (n,): from 0 to 1; 1 where nothing was said."""
    crowd: Bools
    """Shape (n,): which stand for many."""


def side_of(items: Sequence[Sequence[Object]]) -> Side:
    """The objects of some items as arrays."""
    objects = list(chain.from_iterable(items))
    counts = np.array([len(one) for one in items], np.int64)
    scores = [one.score for one in objects]
    return Side(
        objects,
        np.repeat(np.arange(len(items)), counts),
        counts,
        np.array([one.label for one in objects], np.int64),
        np.array([1.0 if score is None else score for score in scores], np.float64),
        np.array([one.crowd for one in objects], np.bool_),
    )


def pairs_of(first: Side, second: Side, settled: Bools) -> tuple[Ints, Ints]:
    """Every pair of objects that are in one item, in the order of the items.

    Args:
        first: Objects.
        second: Objects.
        settled: Shape (items,): where both sides are the same, so that the first object of one is the
            first of the other, and so on; of these no other pairs are made.

    Returns:
        Indices into *first* and into *second*, shape (pairs,).
    """
    each = np.where(settled, first.counts, first.counts * second.counts)
    item = np.repeat(np.arange(len(each)), each)
    within = np.arange(len(item)) - np.repeat(np.cumsum(each) - each, each)
    alone = settled[item]
    width = np.where(alone, 1, second.counts[item])
    starts = (np.cumsum(first.counts) - first.counts, np.cumsum(second.counts) - second.counts)
    right = np.where(alone, within, within % width)
    return starts[0][item] + within // width, starts[1][item] + right
