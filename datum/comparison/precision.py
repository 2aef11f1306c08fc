"""Average precision as COCO defines it.

Source: COCOeval.evaluateImg and COCOeval.accumulate of the COCO API, whose numbers these are: ten
thresholds from .5 to .95, 101 recalls, at most 100 found objects for each item and label (20 of
keypoints), crowds and keypoints that are all absent are ignored, in the truth and with what they are
matched; so are, where the precision is that of a range of areas, objects outside of it. The order of
items decides between equal scores; it is that of the dataset.

One thing is added: objects that are equal find each other, though their outline covers no pixel.
"""

from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from datum.comparison.batches import Side
from datum.comparison.objects import Objects
from datum.comparison.overlaps import Measure, Overlaps
from datum.model.columns import Bools, Floats, Ints

__all__ = [
    "RANGES",
    "Curve",
    "Detections",
    "area_class",
    "detections_of",
    "most_of",
    "outcome",
    "sure_detections",
]

_THRESHOLDS = np.linspace(0.5, 0.95, 10)
"""Overlaps at which precision is averaged."""

_RECALLS = np.linspace(0.0, 1.0, 101)
"""Recalls at which precision is read."""

RANGES = {
    "all": (0.0, 1e10),
    "small": (0.0, 32.0**2),
    "medium": (32.0**2, 96.0**2),
    "large": (96.0**2, 1e10),
}
"""Least and greatest area, square pixels."""

_OF_AREAS = {
    "box": tuple(RANGES),
    "segment": tuple(RANGES),
    "keypoints": ("all", "medium", "large"),
}
"""The ranges that measures have; others are of all areas together."""

_EXACT = 1 - 1e-10
"""An overlap of 1 that was computed."""

_BITS = (1 << np.arange(len(_THRESHOLDS))).astype(np.uint16)
_ALWAYS = np.uint16(_BITS.sum())

Bits = NDArray[np.uint16]
"""One bit for each threshold."""


class Detections(NamedTuple):
    """What some items say about one measure."""

    items: Ints
    """Shape (n,): of the found objects that count, the number of the item."""
    labels: Ints
    """Shape (n,)."""
    scores: Floats
    """Shape (n,)."""
    hit: Bits
    """Shape (n, ranges): at which thresholds they match."""
    ignored: Bits
    """Shape (n, ranges): at which thresholds they do not count."""
    wanted: Ints
    """Shape (m,): labels of the truth."""
    counted: Bools
    """Shape (m, ranges): whether it is to be found."""


class Curve(msgspec.Struct, frozen=True):
    """How well one label was found."""

    precision: tuple[float, ...]
    """At IoU .5, for each of 101 recalls."""
    ap: float
    """Average precision over IoU .5 to .95."""
    ap50: float
    """Average precision at IoU .5."""
    ap75: float
    """Average precision at IoU .75."""
    ap_small: float | None
    """Average precision over IoU .5 to .95 of small objects; None where there is nothing to find."""
    ap_medium: float | None
    ap_large: float | None


def most_of(name: str) -> int:
    """How many found objects of an item and label count."""
    return 20 if name == "keypoints" else 100


def _ranges(name: str) -> tuple[str, ...]:
    return _OF_AREAS.get(name, ("all",))


def _inside(name: str, areas: Floats) -> Bools:
    """Shape (n, ranges): whether an area is in each range of a measure."""
    limits = np.array([RANGES[one] for one in _ranges(name)])
    return (areas[:, None] >= limits[:, 0]) & (areas[:, None] <= limits[:, 1])


def area_class(areas: Floats) -> Ints:
    """Shape (n,): numbers that are equal for areas in the same ranges."""
    inside = _inside("box", areas)
    return inside @ (1 << np.arange(inside.shape[1]))


def sure_detections(name: str, rows: Objects, numbers: Ints) -> Detections:
    """Objects that all find themselves.

    Args:
        name: Of the measure.
        rows: Objects, no more than count; only crowds among them are ignored.
        numbers: Of their items, in the whole dataset.
    """
    counted = _inside(name, rows.areas) & ~rows.crowd[:, None]
    return Detections(
        numbers[rows.items],
        rows.labels,
        rows.scores,
        np.full(counted.shape, _ALWAYS),
        np.where(counted, np.uint16(0), _ALWAYS),
        rows.labels,
        counted,
    )


def detections_of(
    name: str, truth: Side, found: Side, overlaps: Overlaps, numbers: Ints
) -> Detections:
    """The found objects of some items, and what each one matches at each threshold.

    Args:
        name: Of the measure.
        truth: Objects.
        found: Objects.
        overlaps: Of pairs of them, the measure among them.
        numbers: Of their items, in the whole dataset.
    """
    measure = overlaps.measures[name]
    wanted, rows = truth.rows.take(measure.truth), found.rows
    best = _best(found, measure.found, most_of(name))
    ignore = truth.rows.crowd.copy()
    if name == "keypoints":
        ignore |= ~truth.rows.visible
    counted = _inside(name, truth.rows.areas) & ~ignore[:, None]
    within = _inside(name, rows.areas)
    chosen = _candidates(measure, truth, found, overlaps, best)
    hit = np.zeros(within.shape, np.uint16)
    ignored = np.zeros(within.shape, np.uint16)
    for n in range(within.shape[1]):
        hits, skips = _matched(chosen, ~counted[:, n], truth.rows.crowd, rows.scores)
        outside = ~hits & ~within[:, n, None]
        hit[:, n], ignored[:, n] = hits @ _BITS, (skips | outside) @ _BITS
    return Detections(
        numbers[rows.items[best]],
        rows.labels[best],
        rows.scores[best],
        hit[best],
        ignored[best],
        wanted.labels,
        counted[measure.truth],
    )


def _best(found: Side, there: Bools, most: int) -> Bools:
    """Those of the greatest scores of each item and label, of those that can be measured."""
    rows = found.rows
    order = np.lexsort((-rows.scores, rows.labels, rows.items, ~there))
    keys = np.stack([rows.labels[order], rows.items[order], there[order]])
    new = np.ones(len(order), np.bool_)
    new[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
    starts = np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))
    counted = np.zeros(len(order), np.bool_)
    counted[order] = np.arange(len(order)) - starts < most
    return counted & there


class _Pairs(NamedTuple):
    """Pairs that may match, shape (pairs,) each."""

    first: Ints
    second: Ints
    overlap: Floats


def _candidates(
    measure: Measure, truth: Side, found: Side, overlaps: Overlaps, best: Bools
) -> _Pairs:
    """Pairs of one label that overlap far enough for one of the thresholds."""
    chosen = np.flatnonzero(
        (measure.overlap >= _THRESHOLDS[0])
        & measure.truth[overlaps.first]
        & best[overlaps.second]
        & (truth.rows.labels[overlaps.first] == found.rows.labels[overlaps.second])
    )
    return _Pairs(overlaps.first[chosen], overlaps.second[chosen], measure.overlap[chosen])


def _matched(pairs: _Pairs, ignored: Bools, crowd: Bools, scores: Floats) -> tuple[Bools, Bools]:
    """What each found object matches: shape (found, 10), hits and whether what they hit is ignored."""
    first, second, overlap = pairs
    limits = np.minimum(_THRESHOLDS, _EXACT)
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


def outcome(name: str, parts: list[Detections], labels: int) -> dict[int, Curve]:
    """Precision of each label that is to be found.

    Args:
        name: Of the measure.
        parts: What was found, of items that are in no two of them.
        labels: How many there are.
    """
    if not parts:
        return {}
    every = Detections(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    order = np.lexsort((every.items, -every.scores, every.labels))
    starts = np.searchsorted(every.labels[order], np.arange(labels + 1))
    totals = np.stack([np.bincount(every.wanted, one, labels) for one in every.counted.T])
    found = {}
    for label in np.flatnonzero(totals[0]).tolist():
        rows = order[starts[label] : starts[label + 1]]
        by_area = dict.fromkeys(RANGES, np.empty(0)) | {
            one: _read(every.hit[rows, n], every.ignored[rows, n], int(totals[n, label]))
            for n, one in enumerate(_ranges(name))
        }
        found[label] = _curve(**by_area)
    return found


def _curve(*, all: Floats, small: Floats, medium: Floats, large: Floats) -> Curve:  # noqa: A002
    areas = (float(one.mean()) if one.size else None for one in (small, medium, large))
    ap50, ap75 = float(all[0].mean()), float(all[5].mean())
    return Curve(tuple(all[0].tolist()), float(all.mean()), ap50, ap75, *areas)


def _read(hits: Bits, ignores: Bits, total: int) -> Floats:
    """Precision at each threshold and recall, shape (10, 101); empty where nothing is to be found.

    The objects are in the order of their scores.
    """
    if not total:
        return np.empty(0)
    hit, ignored = ((bits[:, None] & _BITS) > 0 for bits in (hits, ignores))
    right = np.cumsum(hit & ~ignored, axis=0, dtype=np.float64)
    wrong = np.cumsum(~hit & ~ignored, axis=0, dtype=np.float64)
    read = np.zeros((len(_THRESHOLDS), len(_RECALLS)))
    precision = right / (wrong + right + np.spacing(1))
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    for n in range(len(_THRESHOLDS)):
        places = np.searchsorted(right[:, n] / total, _RECALLS, side="left")
        inside = places < len(precision)
        read[n, inside] = precision[places[inside], n]
    return read
