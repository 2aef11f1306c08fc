"""Which found object is which of the truth: one to one, the surest first."""

import numpy as np

from datum.comparison.batches import Ints, Side
from datum.comparison.overlaps import Overlaps

__all__ = ["NOBODY", "match"]

NOBODY = -1
"""In place of a partner."""


def match(truth: Side, found: Side, overlaps: Overlaps, threshold: float) -> tuple[Ints, Ints]:
    """Partners of both sides.

    Pairs that overlap far enough are taken greedily: pairs of one label before others, then those
    whose found object has the greater score, then those that overlap more, then in the order of the
    dataset. A pair of two labels is an object that was found and called wrong.

    Args:
        truth: Objects.
        found: Objects.
        overlaps: Of pairs of them.
        threshold: Least overlap of a pair.

    Returns:
        For each of the truth the index of the pair it is in, and for each found one likewise;
        NOBODY for those in none.
    """
    of_truth = np.full(len(truth.objects), NOBODY, np.int64)
    of_found = np.full(len(found.objects), NOBODY, np.int64)
    chosen = np.flatnonzero(overlaps.overlap >= threshold)
    first, second = overlaps.first[chosen], overlaps.second[chosen]
    wrong = truth.labels[first] != found.labels[second]
    order = np.lexsort((second, first, -overlaps.overlap[chosen], -found.scores[second], wrong))
    mine, yours = [NOBODY] * len(of_truth), [NOBODY] * len(of_found)
    for pair, a, b in zip(
        chosen[order].tolist(), first[order].tolist(), second[order].tolist(), strict=True
    ):
        if mine[a] == NOBODY and yours[b] == NOBODY:
            mine[a] = yours[b] = pair
    of_truth[:], of_found[:] = mine, yours
    return of_truth, of_found
