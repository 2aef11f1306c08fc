"""A shape of LabelMe, as an annotation."""

import base64
import binascii
import itertools
import math
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from datum.model import (
    Annotation,
    Box,
    Ellipse,
    Mask,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
)
from datum_formats._common.bitmaps import decode_png, mask_counts
from datum_formats._common.labels import LabelTable
from datum_formats._common.shapes import rotated_box
from datum_formats.labelme.document import SHAPE_KEYS, Shape

__all__ = ["ShapeReader"]

_STALE = ("line_color", "fill_color")
"""Keys of old files that are null where nobody chose a colour."""
_SLACK = 1e-3
"""Pixels by which the corners of a turned box may be off."""

Fields = dict[str, Any]


class ShapeReader(msgspec.Struct, frozen=True, kw_only=True):
    """Reads the shapes of one image."""

    table: LabelTable
    size: tuple[int, int] | None
    """Height and width of the image."""

    def read(self, shapes: Iterable[dict[str, Any]]) -> list[Annotation]:
        """The annotations.

        Raises:
            ValueError: A shape is broken.
        """
        found = list(shapes)
        values = [msgspec.convert(said, Shape) for said in found]
        used = {shape.group_id for shape in values if shape.group_id}
        # LabelMe counts groups from 0, which is none here
        spare = next(number for number in itertools.count(1) if number not in used)
        return [
            self._one(shape, _attributes(said, shape), spare)
            for said, shape in zip(found, values, strict=True)
        ]

    def _one(self, shape: Shape, attributes: Fields, spare: int) -> Annotation:
        kind = shape.shape_type or "polygon"
        make = _SHAPES.get(kind)
        if make is None:
            raise ValueError(f"shape_type '{kind}' is not known")
        group = 0 if shape.group_id is None else shape.group_id or spare
        if abs(group) >= 2**63:
            raise ValueError(f"group_id {group} is too large")
        common: Fields = {
            "label": self.table.find(shape.label),
            "group": group,
            "score": shape.score,
            "attributes": attributes,
        }
        return make(shape, self.size, common)


def _attributes(said: Fields, shape: Shape) -> Fields:
    rest = {name: value for name, value in said.items() if name not in SHAPE_KEYS}
    for name in _STALE:
        if rest.get(name, 0) is None:
            del rest[name]
    if shape.description:
        rest["description"] = shape.description
    return {**rest, **(shape.attributes or {}), **(shape.flags or {})}


def _corners(shape: Shape, count: int) -> list[float]:
    if len(shape.points) != count:
        raise ValueError(f"a {shape.shape_type} has {len(shape.points)} points, not {count}")
    return [value for point in shape.points for value in point]


def _flat(shape: Shape) -> tuple[float, ...]:
    if not shape.points:
        raise ValueError(f"a {shape.shape_type} has no points")
    return tuple(value for point in shape.points for value in point)


def _rectangle(shape: Shape, _size: object, common: Fields) -> Annotation:
    if len(shape.points) == 4:  # noqa: PLR2004 (X-AnyLabeling says all four corners)
        xs, ys = zip(*shape.points, strict=True)
        left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
    else:
        x0, y0, x1, y1 = _corners(shape, 2)
        left, top, right, bottom = min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
    return Box(x=left, y=top, w=right - left, h=bottom - top, **common)


def _rotation(shape: Shape, _size: object, common: Fields) -> Annotation:
    points = _corners(shape, 4)
    fields = rotated_box(points, _SLACK)
    common["attributes"] = {
        name: value for name, value in common["attributes"].items() if name != "direction"
    }
    if fields is None:
        return Polygon(points=tuple(points), **common)
    cx, cy, w, h, angle = fields
    return RotatedBox(cx=cx, cy=cy, w=w, h=h, angle=angle, **common)


def _circle(shape: Shape, _size: object, common: Fields) -> Annotation:
    cx, cy, x, y = _corners(shape, 2)
    radius = math.hypot(x - cx, y - cy)
    return Ellipse(cx=cx, cy=cy, rx=radius, ry=radius, **common)


def _mask(shape: Shape, size: tuple[int, int] | None, common: Fields) -> Annotation:
    if size is None or shape.mask is None:
        raise ValueError("a mask has no pixels, or is of an image whose size is unknown")
    left, top, right, bottom = map(int, _corners(shape, 2))
    height, width = size
    try:
        data = base64.b64decode(shape.mask, validate=True)
    except binascii.Error as error:
        raise ValueError(f"a mask is no base64: {error}") from error
    pixels = decode_png(data, height * width)
    if pixels.shape != (bottom - top + 1, right - left + 1):
        raise ValueError("a mask does not fill the box between its points")
    counts = mask_counts(pixels, left, top, height, width)
    return Mask(height=height, width=width, counts=counts, **common)


_SHAPES: dict[str, Callable[[Shape, tuple[int, int] | None, Fields], Annotation]] = {
    "polygon": lambda shape, _, common: Polygon(points=_flat(shape), **common),
    "rectangle": _rectangle,
    "rotation": _rotation,
    "circle": _circle,
    "line": lambda shape, _, common: Polyline(points=_flat(shape), **common),
    "linestrip": lambda shape, _, common: Polyline(points=_flat(shape), **common),
    "point": lambda shape, _, common: Points(points=_flat(shape), **common),
    "points": lambda shape, _, common: Points(points=_flat(shape), **common),
    "mask": _mask,
}
