"""How alike keypoints are, and lines: COCO's object keypoint similarity, made symmetric.

Two points that are d apart are alike by exp(-d² / (2 s² (2 sigma)²)), as in COCO's evaluation, where s² is
the area of the object. What has no area here has its extent instead: half the square of the diagonal
of its bounds, which is the area of a square, averaged over both sides.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from datum.model.annotation import Points, Polyline, Skeleton

__all__ = ["SIGMA", "Keypoints", "keypoints_of", "line_similarity", "lines_of", "oks", "reach"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

SIGMA = 0.1
"""Deviation of a keypoint in parts of the object's size; COCO's own are from 0.025 to 0.107."""

_SMALL = 32.0**2
"""Extent of what is one point on both sides: the limit of small objects in COCO, square pixels."""

_STEPS = 64
"""Points at equal distances along a line at which it is compared."""


class Keypoints(NamedTuple):
    """Keypoints of several annotations, filled up with absent ones to one number K."""

    places: Floats
    """Shape (n, K, 2), pixels; 0 for absent ones."""
    present: NDArray[np.bool_]
    """Shape (n, K)."""
    extent: Floats
    """Half the square of the diagonal, shape (n,)."""


def keypoints_of(annotations: Sequence[Points | Skeleton]) -> Keypoints:
    """The keypoints of annotations."""
    most = max((len(one.points) // 2 for one in annotations), default=0)
    places = np.zeros((len(annotations), most, 2))
    present = np.zeros((len(annotations), most), bool)
    for n, one in enumerate(annotations):
        count = len(one.points) // 2
        places[n, :count] = np.reshape(one.points[: 2 * count], (count, 2))
        present[n, :count] = True
        flags = np.array(one.visibility[:count], np.int64)
        present[n, : len(flags)] &= flags != 0
    present &= np.isfinite(places).all(axis=2)
    places[~present] = 0.0
    return Keypoints(places, present, _extent(places, present))


def _extent(places: Floats, present: NDArray[np.bool_]) -> Floats:
    """Half the square of the diagonal of the bounds of what is present; 0 where nothing is."""
    if not places.size:
        return np.zeros(len(places))
    shown = present[:, :, None]
    most = np.max(places, axis=1, where=shown, initial=-np.inf)
    least = np.min(places, axis=1, where=shown, initial=np.inf)
    size: Floats = np.where(present.any(axis=1, keepdims=True), most - least, 0.0)
    found: Floats = (size * size).sum(axis=1) / 2
    return found


def oks(points: Keypoints, first: Indices, second: Indices, sigma: float = SIGMA) -> Floats:
    """Similarity of pairs of keypoints, from 0 to 1, shape (pairs,).

    The mean over the keypoints that are present on either side; one that is absent on the other is
    not alike at all.
    """
    both = points.present[first] & points.present[second]
    either = points.present[first] | points.present[second]
    alike = _alike(
        points.places[first] - points.places[second],
        (points.extent[first] + points.extent[second]) / 2,
        sigma,
    )
    count = either.sum(axis=1)
    total = np.sum(alike, axis=1, where=both)
    found: Floats = np.divide(total, count, out=np.zeros(len(first)), where=count > 0)
    return found


def _alike(apart: Floats, extent: Floats, sigma: float) -> Floats:
    """How alike points are, from their distances of shape (pairs, K, 2)."""
    scale = 2 * np.where(extent > 0, extent, _SMALL) * (2 * sigma) ** 2
    found: Floats = np.exp(-(apart * apart).sum(axis=2) / scale[:, None])
    return found


def reach(extent: Floats, least: float, sigma: float = SIGMA) -> Floats:
    """How far around its bounds another's bounds may be, at most, for a similarity of *least*.

    Where two are as alike as that, the bounds grown by the reach of each touch: some two points are
    as alike, and the root of a sum is below the sum of the roots.
    """
    scale = 2 * np.where(extent > 0, extent, _SMALL) * (2 * sigma) ** 2
    found: Floats = np.sqrt(scale * np.log(1 / least))
    return found


def lines_of(lines: Sequence[Polyline]) -> tuple[Floats, Floats]:
    """Points at equal distances along each line, shape (n, 64, 2), and the extents, shape (n,)."""
    places = np.zeros((len(lines), _STEPS, 2))
    extent = np.zeros(len(lines))
    share = np.linspace(0, 1, _STEPS)
    for n, line in enumerate(lines):
        corners = np.reshape(line.points[: len(line.points) // 2 * 2], (-1, 2))
        steps = np.hypot(*np.diff(corners, axis=0).T)
        along = np.concatenate([[0.0], np.cumsum(steps)])
        for axis in (0, 1):
            places[n, :, axis] = np.interp(share * along[-1], along, corners[:, axis])
        extent[n] = (np.ptp(corners, axis=0) ** 2).sum() / 2
    return places, extent


def line_similarity(
    lines: tuple[Floats, Floats], first: Indices, second: Indices, sigma: float = SIGMA
) -> Floats:
    """Similarity of pairs of lines, from 0 to 1, shape (pairs,): that of 64 points along them.

    A line has no direction: the better of the two ways counts.
    """
    places, extents = lines
    extent = (extents[first] + extents[second]) / 2
    ways = (places[second], places[second][:, ::-1])
    # sorted, so that the sum is the same for either order of the two
    alike = [np.sort(_alike(places[first] - way, extent, sigma), axis=1) for way in ways]
    found: Floats = np.maximum(*(one.mean(axis=1) for one in alike))
    return found
