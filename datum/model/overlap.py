"""Overlap of annotations, from 0 to 1, for every pair of kinds: symmetric, and exact.

What covers an area (boxes, rotated boxes, polygons with holes, masks, ellipses, boxes drawn in
perspective) is compared by intersection over union, whatever two kinds they are; boxes in space by
that of their volumes; keypoints and lines by their object keypoint similarity; captions by the
words that they share; labels are the same or not. Of other pairs, nothing overlaps.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from datum.model.annotation import (
    Annotation,
    Box,
    Caption,
    Cuboid2D,
    Cuboid3D,
    Ellipse,
    Label,
    Mask,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
)
from datum.model.geometry import bounds
from datum.model.keypoints import SIGMA, keypoints_of, line_similarity, lines_of, oks
from datum.model.regions import Regions, common_areas, common_pixels, regions_of, runs_of
from datum.model.solids import solid_ious

__all__ = [
    "KEYPOINTS",
    "LINE",
    "NOTHING",
    "SOLID",
    "Shapes",
    "geometry_of",
    "iou",
    "overlaps",
    "pairwise_iou",
]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

NOTHING, AREA, KEYPOINTS, LINE, SOLID, TEXT, LABEL = range(7)
"""Families: annotations of one family can overlap."""

_FAMILIES: dict[type[Annotation], int] = {
    Box: AREA,
    RotatedBox: AREA,
    Polygon: AREA,
    Mask: AREA,
    Ellipse: AREA,
    Cuboid2D: AREA,
    Points: KEYPOINTS,
    Skeleton: KEYPOINTS,
    Polyline: LINE,
    Cuboid3D: SOLID,
    Caption: TEXT,
    Label: LABEL,
}

_NUMBERS = {kind: n for n, kind in enumerate(_FAMILIES)}

_PLACED = (AREA, KEYPOINTS, LINE)
"""Families that have bounds."""

_NOWHERE = (np.nan,) * 4

_SLACK = 1e-3
"""Share by which bounds may be too small: chords stand for an ellipse, a little outside of it."""

_ROUNDING = 1e-12
"""An overlap that is nearer to 1 is 1."""

_COMMON = frozenset(("id", "label", "group", "z_order", "score", "attributes"))


def pairwise_iou(
    first: Sequence[Annotation], second: Sequence[Annotation], *, sigma: float = SIGMA
) -> Floats:
    """The overlap of every annotation of *first* with every one of *second*.

    Args:
        first: Annotations of one item; their labels are not looked at, but for those of items.
        second: Annotations of the same item, with the same categories.
        sigma: Deviation of keypoints in parts of the object's size.

    Returns:
        Shape (len(first), len(second)), from 0 to 1. ``pairwise_iou(a, b)`` is the transpose of
        ``pairwise_iou(b, a)`` to the last bit; equal shapes have 1.
    """
    shapes = Shapes([*first, *second], sigma=sigma)
    rows, columns = np.indices((len(first), len(second)))
    found = shapes.overlaps(rows.ravel(), columns.ravel() + len(first))
    return found.reshape(len(first), len(second))


def iou(a: Annotation, b: Annotation) -> float:
    """The overlap of two annotations."""
    return overlaps([(a, b)])[0]


def overlaps(pairs: Sequence[tuple[Annotation, Annotation]]) -> list[float]:
    """The overlap of each of several pairs of annotations."""
    every = {id(one): one for pair in pairs for one in pair}
    places = {key: n for n, key in enumerate(every)}
    first, second = (
        np.array([places[id(pair[side])] for pair in pairs], np.int64) for side in (0, 1)
    )
    found: list[float] = Shapes(list(every.values())).overlaps(first, second).tolist()
    return found


class Shapes:
    """Annotations prepared as arrays, of which any pairs can be compared.

    Args:
        annotations: Of one item or of many.
        sigma: Deviation of keypoints in parts of the object's size.
        least: What matters: overlaps that are less may be given as 0, which saves work.
    """

    def __init__(
        self, annotations: Sequence[Annotation], *, sigma: float = SIGMA, least: float = 0.0
    ) -> None:
        self.annotations = annotations
        self.sigma = sigma
        self.least = least
        self.family = np.array([_FAMILIES[type(one)] for one in annotations], np.int8)
        """Shape (n,): what can overlap with what."""
        self.bounds = np.zeros((len(annotations), 4))
        """Shape (n, 4): left, top, width, height in pixels; 0 for what has no place."""
        placed = np.flatnonzero(np.isin(self.family, _PLACED))
        found = [bounds(annotations[n]) or _NOWHERE for n in placed.tolist()]
        places = np.array(found, np.float64).reshape(-1, 4)
        finite = np.isfinite(places).all(axis=1)
        self.family[placed[~finite]] = NOTHING
        self.bounds[placed[finite]] = places[finite]

    def __len__(self) -> int:
        """The number of annotations."""
        return len(self.annotations)

    @cached_property
    def kinds(self) -> Indices:
        """Shape (n,): a number for each kind."""
        return np.array([_NUMBERS[type(one)] for one in self.annotations], np.int64)

    @cached_property
    def labels(self) -> Indices:
        """Shape (n,): the label of each; -1 for none."""
        labels = (one.label for one in self.annotations)
        return np.array([-1 if label is None else label for label in labels], np.int64)

    @cached_property
    def upright(self) -> NDArray[np.bool_]:
        """Shape (n,): which are boxes, and so are their bounds."""
        return np.array([type(one) is Box for one in self.annotations], bool)

    @cached_property
    def regions(self) -> Regions:
        """What the annotations cover."""
        return regions_of(self.annotations)

    def overlaps(self, first: Indices, second: Indices) -> Floats:
        """The overlap of pairs of annotations, by their indices; shape (pairs,)."""
        found = np.zeros(len(first))
        family = np.where(self.family[first] == self.family[second], self.family[first], NOTHING)
        with np.errstate(over="ignore", invalid="ignore"):  # such numbers overlap nothing
            for number in np.unique(family[family != NOTHING]).tolist():
                chosen = np.flatnonzero(family == number)
                found[chosen] = self._measures[number](first[chosen], second[chosen])
        found[np.isnan(found)] = 0.0
        found[found > 1 - _ROUNDING] = 1.0
        self._settle_equal(found, first, second)
        return found

    def _settle_equal(self, found: Floats, first: Indices, second: Indices) -> None:
        """Equal shapes overlap entirely, though they be lines that cover nothing."""
        alike = (self.bounds[first] == self.bounds[second]).all(axis=1) & (found < 1)
        alike &= np.isin(self.family[first], (*_PLACED, SOLID))
        for n in np.flatnonzero(alike).tolist():
            one, other = self.annotations[first[n]], self.annotations[second[n]]
            if type(one) is type(other) and geometry_of(one) == geometry_of(other):
                found[n] = 1.0

    @cached_property
    def _measures(self) -> dict[int, Callable[[Indices, Indices], Floats]]:
        return {
            AREA: self._area_ious,
            KEYPOINTS: self._keypoints,
            LINE: self._lines,
            SOLID: self._solids,
            TEXT: self._texts,
            LABEL: self._labels,
        }

    def _area_ious(self, first: Indices, second: Indices) -> Floats:
        found = _box_ious(self.bounds[first], self.bounds[second])
        pixels = self.frames[first] == self.frames[second]
        pixels &= self.frames[first] > 0
        rough = (found > 0) & ~(self.upright[first] & self.upright[second])
        found[rough] = 0.0
        masks, others = np.flatnonzero(rough & pixels), np.flatnonzero(rough & ~pixels)
        for n in self._possible(masks, first, second, lambda: self._mask_sizes).tolist():
            found[n] = self._mask_iou(int(first[n]), int(second[n]))
        others = self._possible(others, first, second, lambda: self.regions.areas)
        if len(others):
            found[others] = _region_ious(self.regions, first[others], second[others])
        return found

    def _possible(
        self, chosen: Indices, first: Indices, second: Indices, areas: Callable[[], Floats]
    ) -> Indices:
        """Those of the chosen pairs whose bounds have so much in common that it may be *least*.

        What two have in common is at most that, and what either covers is at least the larger one.
        """
        if not self.least or not len(chosen):
            return chosen
        a, b = first[chosen], second[chosen]
        known = areas()
        larger = np.maximum(known[a], known[b])
        common = _common_bounds(self.bounds[a], self.bounds[b])
        return chosen[common * (1 + _SLACK) >= self.least * larger]

    @cached_property
    def _mask_sizes(self) -> Floats:
        sizes = np.zeros(len(self))
        for n, (start, last) in self._runs.items():
            sizes[n] = (last - start).sum()
        return sizes

    @cached_property
    def frames(self) -> Indices:
        """Shape (n,): the height of the image of each mask; 0 for other kinds."""
        return np.array(
            [one.height if isinstance(one, Mask) else 0 for one in self.annotations], np.int64
        )

    @cached_property
    def _runs(self) -> dict[int, tuple[Indices, Indices]]:
        return {n: runs_of(one) for n, one in enumerate(self.annotations) if isinstance(one, Mask)}

    def _mask_iou(self, first: int, second: int) -> float:
        """Pixels in common, of those of either, of masks of images of one height."""
        one, other = self._runs[first], self._runs[second]
        common = common_pixels(one, other)
        either = sum(float((last - start).sum()) for start, last in (one, other)) - common
        return common / either if either else 0.0

    def _members(self, family: int) -> tuple[list[Any], Indices]:
        """The annotations of a family, and where each annotation is among them."""
        chosen = np.flatnonzero(self.family == family)
        places = np.zeros(len(self), np.int64)
        places[chosen] = np.arange(len(chosen))
        return [self.annotations[n] for n in chosen.tolist()], places

    def _keypoints(self, first: Indices, second: Indices) -> Floats:
        members, places = self._members(KEYPOINTS)
        return oks(keypoints_of(members), places[first], places[second], self.sigma)

    def _lines(self, first: Indices, second: Indices) -> Floats:
        members, places = self._members(LINE)
        return line_similarity(lines_of(members), places[first], places[second], self.sigma)

    def _pairs(self, first: Indices, second: Indices) -> list[tuple[Any, Any]]:
        pairs = zip(first.tolist(), second.tolist(), strict=True)
        return [(self.annotations[a], self.annotations[b]) for a, b in pairs]

    def _solids(self, first: Indices, second: Indices) -> Floats:
        return solid_ious(cast("list[tuple[Cuboid3D, Cuboid3D]]", self._pairs(first, second)))

    def _texts(self, first: Indices, second: Indices) -> Floats:
        return np.array([_shared(a.text, b.text) for a, b in self._pairs(first, second)])

    def _labels(self, first: Indices, second: Indices) -> Floats:
        return np.array([float(a.label == b.label) for a, b in self._pairs(first, second)])


def _box_ious(a: Floats, b: Floats) -> Floats:
    """As :func:`datum.model.geometry.box_iou`, of rows."""
    with np.errstate(over="ignore", invalid="ignore"):
        common = _common_bounds(a, b)
        union = a[:, 2:].prod(axis=1) + b[:, 2:].prod(axis=1) - common
        usable = (union > 0) & (union < np.inf)
        found = np.divide(common, union, out=np.zeros(len(a)), where=usable)
    return np.where((a == b).all(axis=1), 1.0, np.minimum(found, 1.0))


def _common_bounds(a: Floats, b: Floats) -> Floats:
    """The area that upright boxes have in common, row by row."""
    ends = np.minimum(a[:, :2] + a[:, 2:], b[:, :2] + b[:, 2:])
    common: Floats = np.maximum(ends - np.maximum(a[:, :2], b[:, :2]), 0.0).prod(axis=1)
    return common


def _region_ious(regions: Regions, first: Indices, second: Indices) -> Floats:
    """Intersection over union of pairs of regions.

    The larger one comes first, so that the order in which sums are made does not depend on the order
    of the two; where both are as large, both orders are.
    """
    larger = regions.areas[first] >= regions.areas[second]
    one, other = np.where(larger, first, second), np.where(larger, second, first)
    common = common_areas(regions, one, regions, other)
    ties = np.flatnonzero(regions.areas[first] == regions.areas[second])
    common[ties] = (common[ties] + common_areas(regions, other[ties], regions, one[ties])) / 2
    common = np.minimum(common, regions.areas[other])
    union = regions.areas[one] + regions.areas[other] - common
    return np.divide(common, union, out=np.zeros(len(common)), where=union > 0)


def _shared(a: str, b: str) -> float:
    """Words that two texts share, of all that they have, in any order; without case."""
    words, others = Counter(a.casefold().split()), Counter(b.casefold().split())
    either = (words | others).total()
    return (words & others).total() / either if either else 1.0


def geometry_of(annotation: Annotation) -> list[Any]:
    """The fields that are not common to all kinds."""
    return [
        getattr(annotation, name) for name in annotation.__struct_fields__ if name not in _COMMON
    ]
