"""Average precision as COCO defines it.

Source: COCOeval.evaluateImg and COCOeval.accumulate of the COCO API, whose numbers these are: ten
thresholds from .5 to .95, 101 recalls, at most 100 found objects for each item and label (20 of
keypoints), crowds and keypoints that are all absent are ignored, in the truth and with what they are
matched. The order of items decides between equal scores; it is that of the dataset.
"""

from typing import NamedTuple

import msgspec
import numpy as np

from datum.comparison.batches import Bools, Floats, Ints, Side
from datum.comparison.overlaps import Overlaps

__all__ = ["MOST", "RECALLS", "THRESHOLDS", "Curve", "Detections", "detections_of", "outcome"]

THRESHOLDS = np.linspace(0.5, 0.95, 10)
"""Overlaps at which precision is averaged."""

RECALLS = np.linspace(0.0, 1.0, 101)
"""Recalls at which precision is read."""

MOST = {"keypoints": 20}
"""Found objects of an item and label that count, by measure; 100 of every other."""

_MOST = 100
_EXACT = 1 - 1e-10
"""An overlap of 1 that was computed."""


class Detections(NamedTuple):
    """What some items say about one measure."""

    labels: Ints
    """Shape (n,): of the found objects that count."""
    scores: Floats
    """Shape (n,)."""
    hit: Bools
    """Shape (n, 10): whether they match at each threshold."""
    ignored: Bools
    """Shape (n, 10): whether what they match is ignored."""
    wanted: Ints
    """Shape (m,): labels of the truth that is to be found."""


class Curve(msgspec.Struct, frozen=True):
    """How well one label was found."""

    precision: tuple[float, ...]
    """At IoU .5, for each of 101 recalls."""
    ap50: float
    """Average precision at IoU .5."""
    ap75: float
    """Average precision at IoU .75."""
    ap: float
    """Average precision over IoU .5 to .95."""


def detections_of(
    name: str, truth: Side, found: Side, overlaps: Overlaps, ignore: Bools
) -> Detections:
    """The found objects of some items, and what each one matches at each threshold.

    Args:
        name: Of the measure.
        truth: Objects.
        found: Objects.
        overlaps: Of pairs of them, the measure among them.
        ignore: Shape (truth,): those that need not be found.
    """
    measure = overlaps.measures[name]
    counted = _best(found, measure.found, MOST.get(name, _MOST))
    ignored = ignore & measure.truth
    chosen = np.flatnonzero(
        (measure.overlap >= THRESHOLDS[0])
        & measure.truth[overlaps.first]
        & counted[overlaps.second]
        & (truth.labels[overlaps.first] == found.labels[overlaps.second])
    )
    hit, skipped = _matched(
        overlaps.first[chosen], overlaps.second[chosen], measure.overlap[chosen], ignored,
        truth.crowd, found.scores,
    )  # fmt: skip
    wanted = truth.labels[measure.truth & ~ignored]
    return Detections(
        found.labels[counted], found.scores[counted], hit[counted], skipped[counted], wanted
    )


def _best(found: Side, there: Bools, most: int) -> Bools:
    """Those of the greatest scores of each item and label, of those that can be measured."""
    order = np.lexsort((-found.scores, found.labels, found.items, ~there))
    keys = np.stack([found.labels[order], found.items[order]])
    new = np.ones(len(order), np.bool_)
    new[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
    starts = np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))
    counted = np.zeros(len(order), np.bool_)
    counted[order] = np.arange(len(order)) - starts < most
    return counted & there


def _matched(
    first: Ints, second: Ints, overlap: Floats, ignored: Bools, crowd: Bools, scores: Floats
) -> tuple[Bools, Bools]:
    """What each found object matches: shape (found, 10), hits and whether what they hit is ignored."""
    limits = np.minimum(THRESHOLDS, _EXACT)
    hit = np.zeros((len(scores), len(limits)), np.bool_)
    skipped = np.zeros_like(hit)
    alone = (np.bincount(first, minlength=len(ignored))[first] == 1) & (
        np.bincount(second, minlength=len(scores))[second] == 1
    )
    # where one found object can match one object of the truth and no other, nothing is to be chosen
    hit[second[alone]] = overlap[alone][:, None] >= limits
    skipped[second[alone]] = hit[second[alone]] & ignored[first[alone]][:, None]
    rest = np.flatnonzero(~alone)
    # by score, as COCO does it; candidates that need to be found last, of those the greatest overlap
    keys = (first[rest], overlap[rest], ~ignored[first[rest]], second[rest], -scores[second[rest]])
    rest = rest[np.lexsort(keys)]
    taken = np.zeros((len(ignored), len(limits)), np.bool_)
    for chosen in np.split(rest, np.flatnonzero(np.diff(second[rest])) + 1):
        if not len(chosen):
            continue
        wanted = first[chosen]
        free = ~taken[wanted] | crowd[wanted][:, None]
        can = (overlap[chosen][:, None] >= limits) & free
        last = len(chosen) - 1 - np.argmax(can[::-1], axis=0)
        done = can.any(axis=0)
        hit[second[chosen[0]]] = done
        skipped[second[chosen[0]]] = done & ignored[wanted[last]]
        taken[wanted[last[done]], np.flatnonzero(done)] = True
    return hit, skipped


def outcome(parts: list[Detections], labels: int) -> dict[int, Curve]:
    """Precision of each label that is to be found, from all parts in the order of the dataset."""
    if not parts:
        return {}
    every = [np.concatenate(column) for column in zip(*parts, strict=True)]
    of, scores, hit, ignored, wanted = every
    totals = np.bincount(wanted, minlength=labels)
    order = np.lexsort((-scores, of))
    starts = np.searchsorted(of[order], np.arange(labels + 1))
    found = {}
    for label in np.flatnonzero(totals).tolist():
        rows = order[starts[label] : starts[label + 1]]
        found[label] = _curve(hit[rows], ignored[rows], int(totals[label]))
    return found


def _curve(hit: Bools, ignored: Bools, total: int) -> Curve:
    right = np.cumsum(hit & ~ignored, axis=0, dtype=np.float64)
    wrong = np.cumsum(~hit & ~ignored, axis=0, dtype=np.float64)
    read = np.zeros((len(THRESHOLDS), len(RECALLS)))
    for n in range(len(THRESHOLDS)):
        precision = right[:, n] / (wrong[:, n] + right[:, n] + np.spacing(1))
        precision = np.maximum.accumulate(precision[::-1])[::-1]
        places = np.searchsorted(right[:, n] / total, RECALLS, side="left")
        inside = places < len(precision)
        read[n, inside] = precision[places[inside]]
    means = read.mean(axis=1)
    return Curve(tuple(read[0].tolist()), float(means[0]), float(means[5]), float(read.mean()))
