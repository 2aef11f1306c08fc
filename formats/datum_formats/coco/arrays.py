"""The annotations of many images as columns, where they have nothing but what COCO's instances have.

What comes out is what :class:`datum_formats.coco.objects.ItemReader` makes, one by one, which also
serves wherever this gives nothing: with keypoints, captions, segments, what datum adds, or a fault.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import msgspec
import numpy as np
from msgspec import UNSET

from datum.errors import FormatError
from datum.model import KIND_CODES, Box, Label, Mask, Polygon
from datum.model.columns import (
    Bools,
    Columns,
    Fixed,
    Floats,
    Geometry,
    Ints,
    Masks,
    Rings,
    starts_of,
)
from datum_formats._common import rle
from datum_formats.coco.objects import AREA_SLACK
from datum_formats.coco.segmentation import LEAST, mask_of_rle
from datum_formats.coco.shapes import Ann, Rle

__all__ = ["columns_of_anns"]

_BOX, _LABEL, _MASK, _POLYGON = (KIND_CODES[kind] for kind in (Box, Label, Mask, Polygon))
_outlines = msgspec.json.Decoder(list[list[list[float]] | Rle | None]).decode


class _Outlines(msgspec.Struct):
    """The outlines of some annotations."""

    rings: Ints
    """(anns,): how many each has."""
    lengths: Ints
    """(rings,): how many numbers each ring has."""
    numbers: Floats
    masks: dict[int, tuple[int, int, bytes]]
    """Height, width and run lengths, by the number of the annotation."""


def columns_of_anns(groups: Sequence[Sequence[Ann]], first_new: int | None) -> Columns | None:
    """The annotations of some images, a group for each; None where they must be looked at one by one.

    Args:
        groups: With the label's index as category_id.
        first_new: The first id that the writer made.
    """
    anns = list(chain.from_iterable(groups))
    if not all(map(_is_plain, anns)):
        return None
    try:
        return _columns(anns, starts_of([len(group) for group in groups]), first_new)
    except (FormatError, OverflowError, ValueError):
        return None  # which is told by the way that looks at each


def _is_plain(ann: Ann) -> bool:
    return (
        ann.id is not None
        and ann.keypoints is None
        and ann.num_keypoints is None
        and ann.caption is None
        and ann.datum is None
        and ann.segments_info is None
        and (not ann.iscrowd or ann.iscrowd == 1)
    )


def _columns(anns: Sequence[Ann], starts: Ints, first_new: int | None) -> Columns:
    boxed = np.fromiter((bool(ann.bbox) for ann in anns), np.bool_, len(anns))
    boxes = np.array([ann.bbox for ann in anns if ann.bbox], np.float64).reshape(-1, 4)
    outlines = _outlines_of(anns)
    masked = np.zeros(len(anns), np.bool_)
    masked[list(outlines.masks)] = True
    shapes = boxed + outlines.rings + masked
    parts = starts_of(np.maximum(shapes, 1))
    ids = np.fromiter((ann.id or 0 for ann in anns), np.int64, len(anns))
    own = np.full(len(anns), True) if first_new is None else ids < first_new
    grouped = shapes > 1
    if len(np.unique(ids)) < len(ids) or (grouped & (~own | (ids == 0))).any():
        raise ValueError("ids that say nothing")
    owners = np.repeat(np.arange(len(anns)), np.diff(parts))
    known = np.zeros(len(owners), np.bool_)
    known[parts[:-1]] = own
    areas = _areas(outlines, boxed, boxes)
    return Columns(
        starts=parts[starts],
        kinds=_kinds(parts, boxed, masked, shapes),
        ids=np.where(known, ids[owners], 0),
        known=known,
        labels=_labels(anns)[owners],
        groups=np.where(grouped, ids, 0)[owners],
        z_orders=np.zeros(len(owners), np.int64),
        scores=np.array([ann.score or 0.0 for ann in anns], np.float64)[owners],
        scored=np.array([ann.score is not None for ann in anns], np.bool_)[owners],
        attributes=_attributes(anns, areas, parts.tolist()),
        geometry=_geometry(boxes, outlines),
    )


def _labels(anns: Sequence[Ann]) -> Ints:
    labels = (-1 if ann.category_id is None else ann.category_id for ann in anns)
    return np.fromiter(labels, np.int64, len(anns))


def _kinds(parts: Ints, boxed: Bools, masked: Bools, shapes: Ints) -> Any:
    """(parts,): box, then the outlines; a label where there is neither."""
    kinds = np.full(parts[-1], _POLYGON, np.uint8)
    kinds[parts[:-1][boxed]] = _BOX
    kinds[(parts[:-1] + boxed)[masked]] = _MASK
    kinds[parts[:-1][shapes == 0]] = _LABEL
    return kinds


def _outlines_of(anns: Sequence[Ann]) -> _Outlines:
    raws = [b"null" if ann.segmentation is UNSET else ann.segmentation for ann in anns]
    try:
        found = _outlines(b"[" + b",".join(raws) + b"]")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FormatError("segmentation is neither rings nor run lengths") from error
    of_each = [[ring for ring in one if ring] if type(one) is list else [] for one in found]
    rings = list(chain.from_iterable(of_each))
    lengths = np.fromiter(map(len, rings), np.int64, len(rings))
    if lengths.size and (lengths.min() < LEAST or (lengths % 2).any()):
        raise FormatError("a ring that is no polygon")
    return _Outlines(
        rings=np.fromiter(map(len, of_each), np.int64, len(anns)),
        lengths=lengths,
        numbers=np.fromiter(chain.from_iterable(rings), np.float64, int(lengths.sum())),
        masks={n: mask_of_rle(one) for n, one in enumerate(found) if isinstance(one, Rle)},
    )


def _geometry(boxes: Floats, outlines: _Outlines) -> dict[int, Geometry]:
    shapes: dict[int, Geometry] = {}
    if len(boxes):
        shapes[_BOX] = Fixed(boxes)
    if outlines.lengths.size:
        holes = np.zeros(len(outlines.lengths), np.int64)
        shapes[_POLYGON] = Rings(holes, outlines.lengths, outlines.numbers)
    if outlines.masks:
        sizes = [(height, width) for height, width, _ in outlines.masks.values()]
        runs = [counts for _, _, counts in outlines.masks.values()]
        shapes[_MASK] = Masks(np.array(sizes, np.int64), runs)
    return dict(sorted(shapes.items()))


def _areas(outlines: _Outlines, boxed: Bools, boxes: Floats) -> Floats:
    """(anns,): area of the outlines, else of the box, in pixels."""
    areas = np.zeros(len(boxed), np.float64)
    areas[boxed] = boxes[:, 2] * boxes[:, 3]
    for n, (_, _, counts) in outlines.masks.items():
        areas[n] = rle.area(counts)
    having = outlines.rings > 0
    if having.any():
        own = np.concatenate(([0], np.cumsum(outlines.rings[having])))[:-1]
        areas[having] = np.add.reduceat(_ring_areas(outlines), own)
    return areas


def _ring_areas(outlines: _Outlines) -> Floats:
    """(rings,): area inside each, in pixels."""
    xs, ys = outlines.numbers[::2], outlines.numbers[1::2]
    ends = np.cumsum(outlines.lengths // 2)
    first, last = np.concatenate(([0], ends[:-1])), ends - 1
    after, before = np.roll(xs, -1), np.roll(xs, 1)
    after[last], before[first] = xs[first], xs[last]
    return np.abs(np.add.reduceat(ys * (after - before), first)) / 2


def _attributes(
    anns: Sequence[Ann], areas: Floats, parts: Sequence[int]
) -> dict[int, dict[str, Any]]:
    """Of each part, by its number; an area that follows from the geometry is none."""
    stated = np.array([0.0 if ann.area is None else ann.area for ann in anns], np.float64)
    if not (np.isfinite(stated).all() and np.isfinite(areas).all()):
        raise ValueError("an area that is not finite")
    relative, absolute = AREA_SLACK
    slack = np.maximum(relative * np.maximum(np.abs(stated), np.abs(areas)), absolute)
    odd = (np.abs(stated - areas) > slack).tolist()
    found: dict[int, dict[str, Any]] = {}
    for n, ann in enumerate(anns):
        if not (odd[n] or ann.iscrowd or ann.attributes):
            continue
        own = dict(ann.attributes) if ann.attributes else {}
        if ann.iscrowd:
            own.setdefault("is_crowd", True)
        if odd[n] and ann.area is not None:
            own.setdefault("area", ann.area)
        if own:
            found.update((part, own) for part in range(parts[n], parts[n + 1]))
    return found
