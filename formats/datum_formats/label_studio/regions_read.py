"""The results of a task, as annotations: pixels of what is per cent of the image."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from datum.model import (
    Annotation,
    Box,
    Caption,
    Ellipse,
    Label,
    Mask,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
)
from datum_formats._common.bitmaps import mask_counts
from datum_formats._common.labels import LabelTable
from datum_formats.label_studio.brush import decode_brush
from datum_formats.label_studio.task import Result, Results, Value

__all__ = ["KEYPOINT_WIDTH", "RegionReader", "labels_of"]

KEYPOINT_WIDTH = 0.5
"""Per cent of the image that a point is drawn with, where nobody says."""

_NO_ATTRIBUTES = ("choices", "textarea", "relation")
"""Types of results about the image that are labels, captions, or not about it alone."""

Fields = dict[str, Any]
Size = tuple[float, float]
"""Height and width."""


def labels_of(result: Result) -> list[str]:
    """The labels of a region, or the choices of an image."""
    if result.type == "relation":
        return []
    key = "choices" if result.type == "choices" else result.type
    found = result.value.get(key)
    if not (key.endswith("labels") or key == "choices") or not isinstance(found, list):
        return []
    return [name for name in found if isinstance(name, str)]


class RegionReader(msgspec.Struct, frozen=True, kw_only=True):
    """Reads the results of one person or model."""

    table: LabelTable
    extra: Fields
    """Attributes that every annotation gets."""
    predicted: bool
    kept_ids: frozenset[str]
    """Regions that something else refers to."""

    def read(self, results: Results) -> list[Annotation]:
        """The annotations.

        Raises:
            ValueError: A region is broken.
        """
        regions = [one for one in results.result or () if one.type in _REGIONS]
        known = {one.id for one in regions if one.id is not None}
        said: dict[str, Fields] = {}
        alone: list[Result] = []
        for one in results.result or ():
            if one.type == "relation" or one.type in _REGIONS:
                continue
            if one.id in known and one.id is not None:
                said.setdefault(one.id, {})[one.from_name or one.type] = _plain(one)
            else:
                alone.append(one)
        whole = [note for one in alone for note in self._whole(one, results)]
        shapes = [self._region(one, results, said.get(one.id or "", {})) for one in regions]
        return [*whole, *shapes]

    def _whole(self, one: Result, results: Results) -> Iterable[Annotation]:
        common = self._common(one, results, {})
        if one.type == "choices":
            return [Label(label=self.table.find(name), **common) for name in labels_of(one)]
        if one.type == "textarea":
            text = _plain(one)
            texts = text if isinstance(text, list) else [text]
            return [Caption(text=str(line), **common) for line in texts]
        return []

    def attributes(self, results: Results) -> Fields:
        """What is said of the image that is neither a label nor a text: ratings, numbers, dates."""
        known = {one.id for one in results.result or () if one.type in _REGIONS}
        return {
            one.from_name or one.type: _plain(one)
            for one in results.result or ()
            if one.id not in known and one.type not in {*_REGIONS, *_NO_ATTRIBUTES}
        }

    def _region(self, one: Result, results: Results, said: Fields) -> Annotation:
        value = msgspec.convert(one.value, Value)
        names = labels_of(one)
        if len(names) > 1:
            said = {"labels": names[1:], **said}
        if one.id in self.kept_ids:
            said = {**said, "region_id": one.id}
        common = self._common(one, results, said)
        common["label"] = self.table.find(names[0]) if names else None
        height, width = one.original_height, one.original_width
        if not height or not width or height < 0 or width < 0:
            raise ValueError(f"region '{one.id}' has no original_width and original_height")
        return _REGIONS[one.type](value, (height, width), common)

    def _common(self, one: Result, results: Results, said: Fields) -> Fields:
        score = one.score if one.score is not None else results.score
        if not self.predicted:
            score = one.score
        attributes = {**(one.meta or {}), **said, **self.extra}
        if self.predicted and score is None:
            attributes["prediction"] = True
        return {"score": score, "attributes": attributes}


def _plain(one: Result) -> Any:
    """What is said of a region: one word where it is one."""
    found = one.value.get("text" if one.type == "textarea" else one.type, one.value)
    return found[0] if isinstance(found, list) and len(found) == 1 else found


def _pixels(points: Iterable[tuple[float, float]], size: Size) -> tuple[float, ...]:
    height, width = size
    flat = [pixel for x, y in points for pixel in (x * width / 100, y * height / 100)]
    if not flat:
        raise ValueError("a region has no points")
    return tuple(flat)


def _rectangle(value: Value, size: Size, common: Fields) -> Annotation:
    x, y, w, h = _pixels([(value.x, value.y), (value.width, value.height)], size)
    if not value.rotation:
        return Box(x=x, y=y, w=w, h=h, **common)
    turn = math.radians(value.rotation)
    cos, sin = math.cos(turn), math.sin(turn)
    cx, cy = x + (w * cos - h * sin) / 2, y + (w * sin + h * cos) / 2
    return RotatedBox(cx=cx, cy=cy, w=w, h=h, angle=value.rotation, **common)


def _ellipse(value: Value, size: Size, common: Fields) -> Annotation:
    cx, cy, rx, ry = _pixels([(value.x, value.y), (value.radiusX, value.radiusY)], size)
    return Ellipse(cx=cx, cy=cy, rx=rx, ry=ry, angle=value.rotation, **common)


def _polygon(value: Value, size: Size, common: Fields) -> Annotation:
    return Polygon(points=_pixels(value.points, size), **common)


def _keypoint(value: Value, size: Size, common: Fields) -> Annotation:
    if value.width != KEYPOINT_WIDTH:
        common["attributes"] = {**common["attributes"], "keypoint_width": value.width}
    return Points(points=_pixels([(value.x, value.y)], size), **common)


def _vector(value: Value, size: Size, common: Fields) -> Annotation:
    points = msgspec.convert(
        [(one.get("x"), one.get("y")) for one in value.vertices], list[tuple[float, float]]
    )
    if value.closed:
        return Polygon(points=_pixels(points, size), **common)
    return Polyline(points=_pixels(points, size), **common)


def _brush(value: Value, size: Size, common: Fields) -> Annotation:
    height, width = map(int, size)
    pixels = decode_brush(value.rle, height, width)
    counts = mask_counts(pixels, 0, 0, height, width)
    return Mask(height=height, width=width, counts=counts, **common)


_SHAPES: dict[str, Callable[[Value, Size, Fields], Annotation]] = {
    "rectangle": _rectangle,
    "ellipse": _ellipse,
    "polygon": _polygon,
    "keypoint": _keypoint,
    "vector": _vector,
    "brush": _brush,
}
_REGIONS = {**_SHAPES, **{f"{name}labels": make for name, make in _SHAPES.items()}}
"""With labels, or without."""
