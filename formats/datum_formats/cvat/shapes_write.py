"""One annotation as a shape."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.losses import LossReport
from datum.model import (
    Annotation,
    Box,
    Categories,
    Cuboid2D,
    Ellipse,
    Item,
    Label,
    Mask,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
)
from datum_formats._common.xmlfile import quoteattr
from datum_formats.cvat.masks import mask_text
from datum_formats.cvat.shapes_read import CUBOID
from datum_formats.cvat.survey import Survey, is_stated, where
from datum_formats.cvat.values import as_text, encode_value, is_xml, points_text, total

__all__ = ["ShapeWriter"]


class _LostError(Exception):
    """A shape cannot be held, for the reason that is the message."""


class ShapeWriter(msgspec.Struct, frozen=True):
    """Writes shapes, and counts what is lost of them."""

    categories: Categories
    found: Survey
    losses: LossReport
    names: list[str]
    """Names of the labels, quoted."""

    def write(self, annotation: Annotation, item: Item, size: tuple[int, int] | None) -> str:
        """The element of an annotation; empty where CVAT has none for it.

        Args:
            annotation: What is written.
            item: Whose it is.
            size: Height and width that are written for the image.
        """
        place = where(item)
        label = annotation.label
        if label is None or not 0 <= label < len(self.names):
            reason = "CVAT has no shapes without a label"
            self.losses.add(annotation.kind, reason, where=place)
            return ""
        try:
            tag, geometry, inner = self._geometry(annotation, size)
        except _LostError as error:
            self.losses.add(annotation.kind, str(error), where=place)
            return ""
        inner += self._attributes(annotation, place)
        self._count(annotation, place)
        head = f"    <{tag} label={self.names[label]}{self._common(annotation)}{geometry}"
        return f"{head}>\n{inner}    </{tag}>\n" if inner else f"{head}></{tag}>\n"

    def _geometry(
        self, annotation: Annotation, size: tuple[int, int] | None
    ) -> tuple[str, str, str]:
        if isinstance(annotation, Label):
            return "tag", "", ""
        if isinstance(annotation, Skeleton):
            return "skeleton", "", self._joints(annotation)
        if isinstance(annotation, Mask):
            return "mask", _mask(annotation, size), ""
        writer = _WRITERS.get(type(annotation))
        if writer is None:
            raise _LostError("CVAT has no such shape")
        if not _is_finite(annotation):
            raise _LostError("its coordinates are not finite")
        return (*writer(annotation), "")

    def _common(self, annotation: Annotation) -> str:
        declared = self.found.types[annotation.label or 0]
        values = annotation.attributes
        parts = []
        source = values.get("source")
        if source is not None and is_stated("source", source, declared):
            parts.append(f" source={quoteattr(source)}")
        if not isinstance(annotation, Label) or "occluded" in values:
            said = values.get("occluded")
            stated = said is not None and is_stated("occluded", said, declared)
            # CVAT wants the attribute; empty, it says that nothing is known
            parts.append(
                f' occluded="{int(said)}"' if stated and said is not None else ' occluded=""'
            )
        if not isinstance(annotation, Label) or annotation.z_order:
            parts.append(f' z_order="{annotation.z_order}"')
        if annotation.group:
            parts.append(f' group_id="{annotation.group}"')
        if annotation.score is not None and math.isfinite(annotation.score):
            parts.append(f' score="{annotation.score!r}"')
        return "".join(parts)

    def _attributes(self, annotation: Annotation, place: str) -> str:
        types = self.found.types[annotation.label or 0]
        parts = []
        for name, value in annotation.attributes.items():
            if is_stated(name, value, types) or (name == "elements" and _has_elements(annotation)):
                continue
            if name in types and is_xml(name):
                parts.append(_attribute(name, value, types[name], 6))
            else:
                reason = "it is not declared for the label" if is_xml(name) else "no name for XML"
                self.losses.add(f"attribute {name}", reason, where=place)
        return "".join(parts)

    def _joints(self, skeleton: Skeleton) -> str:
        spec = self.categories.skeleton_of(skeleton.label)
        if spec is None or 2 * len(spec.joints) != len(skeleton.points):
            raise _LostError("its label has no skeleton of as many joints")
        seen = skeleton.visibility or (2,) * len(spec.joints)
        if len(seen) != len(spec.joints) or not _is_finite(skeleton):
            raise _LostError("its joints are not finite points with a visibility each")
        elements = skeleton.attributes.get("elements") if _has_elements(skeleton) else None
        parts = []
        for place, joint in enumerate(spec.joints):
            x, y = skeleton.points[2 * place : 2 * place + 2]
            own = (elements or {}).get(joint, {})
            inner = "".join(_attribute(name, value, "", 8) for name, value in own.items())
            parts.append(
                f'      <points label={quoteattr(joint)} occluded="{int(seen[place] == 1)}" '
                f'outside="{int(seen[place] == 0)}" points="{x!r},{y!r}">'
            )
            parts.append(f"\n{inner}      </points>\n" if inner else "</points>\n")
        return "".join(parts)

    def _count(self, annotation: Annotation, place: str) -> None:
        if annotation.id is not None:
            self.losses.add("id", "CVAT's shapes have no ids", where=place)
        if annotation.score is not None and not math.isfinite(annotation.score):
            self.losses.add("score", "it is not finite", where=place)
        if isinstance(annotation, Polygon) and annotation.holes:
            self.losses.add("hole", "CVAT's polygons have no holes", where=place)


def _attribute(name: str, value: object, input_type: str, indent: int) -> str:
    text, mark = encode_value(value, input_type)
    marked = f' type="{mark}"' if mark else ""
    return f"{' ' * indent}<attribute name={quoteattr(name)}{marked}>{as_text(text)}</attribute>\n"


def _has_elements(annotation: Annotation) -> bool:
    """Whether there are attributes of joints, as the reader finds them."""
    said: Any = annotation.attributes.get("elements")
    return (
        isinstance(annotation, Skeleton)
        and isinstance(said, Mapping)
        and all(isinstance(one, Mapping) and one and all(map(is_xml, one)) for one in said.values())
        and bool(said)
    )


def _is_finite(annotation: Annotation) -> bool:
    if isinstance(annotation, Polygon | Polyline | Points | Skeleton | Cuboid2D):
        return all(map(math.isfinite, annotation.points))
    values = msgspec.structs.asdict(annotation).values()
    return all(math.isfinite(value) for value in values if isinstance(value, float))


def _box(box: Box) -> tuple[str, str]:
    return "box", (
        f' xtl="{box.x!r}" ytl="{box.y!r}" xbr="{total(box.x, box.w)}" ybr="{total(box.y, box.h)}"'
    )


def _rotated_box(box: RotatedBox) -> tuple[str, str]:
    if box.angle == 0:
        raise _LostError("a box that is not turned is a plain one to CVAT")
    return "box", (
        f' xtl="{total(box.cx, box.w, "-0.5")}" ytl="{total(box.cy, box.h, "-0.5")}"'
        f' xbr="{total(box.cx, box.w, "0.5")}" ybr="{total(box.cy, box.h, "0.5")}"'
        f' rotation="{box.angle!r}"'
    )


def _polygon(shape: Polygon) -> tuple[str, str]:
    return "polygon", _pairs(shape.points)


def _polyline(shape: Polyline) -> tuple[str, str]:
    return "polyline", _pairs(shape.points)


def _points(shape: Points) -> tuple[str, str]:
    seen = ",".join(map(str, shape.visibility))
    return "points", _pairs(shape.points) + (f' visibility="{seen}"' if seen else "")


def _pairs(points: tuple[float, ...]) -> str:
    if len(points) % 2:
        raise _LostError("its coordinates are not pairs")
    return f' points="{points_text(points)}"'


def _cuboid(shape: Cuboid2D) -> tuple[str, str]:
    if len(shape.points) != len(CUBOID):
        raise _LostError("it has not eight corners")
    pairs = zip(CUBOID, shape.points, strict=True)
    return "cuboid", "".join(f' {key}="{value!r}"' for key, value in pairs)


def _ellipse(shape: Ellipse) -> tuple[str, str]:
    turned = f' rotation="{shape.angle!r}"' if shape.angle else ""
    return "ellipse", (
        f' cx="{shape.cx!r}" cy="{shape.cy!r}" rx="{shape.rx!r}" ry="{shape.ry!r}"{turned}'
    )


def _mask(mask: Mask, size: tuple[int, int] | None) -> str:
    if size != (mask.height, mask.width):
        raise _LostError("its size is not that of the image")
    try:
        runs, (left, top, width, height) = mask_text(mask)
    except FormatError as error:
        raise _LostError(error.reason) from error
    return f' rle="{runs}" left="{left}" top="{top}" width="{width}" height="{height}"'


_WRITERS: dict[type[Annotation], Callable[[Any], tuple[str, str]]] = {
    Box: _box,
    RotatedBox: _rotated_box,
    Polygon: _polygon,
    Polyline: _polyline,
    Points: _points,
    Cuboid2D: _cuboid,
    Ellipse: _ellipse,
}
