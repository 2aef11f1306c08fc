"""What of an item's annotations becomes a line, and the count of what does not."""

import math
from collections.abc import Iterator

from datum.losses import LossReport
from datum.model import (
    Annotation,
    Box,
    Categories,
    Ellipse,
    Item,
    Mask,
    Points,
    Polygon,
    RotatedBox,
    Skeleton,
)
from datum.plugins import Dataset

__all__ = ["box_of_shape", "corners", "count_dataset", "count_fields", "count_item", "objects"]

_Values = tuple[float, float, float, float]
_PARTS = (Box, Polygon, Mask, Points, Skeleton)
"""Kinds that several annotations of one object may have."""


def objects(item: Item, categories: Categories, losses: LossReport) -> Iterator[list[Annotation]]:
    """The objects of an item: lists of annotations that have one group and one label.

    What has no declared label is counted as lost.
    """
    grouped: dict[tuple[int, int | None], list[Annotation]] = {}
    order: list[list[Annotation]] = []
    for annotation in item.annotations:
        if annotation.label is None or not 0 <= annotation.label < len(categories.labels):
            reason = "YOLO has no shapes without a label"
            losses.add(annotation.kind, reason, where=_where(item))
        elif annotation.group and isinstance(annotation, _PARTS):
            key = (annotation.group, annotation.label)
            if key not in grouped:
                order.append(grouped.setdefault(key, []))
            grouped[key].append(annotation)
        else:
            order.append([annotation])
    for members in order:
        if _is_one(members):
            yield members
        else:
            yield from ([member] for member in members)


def _is_one(members: list[Annotation]) -> bool:
    def count(*kinds: type[Annotation]) -> int:
        return sum(isinstance(member, kinds) for member in members)

    outlines = count(Mask) <= 1 and not (count(Mask) and count(Polygon))
    return outlines and count(Box) <= 1 and count(Points, Skeleton) <= 1


def count_dataset(dataset: Dataset, losses: LossReport, infos: frozenset[str]) -> None:
    """Count what of the categories and infos is lost; *infos* are those that are kept."""
    reason = "YOLO keeps the names of labels alone"
    labels = dataset.categories.labels
    counts = {
        "parent of a label": sum(bool(label.parent) for label in labels),
        "color of a label": sum(label.color is not None for label in labels),
        "attributes of a label": sum(bool(label.attributes) for label in labels),
        "infos of a label": sum(bool(label.infos) for label in labels),
        "attributes of all labels": len(dataset.categories.attributes),
        "skeleton": len(dataset.categories.skeletons),
    }
    for what, count in counts.items():
        if count:
            losses.add(what, reason, count=count)
    for name in sorted(set(dataset.infos) - infos):
        losses.add(f"info {name}", "YOLO has no place for it")


def count_item(item: Item, losses: LossReport, *, save_media: bool) -> None:
    """Count what of an item is lost beside its annotations."""
    for name in item.attributes:
        losses.add(f"attribute {name}", "YOLO items have no attributes", where=_where(item))
    if len(item.media) > 1:
        reason = "YOLO items have one image"
        losses.add("media", reason, where=_where(item), count=len(item.media) - 1)
    if save_media and (item.image is None or item.image.content is None):
        losses.add("media", "its bytes are not at hand", where=_where(item))


def count_fields(annotation: Annotation, item: Item, losses: LossReport) -> None:
    """Count the fields of an annotation that its line does not hold."""
    where = _where(item)
    for name in annotation.attributes:
        losses.add(f"attribute {name}", "YOLO annotations have no attributes", where=where)
    fields = {
        "id": annotation.id is not None,
        "group": annotation.group != 0,
        "z_order": annotation.z_order != 0,
        "score": annotation.score is not None,
    }
    for what, has in fields.items():
        if has:
            losses.add(what, "YOLO lines have class and shape alone", where=where)
    if isinstance(annotation, Polygon) and annotation.holes:
        losses.add("hole", "YOLO outlines have no holes", where=where)


def box_of_shape(members: list[Annotation]) -> _Values | None:
    """Left, top, width, height around all the members that have an extent; None if none has."""
    boxes = [box for member in members if (box := _extent(member)) is not None]
    if not boxes:
        return None
    if len(boxes) == 1:
        return boxes[0]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right = max(box[0] + box[2] for box in boxes)
    bottom = max(box[1] + box[3] for box in boxes)
    return (left, top, right - left, bottom - top)


def _extent(shape: Annotation) -> _Values | None:
    match shape:
        case Box():
            return (shape.x, shape.y, shape.w, shape.h)
        case Polygon() if shape.points:
            xs, ys = shape.points[0::2], shape.points[1::2]
            return (min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
        case RotatedBox():
            points = corners(shape)
            return _extent(Polygon(points=points))
        case Ellipse():
            cos, sin = math.cos(math.radians(shape.angle)), math.sin(math.radians(shape.angle))
            rx = math.hypot(shape.rx * cos, shape.ry * sin)
            ry = math.hypot(shape.rx * sin, shape.ry * cos)
            return (shape.cx - rx, shape.cy - ry, 2 * rx, 2 * ry)
        case Mask():
            from datum_formats._common.rle import bounds  # late: it needs numpy

            box = bounds(shape)
            return box if box[2] else None
        case _:
            return None


def corners(shape: Box | RotatedBox) -> tuple[float, ...]:
    """The four corners of a box, clockwise from the upper left one before it was turned."""
    if isinstance(shape, Box):
        right, bottom = shape.x + shape.w, shape.y + shape.h
        return (shape.x, shape.y, right, shape.y, right, bottom, shape.x, bottom)
    cos, sin = math.cos(math.radians(shape.angle)), math.sin(math.radians(shape.angle))
    points: list[float] = []
    for along, across in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)):
        dx, dy = along * shape.w, across * shape.h
        points += (shape.cx + dx * cos - dy * sin, shape.cy + dx * sin + dy * cos)
    return tuple(points)


def _where(item: Item) -> str:
    return f"{item.subset}/{item.id}"
