"""How far the objects of two sides overlap, family by family, from 0 to 1.

Two outlines of pixels (polygons, masks) are compared pixel by pixel, as COCO's evaluation does; where
one side has a box alone, the boxes are compared. Keypoints are compared by COCO's object keypoint
similarity, with the size of the truth. All else (turned boxes, ellipses, lines, boxes in space,
captions) is compared as :mod:`datum.model.overlap` has it. Labels of a whole item always overlap, so
that a wrong one is told from a missing one.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from datum.comparison.batches import Bools, Floats, Ints, Side, pairs_of
from datum.comparison.keypoints import keypoint_similarity
from datum.comparison.objects import Object
from datum.comparison.regions import outline_of, paint, painted, pixel_ious, size_for
from datum.model.overlap import overlaps

__all__ = ["BOX", "SEGMENT", "Measure", "Overlaps", "box_ious", "overlaps_of"]

BOX, SEGMENT = "box", "segment"
"""Names of the two measures that shapes have; every other family has one, called like it."""

Size = tuple[int, int] | None


class Measure(NamedTuple):
    """What average precision is computed from."""

    overlap: Floats
    """Shape (pairs,): with a truth that is a crowd, the share of the found object that lies in it."""
    truth: Bools
    """Shape (n,): which objects of the truth can be measured so."""
    found: Bools
    """Shape (m,): likewise."""


class Overlaps(NamedTuple):
    """The overlap of pairs of one family."""

    first: Ints
    """Shape (pairs,): indices into the truth."""
    second: Ints
    """Shape (pairs,): indices into what was found."""
    overlap: Floats
    """Shape (pairs,): from 0 to 1; crowds are like any other object."""
    measures: dict[str, Measure]


def overlaps_of(
    family: str,
    truth: Side,
    found: Side,
    sizes: Sequence[Size],
    settled: Bools,
) -> Overlaps:
    """The overlap of the pairs of objects that are in one item.

    Args:
        family: Of both sides.
        truth: Objects.
        found: Objects of the same items.
        sizes: Height and width of each item's image, where known.
        settled: Shape (items,): where both sides have the same objects in the same order, whose
            outlines need not be compared.
    """
    if family == "shape":
        return _shapes(truth, found, pairs_of(truth, found, settled), sizes, settled)
    pairs = pairs_of(truth, found, np.zeros_like(settled))
    overlap = _ONE_BY_ONE[family](truth, found, pairs)
    everything = (np.ones(len(truth.objects), np.bool_), np.ones(len(found.objects), np.bool_))
    return Overlaps(*pairs, overlap, {family: Measure(overlap, *everything)})


def box_ious(a: Floats, b: Floats, crowd: Bools | None = None) -> Floats:
    """Intersection over union of rows of boxes (x, y, w, h); 1 for equal ones.

    Args:
        a: Shape (n, 4).
        b: Shape (n, 4).
        crowd: Where the area of *b* takes the place of the union.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        ends = np.minimum(a[:, :2] + a[:, 2:], b[:, :2] + b[:, 2:])
        common = np.maximum(ends - np.maximum(a[:, :2], b[:, :2]), 0.0).prod(axis=1)
        areas = (a[:, 2:].prod(axis=1), b[:, 2:].prod(axis=1))
        union = areas[0] + areas[1] - common
        if crowd is not None:
            union = np.where(crowd, areas[1], union)
        usable = (union > 0) & (union < np.inf)
        found = np.divide(common, union, out=np.zeros(len(a)), where=usable)
    return np.where((a == b).all(axis=1), 1.0, np.minimum(found, 1.0))


def _shapes(
    truth: Side,
    found: Side,
    pairs: tuple[Ints, Ints],
    sizes: Sequence[Size],
    settled: Bools,
) -> Overlaps:
    boxes = [_boxes(side) for side in (truth, found)]
    rough = box_ious(boxes[0][pairs[0]], boxes[1][pairs[1]])
    sure = settled[truth.items[pairs[0]]]
    near = (rough > 0) | sure
    first, second, sure = pairs[0][near], pairs[1][near], sure[near]
    overlap = rough[near]
    boxed = box_ious(boxes[0][first], boxes[1][second], truth.crowd[first])
    segment = np.where(sure, 1.0, 0.0)
    kinds = [np.array([_kind(one) for one in side.objects], np.int8) for side in (truth, found)]
    pixels = [kind == _PIXELS for kind in kinds]
    both = np.flatnonzero(pixels[0][first] & pixels[1][second] & ~sure)
    overlap[both], segment[both] = _by_pixels(truth, found, first[both], second[both], sizes)
    turned = (kinds[0][first] == _TURNED) | (kinds[1][second] == _TURNED)
    _by_geometry(truth, found, first, second, np.flatnonzero(turned & ~sure), overlap)
    overlap[sure] = boxed[sure] = 1.0
    whole = (np.ones(len(boxes[0]), np.bool_), np.ones(len(boxes[1]), np.bool_))
    measures = {BOX: Measure(boxed, *whole), SEGMENT: Measure(segment, pixels[0], pixels[1])}
    return Overlaps(first, second, overlap, measures)


_BOXED, _PIXELS, _TURNED = range(3)
"""What an object's shape is: a box alone, polygons and masks, anything else."""


def _kind(one: Object) -> int:
    if painted(one):
        return _PIXELS
    return _TURNED if one.outline else _BOXED


def _boxes(side: Side) -> Floats:
    return np.array([one.box for one in side.objects], np.float64).reshape(-1, 4)


def _by_pixels(
    truth: Side, found: Side, first: Ints, second: Ints, sizes: Sequence[Size]
) -> tuple[Floats, Floats]:
    """Overlap of pairs, and the same with crowds as COCO has them; pairs are in order of items."""
    plain, crowded = np.zeros(len(first)), np.zeros(len(first))
    items = truth.items[first]
    for chosen in np.split(np.arange(len(first)), np.flatnonzero(np.diff(items)) + 1):
        if not len(chosen):
            continue
        mine, at_mine = np.unique(first[chosen], return_inverse=True)
        yours, at_yours = np.unique(second[chosen], return_inverse=True)
        objects = [truth.objects[n] for n in mine], [found.objects[n] for n in yours]
        size = size_for(sizes[items[chosen[0]]], [*objects[0], *objects[1]])
        areas = [paint(one, size) for one in objects[0]], [paint(one, size) for one in objects[1]]
        flags = truth.crowd[mine].tolist()
        matrix = pixel_ious(areas[0], areas[1], [False] * len(flags))
        plain[chosen] = matrix[at_mine, at_yours]
        if any(flags):
            matrix = pixel_ious(areas[0], areas[1], flags)
        crowded[chosen] = matrix[at_mine, at_yours]
    return plain, crowded


def _by_geometry(
    truth: Side, found: Side, first: Ints, second: Ints, chosen: Ints, overlap: Floats
) -> None:
    """Set the overlap of chosen pairs, as far as both are of one outline; else it stays that of boxes."""
    outlines = [
        (n, outline_of(truth.objects[first[n]]), outline_of(found.objects[second[n]]))
        for n in chosen.tolist()
    ]
    single = [(n, a, b) for n, a, b in outlines if a is not None and b is not None]
    found_overlaps = overlaps([(a, b) for _, a, b in single])
    for (n, _, _), value in zip(single, found_overlaps, strict=True):
        overlap[n] = value


def _parts(truth: Side, found: Side, pairs: tuple[Ints, Ints]) -> Floats:
    """The overlap of objects of one part each."""
    chosen = zip(pairs[0].tolist(), pairs[1].tolist(), strict=True)
    return np.array(
        overlaps([(truth.objects[a].parts[0], found.objects[b].parts[0]) for a, b in chosen]),
        np.float64,
    )


def _labels(_truth: Side, _found: Side, pairs: tuple[Ints, Ints]) -> Floats:
    return np.ones(len(pairs[0]))


_ONE_BY_ONE: dict[str, Callable[[Side, Side, tuple[Ints, Ints]], Floats]] = {
    "keypoints": keypoint_similarity,
    "polyline": _parts,
    "cuboid_3d": _parts,
    "caption": _parts,
    "label": _labels,
}
