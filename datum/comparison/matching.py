"""Which found object is which of the truth: one to one, the surest first."""

import numpy as np

from datum.comparison.batches import Side
from datum.comparison.overlaps import Overlaps
from datum.model.columns import Bools, Ints

__all__ = ["NOBODY", "match"]

NOBODY = -1
"""In place of a partner."""


def match(
    truth: Side, found: Side, overlaps: Overlaps, sure: Bools, threshold: float
) -> tuple[Ints, Ints]:
    """Partners of both sides.

    Pairs that overlap far enough are taken greedily: equal objects before others, pairs of one label
    before others, then those whose found object has the greater score, then those that overlap more,
    then in the order of the dataset. A pair of two labels is an object that was found and called wrong.

    Args:
        truth: Objects.
        found: Objects.
        overlaps: Of pairs of them.
        sure: Shape (found,): those that may be in a pair.
        threshold: Least overlap of a pair.

    Returns:
        For each of the truth the index of the pair it is in, and for each found one likewise;
        NOBODY for those in none.
    """
    chosen = np.flatnonzero((overlaps.overlap >= threshold) & sure[overlaps.second])
    first, second = overlaps.first[chosen], overlaps.second[chosen]
    wrong = truth.rows.labels[first] != found.rows.labels[second]
    other = wrong | ~overlaps.equal[chosen]
    scores = found.rows.scores[second]
    order = np.lexsort((second, first, -overlaps.overlap[chosen], -scores, wrong, other))
    mine, yours = [NOBODY] * len(truth.rows), [NOBODY] * len(found.rows)
    for pair, a, b in zip(
        chosen[order].tolist(), first[order].tolist(), second[order].tolist(), strict=True
    ):
        if mine[a] == NOBODY and yours[b] == NOBODY:
            mine[a] = yours[b] = pair
    return np.array(mine, np.int64), np.array(yours, np.int64)
