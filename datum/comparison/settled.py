"""Items whose annotations are the same object on both sides: what they come to needs no comparison."""

import numpy as np

from datum.comparison.objects import FAMILIES, PIXELS, Objects
from datum.comparison.overlaps import BOX, SEGMENT
from datum.comparison.precision import Detections, area_class, most_of, sure_detections
from datum.model.columns import Bools, Ints

__all__ = ["certain", "sure_counts", "sure_parts"]

_KEYPOINTS = FAMILIES.index("keypoints")


def certain(objects: Objects, items: int, confidence: float) -> Bools:
    """In which items every object finds itself, and nothing is ignored, shape (items,).

    Not so where one is a crowd, which swallows what lies in it; has no keypoint that is there; lies
    nowhere; is found with too little confidence; or is one of more than are counted. Nor where a
    score decides which of two objects is found that are counted among different areas.

    Args:
        objects: Those of some items.
        items: How many items.
        confidence: Least score of what counts as found.
    """
    keypoints = objects.families[:, _KEYPOINTS]
    odd = objects.crowd | (keypoints & ~objects.visible) | (objects.scores < confidence)
    odd |= ~np.isfinite(objects.boxes).all(axis=1)
    labels = int(objects.labels.max(initial=0)) + 1
    keys = objects.items * labels + objects.labels  # of item and label
    many = _sizes(keys)
    odd |= (many > most_of(BOX)) | (keypoints & (many > most_of("keypoints")))
    classes = area_class(objects.areas)
    odd |= objects.scored & (many != _sizes(keys * (int(classes.max(initial=0)) + 1) + classes))
    found = np.ones(items, np.bool_)
    found[objects.items[odd]] = False
    return found


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
