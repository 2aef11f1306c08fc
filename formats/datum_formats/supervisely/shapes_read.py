"""An object of Supervisely, as an annotation."""

import base64
import binascii
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from datum.model import Annotation, Box, Mask, Points, Polygon, Polyline, Skeleton
from datum_formats._common.bitmaps import decode_png, mask_counts
from datum_formats._common.labels import LabelTable
from datum_formats.supervisely.document import Graph, Object, TagMeta
from datum_formats.supervisely.tags import attributes_of

__all__ = ["ShapeReader"]

Fields = dict[str, Any]
Size = tuple[int, int] | None


class ShapeReader(msgspec.Struct, frozen=True, kw_only=True):
    """Reads the objects of a project."""

    table: LabelTable
    graphs: Mapping[int, Graph]
    tags: Mapping[str, TagMeta]

    def read(self, one: Object, size: Size) -> list[Annotation]:
        """The annotation of an object.

        Args:
            one: The object.
            size: Height and width of the image.

        Raises:
            ValueError: It is broken.
        """
        label = self.table.find(one.classTitle)
        attributes = attributes_of(one.tags, self.tags)
        if one.description:
            attributes.setdefault("description", one.description)
        common: Fields = {"label": label, "attributes": attributes}
        if one.geometryType == "graph":
            return [self._graph(one, label, common)]
        make = _SHAPES.get(one.geometryType)
        if make is None:
            raise ValueError(f"geometryType '{one.geometryType}' is not known")
        return [make(one, size, common)]

    def _graph(self, one: Object, label: int | None, common: Fields) -> Annotation:
        graph = self.graphs.get(-1 if label is None else label)
        nodes = one.nodes or {}
        if graph is None or not set(nodes) <= set(graph.nodes):
            raise ValueError(f"class '{one.classTitle}' has no such nodes")
        points: list[float] = []
        seen: list[int] = []
        for key in graph.nodes:
            node = nodes.get(key)
            points += node.loc if node else (0.0, 0.0)
            seen.append(0 if node is None else 1 if node.disabled else 2)
        return Skeleton(points=tuple(points), visibility=tuple(seen), **common)


def _outline(one: Object, least: int) -> list[tuple[float, float]]:
    points = one.points.exterior if one.points else []
    if len(points) < least:
        raise ValueError(f"a {one.geometryType} has {len(points)} points")
    return points


def _flat(points: list[tuple[float, float]]) -> tuple[float, ...]:
    return tuple(value for point in points for value in point)


def _rectangle(one: Object, _size: Size, common: Fields) -> Annotation:
    xs, ys = zip(*_outline(one, 2), strict=True)
    left, top = min(xs), min(ys)
    return Box(x=left, y=top, w=max(xs) - left, h=max(ys) - top, **common)


def _polygon(one: Object, _size: Size, common: Fields) -> Annotation:
    points = _outline(one, 1)
    holes = tuple(_flat(hole) for hole in (one.points.interior if one.points else ()))
    return Polygon(points=_flat(points), holes=holes, **common)


def _bitmap(one: Object, size: Size, common: Fields) -> Annotation:
    if one.bitmap is None or size is None:
        raise ValueError("a bitmap has no data, or is of an image whose size is unknown")
    height, width = size
    try:
        packed = base64.b64decode(one.bitmap.data, validate=True)
        # a PNG of so many pixels is never larger
        data = zlib.decompressobj().decompress(packed, 8 * height * width + 4096)
    except (binascii.Error, zlib.error) as error:
        raise ValueError(f"a bitmap is no compressed PNG: {error}") from error
    pixels = decode_png(data, height * width)
    left, top = one.bitmap.origin
    counts = mask_counts(pixels, left, top, height, width)
    return Mask(height=height, width=width, counts=counts, **common)


_SHAPES: dict[str, Callable[[Object, Size, Fields], Annotation]] = {
    "rectangle": _rectangle,
    "polygon": _polygon,
    "line": lambda one, _, common: Polyline(points=_flat(_outline(one, 1)), **common),
    "point": lambda one, _, common: Points(points=_flat(_outline(one, 1)), **common),
    "bitmap": _bitmap,
}
