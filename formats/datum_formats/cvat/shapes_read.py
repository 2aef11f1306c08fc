"""One shape of an image or a track, as an annotation."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from lxml import etree

from datum.errors import FormatError
from datum.model import (
    Annotation,
    Box,
    Cuboid2D,
    Ellipse,
    Label,
    Mask,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
)
from datum_formats.cvat.masks import mask_of
from datum_formats.cvat.schema import Schema
from datum_formats.cvat.values import (
    decode_value,
    difference,
    finite,
    middle,
    number,
    points_of,
)

__all__ = ["CUBOID", "KNOWN", "ShapeReader"]

CUBOID = tuple(
    f"{axis}{corner}{face}" for face in "12" for corner in ("tl", "bl", "tr", "br") for axis in "xy"
)
"""XML attributes with the corners of a cuboid, in the order of the points."""

KNOWN = frozenset(
    [
        *("label", "source", "occluded", "z_order", "group_id", "score", "id"),
        *("xtl", "ytl", "xbr", "ybr", "rotation", "points", "visibility", "cx", "cy", "rx", "ry"),
        *("rle", "left", "top", "width", "height", "frame", "keyframe", "outside", *CUBOID),
    ]
)
"""XML attributes of shapes that have a meaning of their own."""


class ShapeReader(msgspec.Struct, frozen=True):
    """Reads the shapes of one file."""

    schema: Schema
    path: Path

    def read(
        self, element: etree._Element, size: tuple[int, int] | None, label: str | None = None
    ) -> Annotation:
        """The annotation of an element.

        Args:
            element: A shape or a tag.
            size: Height and width of the image, which masks need.
            label: The name of the label, where it stands elsewhere.

        Raises:
            FormatError: The element is broken, or its label is not declared.
        """
        try:
            parse = _PARSERS.get(str(element.tag))
            if parse is None:
                raise ValueError(f"<{element.tag}> is no shape")  # noqa: TRY301 (the place is added below)
            common = self._common(element, label)
            return parse(self, element, size, common)
        except (ValueError, RecursionError) as error:
            raise self.fault(element, str(error)) from error

    def fault(self, element: etree._Element, reason: str) -> FormatError:
        """The error for a broken element."""
        return FormatError(reason, path=self.path, line=_line(element))

    def _common(self, element: etree._Element, label: str | None) -> dict[str, Any]:
        name = element.get("label") if label is None else label
        index = self.schema.index.get(name or "")
        if name is None:
            raise ValueError(f"<{element.tag}> has no label")
        if index is None:
            raise ValueError(f"label '{name:.60}' is not declared")
        common: dict[str, Any] = {"label": index, "attributes": self._attributes(element, index)}
        if (group := element.get("group_id")) is not None:
            common["group"] = _integer(group, "group_id")
        if (z_order := element.get("z_order")) is not None:
            common["z_order"] = _integer(z_order, "z_order")
        if (score := element.get("score")) is not None:
            common["score"] = finite(score, "score")
        return common

    def _attributes(self, element: etree._Element, label: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        said: Any = element.items()  # the stubs allow bytes
        for key, value in said:
            if key == "occluded":
                if value:
                    found[key] = value in ("1", "true", "True")
            elif key == "source" or key not in KNOWN:
                found[key] = value
        types = self.schema.types[label]
        for child in element.iterchildren("attribute"):
            name = child.get("name")
            if name is None:
                raise ValueError("<attribute> has no name")
            found[name] = decode_value(child.text or "", types.get(name, ""), child.get("type"))
        return found

    def skeleton(
        self, element: etree._Element, _size: tuple[int, int] | None, common: dict[str, Any]
    ) -> Annotation:
        """A skeleton of its joints, in the order of the label's skeleton."""
        places = self.schema.joints.get(common["label"], {})
        points = [0.0] * (2 * len(places))
        seen = [0] * len(places)
        elements: dict[str, Any] = {}
        for joint in element.iterchildren("points"):
            name = joint.get("label", "")
            if name not in places:
                raise ValueError(f"joint '{name:.60}' is not declared")
            where = points_of(joint.get("points"))
            if len(where) != 2:  # noqa: PLR2004 (x and y)
                raise ValueError(f"joint '{name:.60}' is not one point")
            place = places[name]
            points[2 * place : 2 * place + 2] = where
            seen[place] = _visibility(joint)
            own = self._joint_attributes(joint)
            if own:
                elements[name] = own
        if elements:
            common["attributes"]["elements"] = elements
        return Skeleton(points=tuple(points), visibility=tuple(seen), **common)

    def _joint_attributes(self, joint: etree._Element) -> dict[str, Any]:
        return {
            child.get("name", ""): decode_value(child.text or "", "", child.get("type"))
            for child in joint.iterchildren("attribute")
        }


def _line(element: etree._Element) -> int | None:
    line: Any = element.sourceline  # the stubs take it for an ellipsis
    return int(line) if line else None


def _visibility(joint: etree._Element) -> int:
    if joint.get("outside") == "1":
        return 0
    return 1 if joint.get("occluded") == "1" else 2


def _integer(text: str | None, what: str) -> int:
    try:
        return int(text or "")
    except ValueError as error:
        raise ValueError(f"{what} is no whole number: '{text or '':.40}'") from error


_Size = tuple[int, int] | None
_Parser = Callable[[ShapeReader, Any, _Size, dict[str, Any]], Annotation]


def _box(
    _: ShapeReader, element: etree._Element, _size: _Size, common: dict[str, Any]
) -> Annotation:
    left, top, right, bottom = (
        number(element.get(key), key) for key in ("xtl", "ytl", "xbr", "ybr")
    )
    w, h = difference(right, left), difference(bottom, top)
    angle = finite(element.get("rotation", "0"), "rotation")
    if angle == 0:
        return Box(x=float(left), y=float(top), w=w, h=h, **common)
    return RotatedBox(
        cx=middle(left, right), cy=middle(top, bottom), w=w, h=h, angle=angle, **common
    )


def _polygon(
    _: ShapeReader, element: etree._Element, _size: _Size, common: dict[str, Any]
) -> Annotation:
    return Polygon(points=points_of(element.get("points")), **common)


def _polyline(
    _: ShapeReader, element: etree._Element, _size: _Size, common: dict[str, Any]
) -> Annotation:
    return Polyline(points=points_of(element.get("points")), **common)


def _points(
    _: ShapeReader, element: etree._Element, _size: _Size, common: dict[str, Any]
) -> Annotation:
    points = points_of(element.get("points"))
    said = element.get("visibility")
    seen = () if said is None else tuple(_integer(word, "visibility") for word in said.split(","))
    if seen and (len(seen) != len(points) // 2 or not set(seen) <= {0, 1, 2}):
        raise ValueError(f"visibility is not 0, 1 or 2 for each point: '{said:.60}'")
    return Points(points=points, visibility=seen, **common)


def _cuboid(
    _: ShapeReader, element: etree._Element, _size: _Size, common: dict[str, Any]
) -> Annotation:
    return Cuboid2D(points=tuple(finite(element.get(key), key) for key in CUBOID), **common)


def _ellipse(
    _: ShapeReader, element: etree._Element, _size: _Size, common: dict[str, Any]
) -> Annotation:
    cx, cy, rx, ry = (finite(element.get(key), key) for key in ("cx", "cy", "rx", "ry"))
    angle = finite(element.get("rotation", "0"), "rotation")
    return Ellipse(cx=cx, cy=cy, rx=rx, ry=ry, angle=angle, **common)


def _mask(
    _: ShapeReader, element: etree._Element, size: _Size, common: dict[str, Any]
) -> Annotation:
    if size is None:
        raise ValueError("a mask needs the size of the image, which is neither stated nor readable")
    left, top, width, height = (
        _integer(element.get(key), key) for key in ("left", "top", "width", "height")
    )
    rows, columns, counts = mask_of(element.get("rle", ""), (left, top, width, height), size)
    return Mask(height=rows, width=columns, counts=counts, **common)


def _tag(
    _: ShapeReader, _element: etree._Element, _size: _Size, common: dict[str, Any]
) -> Annotation:
    return Label(**common)


_PARSERS: dict[str, _Parser] = {
    "box": _box,
    "polygon": _polygon,
    "polyline": _polyline,
    "points": _points,
    "cuboid": _cuboid,
    "ellipse": _ellipse,
    "mask": _mask,
    "skeleton": ShapeReader.skeleton,
    "tag": _tag,
}
