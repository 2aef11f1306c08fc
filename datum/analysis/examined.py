"""What a task looks at in a dataset, as arrays: the shapes that count, and what is wrong with each.

An object without a box is detected by its outline: for detection, a polygon, mask or ellipse counts by
the box around it, unless a box stands in its group. All outlines of one group count as one.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from msgspec.structs import replace

from datum.model.annotation import KIND_CODES, KINDS
from datum.model.columns import (
    Bools,
    Columns,
    Floats,
    Ints,
    Keypoints,
    Rings,
    annotations_of,
    columns_of,
)
from datum.model.crossing import crossed_polygons
from datum.model.item import Item
from datum.model.measures import Measures, measure
from datum.model.media import Blob
from datum.model.reading import Batch

__all__ = ["TASKS", "Examined", "Key", "examine"]

Key = tuple[str, str]
"""Id and subset of an item."""

_BOXES = ("box", "rotated_box")
_OUTLINES = ("polygon", "mask", "ellipse")
TASKS: dict[str, tuple[str, ...]] = {
    "classification": ("label",),
    "detection": _BOXES,
    "segmentation": _OUTLINES,
    "keypoints": ("points", "skeleton"),
}
"""Kinds of annotations that each task is about; detection takes outlines, too, where there is no box."""


class Shapes(msgspec.Struct, frozen=True, kw_only=True):
    """The annotations that count, one after the other; each array has n rows."""

    owners: Ints
    """The number of each one's item."""
    ids: Ints
    labels: Ints
    """-1 for none."""
    boxes: Floats
    """(n, 4): left, top, width, height; width and height of a rotated box are its own."""
    areas: Floats
    """What the shape covers, in pixels."""
    over: Floats
    """By how many pixels it leaves the image; below 0 inside, NaN where that is not known."""
    duplicated: Bools
    """Whether it has kind, label and geometry of an earlier one of its item."""
    crossed: Bools
    """Whether it is a polygon that crosses itself."""
    points: Ints
    """How many keypoints it has."""
    visible: Ints
    """How many of them are there."""
    odd: Bools
    """Whether its visibilities are too few, too many, or none of 0, 1 and 2."""


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """Items and shapes of a dataset."""

    keys: list[Key]
    sizes: list[tuple[int, int] | None]
    """Height and width of each item's image, as its source says."""
    media: list[bytes | None]
    """The object id of each item's image."""
    shapes: Shapes
    attributes: dict[int, Mapping[str, Any]]
    """By the number of the shape, for those that have some."""

    def counts(self) -> Ints:
        """(items,): how many shapes each item has."""
        return np.bincount(self.shapes.owners, minlength=len(self.keys)).astype(np.int64)


def examine(batches: Iterable[Batch], task: str) -> Examined:
    """What *task* looks at."""
    keys: list[Key] = []
    sizes: list[tuple[int, int] | None] = []
    media: list[bytes | None] = []
    attributes: dict[int, Mapping[str, Any]] = {}
    parts: list[Shapes] = []
    total = 0
    for batch in batches:
        where, part = _part(batch, task)
        parts.append(replace(part, owners=part.owners + len(keys)))
        keys += [(item.id, item.subset) for item in batch.items]
        sizes += [item.size for item in batch.items]
        media += map(_image, batch.items)
        if batch.columns.attributes:
            places = dict(zip(where.tolist(), range(total, total + len(where)), strict=True))
            found = batch.columns.attributes.items()
            attributes |= {places[n]: values for n, values in found if n in places}
        total += len(where)
    return Examined(
        keys=keys, sizes=sizes, media=media, shapes=_joined(parts), attributes=attributes
    )


def _image(item: Item) -> bytes | None:
    image = item.image
    known = image is not None and image.role == "image" and isinstance(image.content, Blob)
    return image.content.oid if image is not None and known else None  # type: ignore[union-attr]


def _joined(parts: Sequence[Shapes]) -> Shapes:
    if not parts:
        return _part(Batch([], columns_of([])), "classification")[1]
    return Shapes(
        **{
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in Shapes.__struct_fields__
        }
    )


def _part(batch: Batch, task: str) -> tuple[Ints, Shapes]:
    """The numbers of the annotations that count, and what is known of them."""
    columns = batch.columns
    found, owners = measure(columns), columns.owners()
    if task == "detection":
        where, bounds, areas = _detected(columns, found, owners)
    else:
        where = np.flatnonzero(columns.of_kinds(TASKS[task]))
        bounds, areas = found.bounds[where], found.areas[where]
    bounds[~found.placed[where] & np.isnan(bounds).all(axis=1)] = 0  # nowhere, and of no size
    crossed = np.zeros(columns.total, np.bool_)
    rings = columns.geometry.get(KIND_CODES[KINDS["polygon"]])
    if task == "segmentation" and isinstance(rings, Rings):
        crossed[columns.places(KIND_CODES[KINDS["polygon"]])] = crossed_polygons(rings)
    points, visible, odd = _points(columns)
    return where, Shapes(
        owners=owners[where],
        ids=columns.ids[where],
        labels=columns.labels[where],
        boxes=_own_sizes(columns, bounds, where),
        areas=areas,
        over=_over(batch.items, columns, bounds, where, owners),
        duplicated=_duplicated(columns, found, owners)[where],
        crossed=crossed[where],
        points=points[where],
        visible=visible[where],
        odd=odd[where],
    )


def _detected(columns: Columns, found: Measures, owners: Ints) -> tuple[Ints, Floats, Floats]:
    """Boxes, and the box around the outlines of each object that has none; numbers, bounds, areas."""
    boxes = columns.of_kinds(_BOXES)
    outlines = np.flatnonzero(columns.of_kinds(_OUTLINES))
    bounds, areas = found.bounds.copy(), found.areas
    if len(outlines):
        numbers = np.arange(columns.total)
        groups = np.where(columns.groups == 0, -1 - numbers, columns.groups)
        names, places = np.unique(groups, return_inverse=True)
        objects = owners * len(names) + places
        outlines = outlines[~np.isin(objects[outlines], objects[boxes])]
        outlines = outlines[np.argsort(objects[outlines], kind="stable")]
        first = np.flatnonzero(np.diff(objects[outlines], prepend=-1))
        if len(first):
            ends = bounds[outlines, :2] + bounds[outlines, 2:]
            least = np.fmin.reduceat(bounds[outlines, :2], first, axis=0)
            most = np.fmax.reduceat(ends, first, axis=0)
            areas = areas.copy()
            # of several outlines together, the sum of what each covers
            areas[outlines[first]] = np.add.reduceat(areas[outlines], first)
            outlines = outlines[first]
            bounds[outlines] = np.concatenate((least, most - least), axis=1)
    where = np.sort(np.concatenate((np.flatnonzero(boxes), outlines)))
    return where, bounds[where], areas[where]


def _own_sizes(columns: Columns, bounds: Floats, where: Ints) -> Floats:
    """Bounds with the width and height of rotated boxes in place of those around them."""
    code = KIND_CODES[KINDS["rotated_box"]]
    turned = np.flatnonzero(columns.kinds[where] == code)
    if not len(turned):
        return bounds
    own = bounds.copy()
    ranks = np.searchsorted(columns.places(code), where[turned])
    own[turned, 2:] = columns.geometry[code].numbers[ranks, 2:4]  # type: ignore[union-attr]
    return own


def _over(
    items: Sequence[Item], columns: Columns, bounds: Floats, where: Ints, owners: Ints
) -> Floats:
    """How far shapes leave their images; corners of rotated boxes may, as nothing is cut there."""
    known = [item.size or (np.nan, np.nan) for item in items]
    sizes = np.array(known, np.float64).reshape(-1, 2)[owners[where]]
    x, y, w, h = bounds.T
    with np.errstate(invalid="ignore"):
        over = np.stack((-x, -y, x + w - sizes[:, 1], y + h - sizes[:, 0])).max(axis=0)
    over[columns.kinds[where] == KIND_CODES[KINDS["rotated_box"]]] = np.nan
    found: Floats = over
    return found


def _points(columns: Columns) -> tuple[Ints, Ints, Bools]:
    points = np.zeros(columns.total, np.int64)
    visible, odd = points.copy(), np.zeros(columns.total, np.bool_)
    for kind in TASKS["keypoints"]:
        code = KIND_CODES[KINDS[kind]]
        shape = columns.geometry.get(code)
        if isinstance(shape, Keypoints):
            where, counts = columns.places(code), shape.lengths // 2
            owners = np.repeat(np.arange(len(counts)), shape.flag_lengths)
            gone = np.bincount(owners[shape.flags == 0], minlength=len(counts))
            strange = (shape.flags < 0) | (shape.flags > 2)  # noqa: PLR2004 (visible is the last)
            wrong = np.bincount(owners[strange], minlength=len(counts)) > 0
            wrong |= (shape.flag_lengths > 0) & (shape.flag_lengths != counts)
            points[where], visible[where] = counts, np.maximum(counts - gone, 0)
            odd[where] = wrong | (shape.lengths % 2 == 1)
    return points, visible, odd


_MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], np.uint64)


def _duplicated(columns: Columns, found: Measures, owners: Ints) -> Bools:
    """(n,): whether kind, label and geometry are those of an earlier annotation of the item."""
    again = np.zeros(columns.total, np.bool_)
    if not columns.total:
        return again
    numbers = np.column_stack((found.bounds, found.areas)) + 0.0
    row = np.column_stack((owners, columns.kinds, columns.labels, numbers.view(np.int64)))
    mixed = np.zeros(len(row), np.uint64)
    for column in row.T.view(np.uint64):
        mixed = (mixed ^ column) * _MIX[0]
        mixed ^= mixed >> np.uint64(29)
    order = np.argsort(mixed, kind="stable")
    same = (row[order][1:] == row[order][:-1]).all(axis=1)
    if not same.any():
        return again
    exact = columns.of_kinds(("label", "box"))
    pairs = zip(order[:-1][same].tolist(), order[1:][same].tolist(), strict=True)
    notes: list[Any] = []
    for earlier, later in pairs:
        if not exact[later]:
            notes = notes or [one for group in annotations_of(columns) for one in group]
            if _geometry(notes[earlier]) != _geometry(notes[later]):
                continue
        again[later] = True
    return again


def _geometry(annotation: Any) -> Any:
    """The annotation as it would be without what is said beside its label and its shape."""
    return replace(annotation, id=None, group=0, z_order=0, score=None, attributes={})
