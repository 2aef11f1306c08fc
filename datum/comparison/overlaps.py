"""How far the objects of two sides overlap, family by family, from 0 to 1.

Two outlines of pixels (polygons, masks) are compared pixel by pixel, as COCO's evaluation does; where
one side has a box alone, the boxes are compared. Keypoints are compared by COCO's object keypoint
similarity, with the size of the truth. All else (turned boxes, ellipses, lines, boxes in space,
captions) is compared as :mod:`datum.model.overlap` has it. Labels of a whole item always overlap, so
that a wrong one is told from a missing one.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from datum.comparison.batches import Side, pairs_of
from datum.comparison.keypoints import keypoint_similarity
from datum.comparison.objects import PIXELS, TURNED
from datum.comparison.regions import outline_of, paint, pixel_ious, size_for
from datum.model import Annotation, Label
from datum.model.columns import Bools, Floats, Ints
from datum.model.equality import same
from datum.model.overlap import overlaps

__all__ = ["BOX", "MEASURES", "SEGMENT", "Measure", "Overlaps", "Size", "box_ious", "overlaps_of"]

BOX, SEGMENT = "box", "segment"
"""Names of the two measures that shapes have; every other family has one, called like it."""

MEASURES = (BOX, SEGMENT, "keypoints", "polyline", "cuboid_3d", "caption", "label")
"""In the order in which they are reported."""

Size = tuple[int, int] | None
"""Height and width of an image, where known."""


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
    equal: Bools
    """Shape (pairs,): which are of one geometry, to the last digit."""
    measures: dict[str, Measure]


def overlaps_of(family: str, truth: Side, found: Side, sizes: Sequence[Size]) -> Overlaps:
    """The overlap of the pairs of objects that are in one item.

    Equal objects overlap entirely, though they be lines that cover nothing; but keypoints that are all
    absent are measured as COCO does it, by their places.

    Args:
        family: Of both sides.
        truth: Objects.
        found: Objects of the same items.
        sizes: Height and width of each item's image, where known.
    """
    pairs = pairs_of(truth, found)
    if family == "shape":
        return _shapes(truth, found, pairs, sizes)
    measured = _ONE_BY_ONE[family](truth, found, pairs)
    equal = _equal(family, truth, found, *pairs)
    everything = (np.ones(len(truth.rows), np.bool_), np.ones(len(found.rows), np.bool_))
    overlap = np.where(equal, 1.0, measured)
    measure = measured if family == "keypoints" else overlap
    return Overlaps(*pairs, overlap, equal, {family: Measure(measure, *everything)})


def _equal(family: str, truth: Side, found: Side, first: Ints, second: Ints) -> Bools:
    """Which pairs have the same parts, whatever is said of them."""
    equal = np.zeros(len(first), np.bool_)
    near = (truth.rows.boxes[first] == found.rows.boxes[second]).all(axis=1)
    for n in np.flatnonzero(near).tolist():
        one, other = truth.values[first[n]], found.values[second[n]]
        parts = one.parts_of(family), other.parts_of(family)
        equal[n] = len(parts[0]) == len(parts[1]) and all(map(_same_place, *parts))
    return equal


def _same_place(one: Annotation, other: Annotation) -> bool:
    """Whether two annotations differ in nothing but what any kind may say."""
    if type(one) is not type(other):
        return False
    names = [name for name in one.__struct_fields__ if name not in _COMMON]
    fields = [(getattr(one, name), getattr(other, name)) for name in names]
    return all(a == b or same(a, b) for a, b in fields)


_COMMON = frozenset(Label.__struct_fields__)
"""Fields that every kind has."""


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


def _shapes(truth: Side, found: Side, pairs: tuple[Ints, Ints], sizes: Sequence[Size]) -> Overlaps:
    boxes, kinds = (
        [getattr(side.rows, name) for side in (truth, found)] for name in ("boxes", "shapes")
    )
    overlap = box_ious(boxes[0][pairs[0]], boxes[1][pairs[1]])
    near = overlap > 0
    first, second, overlap = pairs[0][near], pairs[1][near], overlap[near]
    boxed = box_ious(boxes[0][first], boxes[1][second], truth.rows.crowd[first])
    segment = np.zeros(len(first))
    equal = _equal("shape", truth, found, first, second)
    pixels = [kind == PIXELS for kind in kinds]
    both = np.flatnonzero(pixels[0][first] & pixels[1][second] & ~equal)
    twins = dict(zip(second[equal].tolist(), first[equal].tolist(), strict=True))
    overlap[both], segment[both] = _by_pixels(
        truth, found, (first[both], second[both]), twins, sizes
    )
    turned = (kinds[0][first] == TURNED) | (kinds[1][second] == TURNED)
    _by_geometry(truth, found, first, second, np.flatnonzero(turned & ~equal), overlap)
    overlap[equal] = boxed[equal] = segment[equal] = 1.0
    whole = (np.ones(len(boxes[0]), np.bool_), np.ones(len(boxes[1]), np.bool_))
    measures = {BOX: Measure(boxed, *whole), SEGMENT: Measure(segment, pixels[0], pixels[1])}
    return Overlaps(first, second, overlap, equal, measures)


def _by_pixels(
    truth: Side,
    found: Side,
    pairs: tuple[Ints, Ints],
    twins: Mapping[int, int],
    sizes: Sequence[Size],
) -> tuple[Floats, Floats]:
    """Overlap of pairs, and the same with crowds as COCO has them.

    Args:
        truth: Objects.
        found: Objects.
        pairs: Indices into both, in the order of the items.
        twins: Of objects that were found, by their index, one of the truth that is equal: it is painted
            once for both.
        sizes: Height and width of each item's image, where known.
    """
    first, second = pairs
    plain, crowded = np.zeros(len(first)), np.zeros(len(first))
    items = truth.rows.items[first]
    for chosen in np.split(np.arange(len(first)), np.flatnonzero(np.diff(items)) + 1):
        if not len(chosen):
            continue
        mine, at_mine = np.unique(first[chosen], return_inverse=True)
        yours, at_yours = np.unique(second[chosen], return_inverse=True)
        objects = {(0, n): truth.values[n] for n in mine.tolist()}
        sources = [(0, twins[n]) if n in twins else (1, n) for n in yours.tolist()]
        for side, n in sources:
            objects[side, n] = (truth, found)[side].values[n]
        size = size_for(sizes[items[chosen[0]]], list(objects.values()))
        areas = {key: paint(one, size) for key, one in objects.items()}
        of_truth, of_found = [areas[0, n] for n in mine.tolist()], [areas[key] for key in sources]
        flags = truth.rows.crowd[mine].tolist()
        matrix = pixel_ious(of_truth, of_found, [False] * len(flags))
        plain[chosen] = matrix[at_mine, at_yours]
        if any(flags):
            matrix = pixel_ious(of_truth, of_found, flags)
        crowded[chosen] = matrix[at_mine, at_yours]
    return plain, crowded


def _by_geometry(
    truth: Side, found: Side, first: Ints, second: Ints, chosen: Ints, overlap: Floats
) -> None:
    """Set the overlap of chosen pairs, as far as both are of one outline; else it stays that of boxes."""
    outlines = [
        (n, outline_of(truth.values[first[n]]), outline_of(found.values[second[n]]))
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
        overlaps([(truth.values[a].parts[0], found.values[b].parts[0]) for a, b in chosen]),
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
