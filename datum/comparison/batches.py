"""Objects of one family of two sides, and the pairs of them that are in one item."""

from typing import NamedTuple

import numpy as np

from datum.comparison.objects import FAMILIES, Object, Objects
from datum.model.columns import Ints

__all__ = ["Side", "pairs_of", "side_of"]


class Side(NamedTuple):
    """The objects of one family, of one dataset, of some items."""

    rows: Objects
    values: list[Object]
    """The same as values."""
    counts: Ints
    """Shape (items,): how many each item has."""


def side_of(family: str, objects: Objects, values: list[Object], items: int) -> Side:
    """Those objects of some items that a family compares."""
    chosen = np.flatnonzero(objects.families[:, FAMILIES.index(family)])
    rows = objects.take(chosen)
    counts = np.bincount(rows.items, minlength=items)
    return Side(rows, [values[n] for n in chosen.tolist()], counts)


def pairs_of(first: Side, second: Side) -> tuple[Ints, Ints]:
    """Every pair of objects that are in one item, in the order of the items.

    Returns:
        Indices into *first* and into *second*, shape (pairs,).
    """
    each = first.counts * second.counts
    item = np.repeat(np.arange(len(each)), each)
    within = np.arange(len(item)) - np.repeat(np.cumsum(each) - each, each)
    starts = (np.cumsum(first.counts) - first.counts, np.cumsum(second.counts) - second.counts)
    width = second.counts[item]
    return starts[0][item] + within // width, starts[1][item] + within % width
