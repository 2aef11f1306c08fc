"""Similarity of keypoints, with the size and the visibility of the truth.

Source: COCOeval.computeOks of the COCO API, and its deviations for the 17 keypoints of persons.
"""

import numpy as np

from datum.comparison.batches import Side
from datum.comparison.objects import Object
from datum.model import Points, Skeleton
from datum.model.columns import Bools, Floats, Ints

__all__ = ["keypoint_similarity", "sigmas"]

_PERSON = np.array(
    [26, 25, 25, 35, 35, 79, 79, 72, 72, 62, 62, 107, 107, 87, 87, 89, 89], np.float64
)
"""Deviations of COCO's 17 keypoints, in thousandths of the object's size."""

_SIGMA = 0.1
"""Deviation of any other keypoint."""

_PORTION = 1 << 14
"""Pairs that are compared at a time."""


def sigmas(count: int) -> Floats:
    """Deviations of the keypoints of a skeleton of so many, in parts of the object's size."""
    return _PERSON / 1000 if count == len(_PERSON) else np.full(count, _SIGMA)


def keypoint_similarity(truth: Side, found: Side, pairs: tuple[Ints, Ints]) -> Floats:
    """COCO's object keypoint similarity of pairs; of other numbers of keypoints than the truth's, 0."""
    mine, yours = ([_keypoints(one) for one in side.values] for side in (truth, found))
    counts = [np.array([len(places) for places, _ in side], np.int64) for side in (mine, yours)]
    first, second = pairs
    similar = np.zeros(len(first))
    for count in np.unique(counts[0][counts[0] > 0]).tolist():
        chosen = np.flatnonzero((counts[0][first] == count) & (counts[1][second] == count))
        for start in range(0, len(chosen), _PORTION):
            part = chosen[start : start + _PORTION]
            a, b = first[part], second[part]
            places, there = (np.array(rows) for rows in zip(*(mine[n] for n in a), strict=True))
            apart = _apart(places, there, np.array([yours[n][0] for n in b]), truth.rows.boxes[a])
            similar[part] = _oks(apart, there, truth.rows.areas[a])
    return similar


def _keypoints(one: Object) -> tuple[Floats, Bools]:
    """Places, shape (K, 2), and which of them are not absent, shape (K,)."""
    part = next(part for part in one.parts if isinstance(part, Points | Skeleton))
    count = len(part.points) // 2
    places = np.array(part.points[: 2 * count], np.float64).reshape(count, 2)
    there = np.ones(count, np.bool_)
    flags = np.array(part.visibility[:count], np.int64)
    there[: len(flags)] = flags != 0
    return places, there


def _apart(truth: Floats, there: Bools, found: Floats, boxes: Floats) -> Floats:
    """Shape (pairs, K, 2): how far each point is from the truth's, or from twice the box if none is there."""
    shown: Bools = np.asarray(there.any(axis=1))
    low, high = boxes[:, None, :2] - boxes[:, None, 2:], boxes[:, None, :2] + 2 * boxes[:, None, 2:]
    with np.errstate(over="ignore", invalid="ignore"):
        outside = np.maximum(0, low - found) + np.maximum(0, found - high)
        apart: Floats = np.where(shown[:, None, None], found - truth, outside)
    return apart


def _oks(apart: Floats, there: Bools, areas: Floats) -> Floats:
    """Shape (pairs,): the mean over the points that are there, or over all where none is."""
    counted = there | ~there.any(axis=1, keepdims=True)
    spread = (2 * sigmas(apart.shape[1])) ** 2
    with np.errstate(over="ignore", invalid="ignore"):
        error = (apart**2).sum(axis=2) / spread / (areas[:, None] + np.spacing(1)) / 2
        similar: Floats = np.exp(-error).mean(axis=1, where=counted)
    return np.where(np.isfinite(similar), similar, 0.0)
