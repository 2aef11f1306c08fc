"""Overlap of outlines by pixels, as pycocotools paints them."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from datum.comparison.objects import Object
from datum.model import Annotation, Box, Mask
from datum.model.columns import Floats
from datum.model.covering import covered
from datum.model.geometry import bounds
from datum.model.rle import decode_pixels, empty_runs, encode_pixels, is_whole

__all__ = ["Rle", "outline_of", "paint", "pixel_ious", "size_for"]

Rle = dict[str, Any]
"""Run lengths as pycocotools has them."""

_LARGEST = 1 << 13
"""Side of a canvas for items whose size nobody knows."""


def size_for(known: tuple[int, int] | None, objects: Sequence[Object]) -> tuple[int, int]:
    """Height and width of the canvas: the item's, or one that holds all that is on it."""
    masks = [part for one in objects for part in one.outline if isinstance(part, Mask)]
    sizes = [(part.height, part.width) for part in masks]
    if known is not None:
        sizes.append(known)
    elif not sizes:
        ends = [_end(part) for one in objects for part in one.outline]
        sizes = [(max(one[0] for one in ends), max(one[1] for one in ends))] if ends else [(1, 1)]
    return (max(height for height, _ in sizes), max(width for _, width in sizes))


def _end(part: Annotation) -> tuple[int, int]:
    place = bounds(part)
    if place is None or not all(map(math.isfinite, place)):
        return (1, 1)
    x, y, w, h = place
    bottom, right = (min(max(math.ceil(one) + 1, 1), _LARGEST) for one in (y + h, x + w))
    return (bottom, right)


def paint(one: Object, size: tuple[int, int]) -> Rle:
    """The pixels of an object's polygons and masks on a canvas; those that are broken have none."""
    from pycocotools import mask as coco

    found = [runs for part in one.outline if (runs := _runs(part, size)) is not None]
    parts = [{"size": list(size), "counts": runs} for runs in found or [empty_runs(*size)]]
    painted: Rle = coco.merge(parts) if len(parts) > 1 else parts[0]
    return painted


def _runs(part: Annotation, size: tuple[int, int]) -> bytes | None:
    """Run lengths of an outline on a canvas, which is at least as large as a mask."""
    if not isinstance(part, Mask):
        return covered(part, *size)
    if not is_whole(part):
        return None  # the API would read beyond what they cover
    if (part.height, part.width) == size:
        return part.counts
    canvas = np.zeros(size, np.bool_)
    canvas[: part.height, : part.width] = decode_pixels(part)
    return encode_pixels(canvas)


def pixel_ious(truth: Sequence[Rle], found: Sequence[Rle], crowd: Sequence[bool]) -> Floats:
    """Overlap of pixels, shape (truth, found); with a crowd, the share of *found* that lies in it."""
    from pycocotools import mask as coco

    flags = [int(one) for one in crowd]
    overlap: Floats = np.asarray(coco.iou(list(found), list(truth), flags), np.float64)
    return overlap.reshape(len(found), len(truth)).T


def outline_of(one: Object) -> Annotation | None:
    """The one annotation that says what an object covers; None where there are several, or none."""
    outline = one.outline or tuple(part for part in one.parts if isinstance(part, Box))
    return outline[0] if len(outline) == 1 else None
