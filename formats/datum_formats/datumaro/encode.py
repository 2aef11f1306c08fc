"""Records of annotations.

Numbers that are not finite have no place in JSON: they are counted as lost.
"""

from collections.abc import Callable, Mapping
from math import cos, isfinite, radians, sin
from typing import Any

from msgspec import UNSET

from datum.losses import LossReport
from datum.model import (
    Annotation,
    AttributeValue,
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
from datum_formats.datumaro import records as r
from datum_formats.datumaro.skeletons import split_elements

__all__ = ["NOT_FINITE", "Encoder", "finite_attributes"]

NOT_FINITE = "JSON has no numbers that are not finite"

Common = dict[str, Any]


class Encoder:
    """Makes records of annotations, and counts what JSON cannot say."""

    def __init__(self, categories: Categories, losses: LossReport, dialect: str) -> None:
        """Count what is lost in *losses*.

        Args:
            categories: Of the dataset.
            losses: Where losses are counted.
            dialect: Whose skeletons to write, ``datumaro`` or ``cvat``.
        """
        self._categories = categories
        self._losses = losses
        self._encoders = dict(_ENCODERS)
        if dialect == "cvat":
            self._encoders[Skeleton] = self._elements

    def annotations(
        self, annotations: tuple[Annotation, ...], where: str
    ) -> list[r.AnnotationRecord]:
        """The records of one item; *where* names it."""
        found: list[r.AnnotationRecord] = []
        for annotation in annotations:
            if isfinite(sum(_numbers(annotation))) or all(map(isfinite, _numbers(annotation))):
                common = self._common(annotation, where)
                found.append(self._encoders[type(annotation)](annotation, common))
            else:
                self._losses.add(annotation.kind, NOT_FINITE, where=where)
        return found

    def _common(self, annotation: Annotation, where: str) -> Common:
        attributes = annotation.attributes
        if attributes:
            attributes = finite_attributes(attributes, self._losses, where)
        common: Common = {
            "attributes": attributes,
            "group": annotation.group,
            "label_id": annotation.label,
            "z_order": annotation.z_order,
        }
        if annotation.id is not None:
            common["id"] = annotation.id
            if annotation.id == 0:
                common["id_is_zero"] = True
        if attributes:
            object_id = attributes.get("object_id")
            if type(object_id) is int and object_id >= 0:
                common["object_id"] = object_id
                common["attributes"] = {
                    name: value for name, value in attributes.items() if name != "object_id"
                }
        if annotation.score is not None:
            if isfinite(annotation.score):
                common["score"] = annotation.score
            else:
                self._losses.add("score", NOT_FINITE, where=where)
        return common

    def _elements(self, skeleton: Skeleton, common: Common) -> r.SkeletonRecord:
        elements = split_elements(skeleton, self._categories)
        common["attributes"] = {
            name: value for name, value in common["attributes"].items() if name != "elements"
        }
        unknown = True if skeleton.points and not skeleton.visibility else UNSET
        return r.SkeletonRecord(elements=elements, visibility_unknown=unknown, **common)


def finite_attributes(
    attributes: Mapping[str, AttributeValue], losses: LossReport, where: str
) -> dict[str, AttributeValue]:
    """The attributes that JSON can hold; the others are counted."""
    kept: dict[str, AttributeValue] = {}
    for name, value in attributes.items():
        if type(value) in (str, int, bool) or _is_finite(value):
            kept[name] = value
        else:
            losses.add(f"attribute {name}", NOT_FINITE, where=where)
    return kept


def _is_finite(value: AttributeValue) -> bool:
    if isinstance(value, float):
        return isfinite(value)
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_is_finite, value))
    return True


def _numbers(annotation: Annotation) -> tuple[float, ...]:
    """All coordinates of an annotation."""
    match annotation:
        case Polygon():
            return sum(annotation.holes, annotation.points)
        case Box():
            return (annotation.x, annotation.y, annotation.w, annotation.h)
        case Polyline() | Points() | Skeleton() | Cuboid2D():
            return annotation.points
        case RotatedBox():
            return _turned(annotation)
        case Ellipse():
            return _radii(annotation)
        case Cuboid3D():
            return annotation.position + annotation.rotation + annotation.scale
        case Label() | Mask() | Caption():
            return ()


def _turned(box: RotatedBox) -> tuple[float, float, float, float, float]:
    return (box.cx, box.cy, box.w, box.h, box.angle)


def _radii(ellipse: Ellipse) -> tuple[float, float, float, float, float]:
    return (ellipse.cx, ellipse.cy, ellipse.rx, ellipse.ry, ellipse.angle)


def _flat(common: Common) -> Common:
    """Without a z-order that says nothing, for kinds of which Datumaro knows none."""
    if not common["z_order"]:
        del common["z_order"]
    return common


def _label(_label: Label, common: Common) -> r.LabelRecord:
    return r.LabelRecord(**_flat(common))


def _caption(caption: Caption, common: Common) -> r.CaptionRecord:
    if common["label_id"] is None:
        del common["label_id"]
    return r.CaptionRecord(caption=caption.text, **_flat(common))


def _cuboid_3d(cuboid: Cuboid3D, common: Common) -> r.Cuboid3DRecord:
    return r.Cuboid3DRecord(
        position=cuboid.position, rotation=cuboid.rotation, scale=cuboid.scale, **_flat(common)
    )


def _mask(mask: Mask, common: Common) -> r.MaskRecord:
    rle = r.Rle(mask.counts.decode("ascii"), (mask.height, mask.width))
    return r.MaskRecord(rle=rle, **common)


def _box(box: Box, common: Common) -> r.BoxRecord:
    return r.BoxRecord(bbox=(box.x, box.y, box.w, box.h), **common)


def _polygon(polygon: Polygon, common: Common) -> r.PolygonRecord:
    return r.PolygonRecord(points=polygon.points, holes=polygon.holes or UNSET, **common)


def _rotated_box(box: RotatedBox, common: Common) -> r.PolygonRecord:
    """The outline, for Datumaro, and the box itself."""
    across, down = cos(radians(box.angle)), sin(radians(box.angle))
    points: list[float] = []
    for right, below in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        x, y = right * box.w / 2, below * box.h / 2
        points += [box.cx + x * across - y * down, box.cy + x * down + y * across]
    return r.PolygonRecord(points=tuple(points), rotated_box=_turned(box), **common)


def _polyline(line: Polyline, common: Common) -> r.PolylineRecord:
    return r.PolylineRecord(points=line.points, **common)


def _points(points: Points, common: Common) -> r.PointsRecord:
    visibility = points.visibility or UNSET
    return r.PointsRecord(points=points.points, visibility=visibility, **common)


def _skeleton(skeleton: Skeleton, common: Common) -> r.PointsRecord:
    visibility = skeleton.visibility or UNSET
    return r.PointsRecord(points=skeleton.points, visibility=visibility, skeleton=True, **common)


def _ellipse(ellipse: Ellipse, common: Common) -> r.EllipseRecord:
    """The box around it, as Datumaro has it, and the ellipse where that does not say it all."""
    cx, cy, rx, ry, angle = _radii(ellipse)
    left, top, right, bottom = points = (cx - rx, cy - ry, cx + rx, cy + ry)
    told = ((left + right) / 2, (top + bottom) / 2, (right - left) / 2, (bottom - top) / 2, 0.0)
    whole = UNSET if told == (cx, cy, rx, ry, angle) else _radii(ellipse)
    return r.EllipseRecord(points=points, ellipse=whole, **common)


def _cuboid_2d(cuboid: Cuboid2D, common: Common) -> r.Cuboid2DRecord:
    pairs = zip(cuboid.points[::2], cuboid.points[1::2], strict=True)
    return r.Cuboid2DRecord(points=list(pairs), **common)


_ENCODERS: dict[type, Callable[[Any, Common], r.AnnotationRecord]] = {
    Label: _label,
    Caption: _caption,
    Cuboid3D: _cuboid_3d,
    Mask: _mask,
    Box: _box,
    Polygon: _polygon,
    RotatedBox: _rotated_box,
    Polyline: _polyline,
    Points: _points,
    Skeleton: _skeleton,
    Ellipse: _ellipse,
    Cuboid2D: _cuboid_2d,
}
