"""Annotations of several annotators clustered by where they are: each cluster is one object.

Pairs that overlap enough are joined from the closest down, those of one kind first, as long as every
two members of the cluster overlap enough and no annotator is in it twice (complete linkage). What is
joined depends on places alone, so that labels can be voted on.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from datum.model import Cuboid3D
from datum.model.keypoints import reach
from datum.model.overlap import KEYPOINTS, LINE, NOTHING, SOLID, Shapes, geometry_of
from datum.model.regions import ragged
from datum.model.solids import ball

__all__ = ["Overlaps", "cluster", "find_overlaps"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

_PAIRS_AT_ONCE = 1 << 20


class Overlaps(NamedTuple):
    """Pairs of annotations of one item that overlap, the closest first."""

    first: Indices
    second: Indices
    iou: Floats
    starts: Indices
    """Shape (items + 1,): where the pairs of each item begin."""

    def of_item(self, item: int) -> list[tuple[int, int, float]]:
        """The pairs of one item."""
        part = slice(self.starts[item], self.starts[item + 1])
        columns = (self.first[part], self.second[part], self.iou[part])
        return list(zip(*(column.tolist() for column in columns), strict=True))


def find_overlaps(
    shapes: Shapes, starts: Sequence[int], tie_break: Indices | None = None
) -> Overlaps:
    """All pairs of annotations of one item that overlap by what matters, ``shapes.least``, or more.

    Boxes are swept from left to right, so that the work is about that of the pairs whose bounds
    touch.

    Args:
        shapes: Annotations of several items; what matters is above 0.
        starts: Where the annotations of each item begin, and the end of the last.
        tie_break: A number for each annotation by which pairs of one overlap are ordered.
    """
    item = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    found = [_twins(shapes, item)]
    for a, b in _touching(shapes, item):
        iou = shapes.overlaps(a, b)
        near = iou >= shapes.least
        found.append((a[near], b[near], iou[near]))
    a, b, iou = (np.concatenate(parts) for parts in zip(*found, strict=True))
    rank = np.arange(len(shapes)) if tie_break is None else tie_break
    low, high = np.minimum(rank[a], rank[b]), np.maximum(rank[a], rank[b])
    kinds, labels = shapes.kinds, shapes.labels
    order = np.lexsort((high, low, labels[a] != labels[b], -iou, kinds[a] != kinds[b], item[a]))
    a, b, iou = a[order], b[order], iou[order]
    return Overlaps(a, b, iou, np.searchsorted(item[a], np.arange(len(starts))))


def _twins(shapes: Shapes, item: Indices) -> tuple[Indices, Indices, Floats]:
    """Pairs of equal annotations that have no place, such as keypoints without a point."""
    alike: dict[tuple[int, str], list[int]] = defaultdict(list)
    for n in np.flatnonzero(shapes.family == NOTHING).tolist():
        one = shapes.annotations[n]
        alike[int(item[n]), f"{one.kind} {geometry_of(one)}"].append(n)
    pairs = [pair for members in alike.values() for pair in combinations(members, 2)]
    first, second = np.array(pairs, np.int64).reshape(-1, 2).T
    return first, second, np.ones(len(first))


def _touching(shapes: Shapes, item: Indices) -> Iterator[tuple[Indices, Indices]]:
    """Pairs of one item and family whose bounds touch, in portions."""
    place = np.flatnonzero(shapes.family != NOTHING)
    bounds = _reached(shapes)[place]
    bucket = item[place] * 8.0 + shapes.family[place]
    order = np.lexsort((bounds[:, 0], bucket))
    place, bounds, bucket = place[order], bounds[order], bucket[order]
    # complex numbers are ordered by their real part first: by bucket, then from left to right
    ends = np.searchsorted(bucket + 1j * bounds[:, 0], bucket + 1j * bounds[:, 2], "right")
    counts = ends - np.arange(1, len(place) + 1)
    done = np.concatenate([[0], np.cumsum(counts)])
    start = 0
    while start < len(place):
        stop = max(int(np.searchsorted(done, done[start] + _PAIRS_AT_ONCE, "right")) - 1, start + 1)
        a, b = ragged(np.arange(start + 1, stop + 1), counts[start:stop])
        a += start
        meet = (bounds[a, 1] <= bounds[b, 3]) & (bounds[b, 1] <= bounds[a, 3])
        yield place[a[meet]], place[b[meet]]
        start = stop


def _reached(shapes: Shapes) -> Floats:
    """Left, top, right, bottom of where another has to be to overlap by what matters."""
    ends = shapes.bounds[:, :2], shapes.bounds[:, :2] + shapes.bounds[:, 2:]
    bounds = np.concatenate([np.minimum(*ends), np.maximum(*ends)], axis=1)
    for family in (KEYPOINTS, LINE):
        chosen = shapes.family == family
        size = shapes.bounds[chosen, 2:]
        margin = reach((size * size).sum(axis=1) / 2, shapes.least, shapes.sigma)[:, None]
        bounds[chosen] += np.concatenate([-margin, -margin, margin, margin], axis=1)
    for n in np.flatnonzero(shapes.family == SOLID).tolist():
        x, y, radius = ball(cast("Cuboid3D", shapes.annotations[n]))
        bounds[n] = np.nan_to_num([x - radius, y - radius, x + radius, y + radius])
    return bounds


def cluster(
    members: Sequence[int], near: Mapping[tuple[int, int], float], source: Sequence[int]
) -> list[list[int]]:
    """The clusters of one item's annotations; those that nothing overlaps are alone.

    Args:
        members: Indices of the item's annotations.
        near: Pairs of them that overlap enough, both ways round, the closest first.
        source: The annotator of each annotation, by its index.
    """
    clusters = {one: [one] for one in members}
    for a, b in near:
        one, other = clusters[a], clusters[b]
        if one is not other and _joinable(one, other, near, source):
            one += other
            for member in other:
                clusters[member] = one
    found = {
        id(one): sorted(one, key=lambda member: (source[member], member))
        for one in clusters.values()
    }
    return list(found.values())


def _joinable(
    one: list[int],
    other: list[int],
    near: Mapping[tuple[int, int], float],
    source: Sequence[int],
) -> bool:
    """Whether all of two clusters overlap each other, and are of different annotators."""
    return all(source[a] != source[b] and (a, b) in near for a in one for b in other)
