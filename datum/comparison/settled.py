"""Items whose annotations are the same object on both sides: what they come to needs no comparison."""

from typing import Literal

import numpy as np

from datum.comparison.objects import FAMILIES, PIXELS, Objects
from datum.comparison.overlaps import BOX, SEGMENT, box_ious
from datum.comparison.precision import Detections, area_class, most_of, sure_detections
from datum.model.columns import Bools, Ints
from datum.model.regions import ragged

__all__ = ["certain", "sure_counts", "sure_parts"]

_SHAPE, _KEYPOINTS = map(FAMILIES.index, ("shape", "keypoints"))
_SIDES: tuple[Literal["left"], Literal["right"]] = ("left", "right")
_HARDLY = 0.4
"""An overlap, or a share of areas, with which a match at half is out of reach."""
_SMALL = 1000.0
"""Square pixels."""


def certain(objects: Objects, items: int, confidence: float) -> Bools:
    """In which items every object finds itself, and nothing but crowds is ignored, shape (items,).

    Not so where a crowd might be taken for another object; where one has no keypoint that is there, lies
    nowhere, is found with too little confidence, or is one of more than are counted. Nor where a score
    decides which of two objects is found that are counted among different areas.

    Args:
        objects: Those of some items.
        items: How many items.
        confidence: Least score of what counts as found.
    """
    keypoints = objects.families[:, _KEYPOINTS]
    odd = (keypoints & ~objects.visible) | (objects.scores < confidence)
    odd |= ~np.isfinite(objects.boxes).all(axis=1)
    labels = int(objects.labels.max(initial=0)) + 1
    keys = objects.items * labels + objects.labels  # of item and label
    many = _sizes(keys)
    odd |= (many > most_of(BOX)) | (keypoints & (many > most_of("keypoints")))
    classes = area_class(objects.areas)
    odd |= objects.scored & (many != _sizes(keys * (int(classes.max(initial=0)) + 1) + classes))
    odd[_doubtful_crowds(objects, keys)] = True
    found = np.ones(items, np.bool_)
    found[objects.items[odd]] = False
    return found


def _doubtful_crowds(objects: Objects, keys: Ints) -> Ints:
    """Crowds that COCO might match with an object of their label: half of both would have to be common.

    Outlines that differ so much in area that they cannot are told by that; a small one is painted with
    other pixels than its area says.
    """
    crowds = np.flatnonzero(objects.crowd)
    order = np.argsort(keys, kind="stable")
    starts, ends = (np.searchsorted(keys[order], keys[crowds], side) for side in _SIDES)
    _, others = ragged(starts, ends - starts)
    first, second = np.repeat(crowds, ends - starts), order[others]
    overlap = box_ious(objects.boxes[first], objects.boxes[second])
    areas = np.sort([objects.covered[first], objects.covered[second]], axis=0)
    pixels = (objects.shapes[first] == PIXELS) & (objects.shapes[second] == PIXELS)
    alike = (areas[0] >= _HARDLY * areas[1]) | (areas[1] < _SMALL)
    doubtful = ~objects.crowd[second] & ((overlap >= _HARDLY) | ((overlap > 0) & pixels & alike))
    shapes = objects.families[crowds].sum(axis=1) == objects.families[crowds, _SHAPE]
    return np.concatenate([first[doubtful], crowds[~shapes]])


def _sizes(keys: Ints) -> Ints:
    """How often each key is there, shape as *keys*."""
    _, at, counts = np.unique(keys, return_inverse=True, return_counts=True)
    found: Ints = counts[at]
    return found


def sure_counts(objects: Objects, labels: int) -> dict[tuple[str, int], int]:
    """How many objects of each family and label there are."""
    found: dict[tuple[str, int], int] = {}
    for n, family in enumerate(FAMILIES):
        counts = np.bincount(objects.labels[objects.families[:, n]], minlength=labels)
        found |= {(family, label): int(counts[label]) for label in np.flatnonzero(counts).tolist()}
    return found


def sure_parts(objects: Objects, numbers: Ints) -> dict[str, Detections]:
    """By measure, what objects say that all find themselves.

    Args:
        objects: Those of some items.
        numbers: Of these items, in the whole dataset.
    """
    found: dict[str, Detections] = {}
    for n, family in enumerate(FAMILIES):
        rows = objects.take(objects.families[:, n])
        if not len(rows):
            continue
        if family == "shape":
            found[BOX] = sure_detections(BOX, rows, numbers)
            found[SEGMENT] = sure_detections(SEGMENT, rows.take(rows.shapes == PIXELS), numbers)
        else:
            found[family] = sure_detections(family, rows, numbers)
    return found
