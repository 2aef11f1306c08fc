"""The annotations of items as objects: a box, an outline and keypoints of one group are one.

Objects are compared in families. A **shape** covers an area, of whatever kind it is; **keypoints** are
points and skeletons; lines, boxes in space, captions and labels are families of their own. An object
with a shape and keypoints is in both families.

Annotations of one group and label are one object if they have one box at most, keypoints once at
most, and either one mask or any number of polygons, as COCO's objects have; else each is one.
"""

from collections.abc import Callable, Sequence
from itertools import chain, pairwise
from typing import Any, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from datum.model import (
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
from datum.model.annotation import KIND_CODES
from datum.model.columns import Bools, Columns, Floats, Ints, annotations_of, starts_of
from datum.model.geometry import Bounds
from datum.model.measures import measure

__all__ = [
    "BOXED",
    "FAMILIES",
    "PIXELS",
    "TURNED",
    "Object",
    "Objects",
    "family_of",
    "objects_of",
    "values_of",
]

_FAMILY: dict[type[Any], str] = {
    Box: "shape",
    RotatedBox: "shape",
    Polygon: "shape",
    Mask: "shape",
    Ellipse: "shape",
    Cuboid2D: "shape",
    Points: "keypoints",
    Skeleton: "keypoints",
    Polyline: "polyline",
    Cuboid3D: "cuboid_3d",
    Caption: "caption",
    Label: "label",
}

FAMILIES = ("shape", "keypoints", "polyline", "cuboid_3d", "caption", "label")
"""In the order in which they are reported."""

BOXED, PIXELS, TURNED = range(3)
"""What an object's shape is: a box alone, polygons and masks, anything else."""


def _codes(*kinds: type[Any]) -> list[int]:
    return [KIND_CODES[kind] for kind in kinds]


_BOX = KIND_CODES[Box]
_MASK = KIND_CODES[Mask]
_POLYGON = KIND_CODES[Polygon]
_KEYPOINTS = _codes(Points, Skeleton)
_OUTLINES = _codes(RotatedBox, Polygon, Mask, Ellipse, Cuboid2D)
_JOINED = _codes(Box, Polygon, Mask, Points, Skeleton)
"""Kinds that one object may have several of."""
_FAMILY_OF = np.zeros(max(KIND_CODES.values()) + 1, np.int64)
for _kind, _family in _FAMILY.items():
    _FAMILY_OF[KIND_CODES[_kind]] = FAMILIES.index(_family)


def family_of(annotation: Annotation) -> str:
    """The family that an annotation is compared in."""
    return _FAMILY[type(annotation)]


class Object(msgspec.Struct, frozen=True):
    """One thing in an image, with all that is said of it."""

    label: int
    """Place in the labels of both datasets."""
    score: float | None
    """The confidence; None where nothing was said."""
    box: Bounds
    """Its box, or else the bounds of all its parts; nothing at the origin where it has no place."""
    parts: tuple[Annotation, ...]

    @property
    def outline(self) -> tuple[Annotation, ...]:
        """The parts that cover an area more exactly than a box; empty where there are none."""
        return tuple(one for one in self.parts_of("shape") if type(one) is not Box)

    def parts_of(self, family: str) -> tuple[Annotation, ...]:
        """Its parts that a family compares."""
        return tuple(one for one in self.parts if family_of(one) == family)


class Objects(msgspec.Struct, frozen=True, kw_only=True):
    """The objects of some items as arrays, item after item, in the order of their first parts."""

    items: Ints
    """(n,): the number of each one's item."""
    labels: Ints
    """(n,): places in the labels of both datasets."""
    scores: Floats
    """(n,): 1 where nothing was said."""
    scored: Bools
    """(n,): whether something was said."""
    crowd: Bools
    """(n,): which stand for many, as COCO's ``iscrowd`` says."""
    families: Bools
    """(n, families): those that it is compared in."""
    shapes: NDArray[np.int8]
    """(n,): BOXED, PIXELS or TURNED; BOXED where it has no shape."""
    visible: Bools
    """(n,): whether it has a keypoint that is not absent."""
    boxes: Floats
    """(n, 4): see :attr:`Object.box`."""
    areas: Floats
    """(n,): what the source says, or that of the outline, the box, or the bounds; square pixels."""
    covered: Floats
    """(n,): the area of the outline; 0 where there is none."""

    def __len__(self) -> int:
        """The number of objects."""
        return len(self.items)

    def take(self, chosen: Ints | Bools) -> Self:
        """Some of the objects."""
        names = self.__struct_fields__
        return type(self)(**{name: getattr(self, name)[chosen] for name in names})


def objects_of(columns: Columns, place: Callable[[int | None], int]) -> tuple[Objects, Ints]:
    """The objects of some items.

    Args:
        columns: Their annotations.
        place: Gives the place of a label.

    Returns:
        The objects; and of each annotation, shape (annotations,), the number of its object.
    """
    first, of = np.unique(_leaders(columns), return_inverse=True)
    count = len(first)
    found = measure(columns)
    scores, scored = np.ones(count), np.zeros(count, np.bool_)
    said = np.flatnonzero(columns.scored)[::-1]  # of several parts the first one counts
    scores[of[said]], scored[of[said]] = columns.scores[said], True
    shapes = _shapes(columns, of, count)
    boxes = _boxes(columns, found.bounds, of, count)
    covers = np.isin(columns.kinds, _OUTLINES)
    covered: Floats = np.bincount(of[covers], found.areas[covers], count).astype(np.float64)
    with np.errstate(
        over="ignore", invalid="ignore"
    ):  # numbers of a damaged source may be anything
        areas = np.where(shapes == BOXED, boxes[:, 2] * boxes[:, 3], covered)
    _say_areas(columns, first, of, areas)
    objects = Objects(
        items=columns.owners()[first],
        labels=_placed(columns.labels[first], place),
        scores=scores,
        scored=scored,
        crowd=_any(of[_crowds(columns)], count),
        families=_families(columns, of, count),
        shapes=shapes,
        visible=_any(of[np.isin(columns.kinds, _KEYPOINTS) & found.placed], count),
        boxes=boxes,
        areas=areas,
        covered=covered,
    )
    return objects, of


def _any(numbers: Ints, count: int) -> Bools:
    """(count,): which numbers are there."""
    found = np.zeros(count, np.bool_)
    found[numbers] = True
    return found


def _placed(labels: Ints, place: Callable[[int | None], int]) -> Ints:
    names, at = np.unique(labels, return_inverse=True)
    places = [place(None if name < 0 else name) for name in names.tolist()]
    found: Ints = np.array(places, np.int64)[at]
    return found


def _families(columns: Columns, of: Ints, count: int) -> Bools:
    found = np.zeros((count, len(FAMILIES)), np.bool_)
    found[of, _FAMILY_OF[columns.kinds]] = True
    return found


def _shapes(columns: Columns, of: Ints, count: int) -> NDArray[np.int8]:
    found = np.full(count, BOXED, np.int8)
    outlines = np.isin(columns.kinds, _OUTLINES)
    found[of[outlines]] = PIXELS
    found[of[outlines & ~np.isin(columns.kinds, (_POLYGON, _MASK))]] = TURNED
    return found


def _crowds(columns: Columns) -> list[int]:
    """The annotations that stand for many."""
    return [n for n, known in columns.attributes.items() if known.get("is_crowd") is True]


def _say_areas(columns: Columns, first: Ints, of: Ints, areas: Floats) -> None:
    """Set the areas that the first part of an object says."""
    said = {n: known["area"] for n, known in columns.attributes.items() if "area" in known}
    numbers = [n for n, value in said.items() if type(value) in (int, float)]
    at = np.array(numbers, np.int64)
    own = first[of[at]] == at
    areas[of[at[own]]] = np.array([said[n] for n in numbers], np.float64)[own]


def _leaders(columns: Columns) -> Ints:
    """(annotations,): the number of the first annotation of the object that each one is part of."""
    leaders = np.arange(columns.total)
    grouped = np.flatnonzero((columns.groups != 0) & np.isin(columns.kinds, _JOINED))
    if not len(grouped):
        return leaders
    keys = np.stack([columns.labels, columns.groups, columns.owners()])[:, grouped]
    order = np.lexsort(keys)
    new = np.ones(len(order), np.bool_)
    new[1:] = (np.diff(keys[:, order], axis=1) != 0).any(axis=0)
    cluster = np.cumsum(new) - 1
    members = grouped[order]
    kinds = columns.kinds[members]
    boxes, masks, polygons, keypoints = (
        np.bincount(cluster, np.isin(kinds, codes)) for codes in (_BOX, _MASK, _POLYGON, _KEYPOINTS)
    )
    whole = (boxes <= 1) & (keypoints <= 1) & ((masks == 0) | (masks + polygons == 1))
    joined = whole[cluster]
    leaders[members[joined]] = members[new][cluster][joined]
    return leaders


def _boxes(columns: Columns, bounds: Floats, of: Ints, count: int) -> Floats:
    """(count, 4): the box among the parts of each object, or else what is around them all."""
    boxes = np.zeros((count, 4))
    usable = np.flatnonzero(np.isfinite(bounds).all(axis=1))
    usable = usable[np.argsort(of[usable], kind="stable")]
    if len(usable):
        starts = np.flatnonzero(np.diff(of[usable], prepend=-1))
        ends = bounds[usable, :2] + bounds[usable, 2:]
        least = np.minimum.reduceat(bounds[usable, :2], starts)
        around = np.hstack([least, np.maximum.reduceat(ends, starts) - least])
        alone = np.diff(starts, append=len(usable)) == 1
        around[alone] = bounds[usable[starts[alone]]]  # which the sum might round
        boxes[of[usable[starts]]] = around
    own = columns.places(_BOX)
    boxes[of[own]] = bounds[own]
    return boxes


def values_of(objects: Objects, of: Ints, columns: Columns) -> list[Object]:
    """Objects as values.

    Args:
        objects: Those of some items.
        of: The object of each annotation.
        columns: The annotations.
    """
    notes: Sequence[Annotation] = list(chain.from_iterable(annotations_of(columns)))
    order = np.argsort(of, kind="stable").tolist()
    starts = starts_of(np.bincount(of, minlength=len(objects))).tolist()
    scores = zip(objects.scores.tolist(), objects.scored.tolist(), strict=True)
    return [
        Object(
            label,
            score if scored else None,
            (x, y, w, h),
            tuple([notes[n] for n in order[first:last]]),
        )
        for label, (score, scored), (x, y, w, h), (first, last) in zip(
            objects.labels.tolist(), scores, objects.boxes.tolist(), pairwise(starts), strict=True
        )
    ]
