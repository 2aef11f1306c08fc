"""Objects of a record: a label, a box, perhaps a mask, made of the annotations of an item."""

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.losses import LossReport
from datum.model import Annotation, Box, Ellipse, Mask, Polygon, RotatedBox
from datum_formats._common import rle
from datum_formats.tf_detection_api.bounds import bounds
from datum_formats.tf_detection_api.features import OBJECT_ATTRIBUTES, fits

__all__ = ["Object", "objects"]

_TYPES = dict(OBJECT_ATTRIBUTES.values())

_NO_OUTLINES = "the format has boxes, outlines only as masks"
_NO_FIELD = "the format has no such field"


class Object(msgspec.Struct, frozen=True, kw_only=True):
    """What a record says of one object: the box in pixels, its label, its mask."""

    label: int | None
    box: tuple[float, float, float, float]
    mask: Mask | None
    attributes: dict[str, Any]


def objects(
    annotations: Sequence[Annotation], losses: LossReport, where: str, *, masks: bool
) -> list[Object]:
    """The objects of an item; what they cannot hold is counted.

    Args:
        annotations: Of the item.
        losses: Where losses are counted.
        where: Names the item.
        masks: Whether masks are written.
    """
    found: list[Object] = []
    written: dict[int, int] = {}
    for parts in _instances(annotations):
        made = _object(parts, losses, where, masks=masks)
        _count_fields(parts, losses, where)
        if made is not None:
            found.append(made)
            written[parts[0].group] = written.get(parts[0].group, 0) + 1
    for group, count in written.items():
        if group and count > 1:
            losses.add("group", "objects cannot belong together", where=where)
    return found


def _instances(annotations: Sequence[Annotation]) -> Iterator[list[Annotation]]:
    """The annotations of each object, in order: one alone, or a group of one label that fits."""
    groups: dict[tuple[int, int | None], list[Annotation]] = {}
    for one in annotations:
        if one.group:
            groups.setdefault((one.group, one.label), []).append(one)
    done: set[tuple[int, int | None]] = set()
    for one in annotations:
        key = (one.group, one.label)
        parts = groups.get(key, [])
        if len(parts) < 2 or not _is_one(parts):  # noqa: PLR2004 (one alone is no group)
            yield [one]
        elif key not in done:
            done.add(key)
            yield parts


def _is_one(parts: list[Annotation]) -> bool:
    """Whether a group is one object: at most one box, one mask or any polygons, one set of points."""
    kinds = [one.kind for one in parts]
    outlines = kinds.count("mask") + bool(kinds.count("polygon"))
    points = kinds.count("points") + kinds.count("skeleton")
    rest = set(kinds) - {"box", "mask", "polygon", "points", "skeleton"}
    return kinds.count("box") <= 1 and outlines <= 1 and points <= 1 and not rest


def _object(
    parts: list[Annotation], losses: LossReport, where: str, *, masks: bool
) -> Object | None:
    """One object; None where nothing of it has an extent."""
    mask: Mask | None = None
    boxes: list[tuple[float, float, float, float]] = []
    for one in parts:
        if isinstance(one, Mask) and masks:
            mask = one
        elif not isinstance(one, Box):
            losses.add(one.kind, _loss(one), where=where)
        extent = _extent(one)
        if extent is not None and all(map(isfinite, extent)):
            boxes.append(extent)
        elif extent is not None:
            losses.add(one.kind, "a number is not finite", where=where)
    given = [(one.x, one.y, one.w, one.h) for one in parts if isinstance(one, Box)]
    if not boxes:
        return None
    box = given[0] if given and given[0] in boxes else _union(boxes)
    attributes: dict[str, Any] = {}
    for one in parts:
        attributes.update(one.attributes)
    return Object(label=parts[0].label, box=box, mask=mask, attributes=attributes)


def _loss(one: Annotation) -> str:
    if isinstance(one, Mask):
        return "only its box is written; --save-masks writes masks"
    if isinstance(one, Polygon | RotatedBox | Ellipse):
        return f"only its bounding box is written; {_NO_OUTLINES}"
    return "the format has boxes and masks only"


def _extent(one: Annotation) -> tuple[float, float, float, float] | None:
    """Left, top, width, height; None for kinds that do not stand for an object's extent."""
    if isinstance(one, Box):
        return (one.x, one.y, one.w, one.h)
    if isinstance(one, Mask):
        try:
            return rle.bounds(one)
        except FormatError:
            return None
    return bounds(one)


def _union(boxes: list[tuple[float, float, float, float]]) -> tuple[float, float, float, float]:
    if len(boxes) == 1:
        return boxes[0]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
    return (left, top, right - left, bottom - top)


def _count_fields(parts: list[Annotation], losses: LossReport, where: str) -> None:
    """Count the fields beside geometry that an object has no place for."""
    for one in parts:
        if one.id is not None:
            losses.add("id", _NO_FIELD, where=where)
        if one.z_order:
            losses.add("z_order", _NO_FIELD, where=where)
        if one.score is not None:
            losses.add("score", _NO_FIELD, where=where)
        for name, value in one.attributes.items():
            kind = _TYPES.get(name)
            if kind is None:
                losses.add(f"attribute {name}", _NO_FIELD, where=where)
            elif not fits(value, kind):
                losses.add(f"attribute {name}", f"no {kind.__name__} of 32 bits", where=where)
