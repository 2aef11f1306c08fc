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


def sigmas(count: int) -> Floats:
    """Deviations of the keypoints of a skeleton of so many, in parts of the object's size."""
    return _PERSON / 1000 if count == len(_PERSON) else np.full(count, _SIGMA)


def _keypoints(one: Object) -> tuple[Floats, Bools]:
    """Places, shape (K, 2), and which of them are not absent, shape (K,)."""
    part = next(part for part in one.parts if isinstance(part, Points | Skeleton))
    count = len(part.points) // 2
    places = np.array(part.points[: 2 * count], np.float64).reshape(count, 2)
    there = np.ones(count, np.bool_)
    flags = np.array(part.visibility[:count], np.int64)
    there[: len(flags)] = flags != 0
    return places, there


def keypoint_similarity(truth: Side, found: Side, pairs: tuple[Ints, Ints]) -> Floats:
    """COCO's object keypoint similarity of pairs; of other numbers of keypoints than the truth's, 0."""
    mine, yours = ([_keypoints(one) for one in side.values] for side in (truth, found))
    rows = truth.rows
    return np.array(
        [
            _oks(mine[a], yours[b][0], rows.areas[a], rows.boxes[a])
            for a, b in zip(pairs[0].tolist(), pairs[1].tolist(), strict=True)
        ],
        np.float64,
    )


def _oks(truth: tuple[Floats, Bools], found: Floats, area: float, box: Floats) -> float:
    places, there = truth
    if len(places) != len(found) or not len(places):
        return 0.0
    spread = (2 * sigmas(len(places))) ** 2
    if there.any():
        apart = (found - places)[there]
        spread = spread[there]
    else:  # as far as the points lie outside of twice the box
        low, high = box[:2] - box[2:], box[:2] + 2 * box[2:]
        apart = np.maximum(0, low - found) + np.maximum(0, found - high)
    with np.errstate(over="ignore", invalid="ignore"):
        error = (apart**2).sum(axis=1) / spread / (area + np.spacing(1)) / 2
        similar = float(np.exp(-error).mean())
    return similar if np.isfinite(similar) else 0.0
