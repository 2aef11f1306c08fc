"""Annotations out of their records.

A fault is a :class:`FormatError` that names neither file nor item: the caller knows them.
"""

from collections.abc import Callable, Sequence
from typing import Any

from datum.errors import FormatError
from datum.model import (
    Annotation,
    Box,
    Caption,
    Categories,
    Cuboid2D,
    Cuboid3D,
    Ellipse,
    Label,
    Mask,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
)
from datum_formats._common import rle
from datum_formats.datumaro import records as r
from datum_formats.datumaro.skeletons import join_elements

__all__ = ["Decoder"]

_RLE_DIGITS = bytes(range(48, 112))
"""The characters of compressed run lengths."""

Common = dict[str, Any]


class Decoder:
    """Makes annotations of one file's records."""

    def __init__(self, categories: Categories, move: tuple[int, ...] | None) -> None:
        """Take the *categories* of the whole dataset, and the file's own numbering.

        Args:
            categories: Of the whole dataset.
            move: New index of each of the file's labels; None where they stay.
        """
        self._categories = categories
        self._move = tuple(range(len(categories.labels))) if move is None else move

    def annotations(self, records: Sequence[r.AnnotationRecord]) -> list[Annotation]:
        """The annotations of one item."""
        found: list[Annotation] = []
        seen: set[int] = set()
        for record in records:
            common = self._common(record, seen)
            found.append(_DECODERS[type(record)](record, common, self))
        return found

    def label(self, index: int) -> int:
        """The dataset's index for a file's label."""
        if not 0 <= index < len(self._move):
            raise FormatError(f"label {index} is not declared, there are {len(self._move)}")
        return self._move[index]

    def join(self, record: r.SkeletonRecord, common: Common) -> Skeleton:
        """A skeleton out of its elements."""
        return join_elements(record, common, self._categories, self.label)

    def _common(self, record: r.AnnotationRecord, seen: set[int]) -> Common:
        attributes = record.attributes or {}
        number = _number(record)
        if number in seen:
            # parts of one object, whose id is also their group; else the number is kept
            if number != record.group:
                attributes = {"id": number, **attributes}
            number = None
        elif number is not None:
            seen.add(number)
        if isinstance(record.object_id, int) and record.object_id >= 0:
            attributes = {"object_id": record.object_id, **attributes}
        label = record.label_id
        common: Common = {"id": number, "group": record.group or 0, "attributes": attributes}
        if isinstance(label, int):
            common["label"] = self.label(label)
        if isinstance(record.z_order, int):
            common["z_order"] = record.z_order
        if isinstance(record.score, float):
            common["score"] = record.score
        return common


def _number(record: r.AnnotationRecord) -> int | None:
    """The id. 0 is none, unless the file says that it is one."""
    number = record.id
    if isinstance(number, int) and (number != 0 or record.id_is_zero is True):
        return number
    return None


def _even(points: tuple[float, ...], what: str) -> tuple[float, ...]:
    if len(points) % 2:
        raise FormatError(f"a {what} has an odd number of coordinates")
    return points


def _label(_record: r.LabelRecord, common: Common, _decoder: Decoder) -> Label:
    return Label(**common)


def _caption(record: r.CaptionRecord, common: Common, _decoder: Decoder) -> Caption:
    return Caption(text=record.caption, **common)


def _cuboid_3d(record: r.Cuboid3DRecord, common: Common, _decoder: Decoder) -> Cuboid3D:
    return Cuboid3D(
        position=record.position, rotation=record.rotation, scale=record.scale, **common
    )


def _mask(record: r.MaskRecord, common: Common, _decoder: Decoder) -> Mask:
    height, width = record.rle.size
    counts = record.rle.counts
    if isinstance(counts, list):
        try:
            data = rle.compress(counts, height, width)
        except (OverflowError, ValueError, TypeError) as error:
            raise FormatError("run lengths of a mask are broken") from error
        return Mask(height=height, width=width, counts=data, **common)
    data = counts.encode()
    if data.translate(None, _RLE_DIGITS) or sum(rle.runs(data)) != height * width:
        raise FormatError(f"run lengths of a mask do not add up to {height} x {width}")
    return Mask(height=height, width=width, counts=data, **common)


def _box(record: r.BoxRecord, common: Common, _decoder: Decoder) -> Box:
    x, y, w, h = record.bbox
    return Box(x=x, y=y, w=w, h=h, **common)


def _polygon(record: r.PolygonRecord, common: Common, _decoder: Decoder) -> Polygon | RotatedBox:
    if isinstance(record.rotated_box, tuple):
        return _turned(record.rotated_box, common)
    points = _even(record.points, "polygon")
    if not record.holes:
        return Polygon(points=points, **common)
    holes = tuple(_even(hole, "hole") for hole in record.holes)
    return Polygon(points=points, holes=holes, **common)


def _rotated_box(record: r.RotatedBoxRecord, common: Common, _decoder: Decoder) -> RotatedBox:
    return _turned(record.points, common)


def _turned(numbers: tuple[float, float, float, float, float], common: Common) -> RotatedBox:
    cx, cy, w, h, angle = numbers
    return RotatedBox(cx=cx, cy=cy, w=w, h=h, angle=angle, **common)


def _polyline(record: r.PolylineRecord, common: Common, _decoder: Decoder) -> Polyline:
    return Polyline(points=_even(record.points, "polyline"), **common)


def _points(record: r.PointsRecord, common: Common, _decoder: Decoder) -> Points | Skeleton:
    points = _even(record.points, "set of points")
    visibility = record.visibility or ()
    if visibility and len(visibility) * 2 != len(points):
        raise FormatError(f"{len(visibility)} visibilities for {len(points) // 2} points")
    if any(not 0 <= value <= 2 for value in visibility):  # noqa: PLR2004 (absent, hidden, visible)
        raise FormatError("a visibility is not 0, 1 or 2")
    kind = Skeleton if record.skeleton is True else Points
    return kind(points=points, visibility=visibility, **common)


def _ellipse(record: r.EllipseRecord, common: Common, _decoder: Decoder) -> Ellipse:
    if isinstance(record.ellipse, tuple):
        cx, cy, rx, ry, angle = record.ellipse
        return Ellipse(cx=cx, cy=cy, rx=rx, ry=ry, angle=angle, **common)
    left, top, right, bottom = record.points
    return Ellipse(
        cx=(left + right) / 2,
        cy=(top + bottom) / 2,
        rx=(right - left) / 2,
        ry=(bottom - top) / 2,
        **common,
    )


def _cuboid_2d(record: r.Cuboid2DRecord, common: Common, _decoder: Decoder) -> Cuboid2D:
    flat: list[Any] = []
    for entry in record.points:
        if isinstance(entry, list):
            flat.extend(entry)
        else:
            flat.append(entry)
    if any(type(number) not in (int, float) for number in flat):
        raise FormatError("a corner of a cuboid is not a number")
    return Cuboid2D(points=_even(tuple(map(float, flat)), "cuboid"), **common)


def _skeleton(record: r.SkeletonRecord, common: Common, decoder: Decoder) -> Skeleton:
    return decoder.join(record, common)


_DECODERS: dict[type, Callable[[Any, Common, Decoder], Annotation]] = {
    r.LabelRecord: _label,
    r.CaptionRecord: _caption,
    r.Cuboid3DRecord: _cuboid_3d,
    r.MaskRecord: _mask,
    r.BoxRecord: _box,
    r.PolygonRecord: _polygon,
    r.RotatedBoxRecord: _rotated_box,
    r.PolylineRecord: _polyline,
    r.PointsRecord: _points,
    r.EllipseRecord: _ellipse,
    r.Cuboid2DRecord: _cuboid_2d,
    r.SkeletonRecord: _skeleton,
}
