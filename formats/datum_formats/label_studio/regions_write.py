"""Annotations as results of a task: per cent of the image of what is in pixels."""

import math
from typing import Any

from datum.model import (
    Annotation,
    Box,
    Caption,
    Ellipse,
    Item,
    Label,
    Mask,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
)
from datum.plugins import Writing
from datum_formats._common.labels import name_of
from datum_formats._common.losses import Places, count_fields, lose
from datum_formats._common.rle import decode_mask
from datum_formats._common.shapes import is_finite, point_pairs
from datum_formats.label_studio.brush import encode_brush
from datum_formats.label_studio.regions_read import KEYPOINT_WIDTH

__all__ = ["RegionWriter"]

Fields = dict[str, Any]
Size = tuple[int, int]


class RegionWriter:
    """Writes the results of one item."""

    def __init__(self, item: Item, writing: Writing, task: int, places: Places) -> None:
        """Begin.

        Args:
            item: Whose annotations they are.
            writing: For the labels and the losses.
            task: Its number, which makes ids of regions unique.
            places: What Label Studio has a place for.
        """
        self._item = item
        self._names = writing.dataset.categories.names()
        self._losses = writing.losses
        self._task = task
        self._places = places
        self.used: set[str] = set()
        """Types of results that were written."""
        self.has_relations = False
        """Whether the relations were results."""

    def results(self, relations: Any) -> dict[bool, list[Fields]]:
        """The results: of people under False, of models under True."""
        found: dict[bool, list[Fields]] = {False: [], True: []}
        for number, one in enumerate(self._item.annotations, start=1):
            said = self._result(one, number)
            if said is None:
                reason = "Label Studio has no such region, or not of this extent"
                lose([one], reason, self._item, self._losses)
                continue
            count_fields(one, self._item, self._losses, self._places)
            predicted = one.score is not None or one.attributes.get("prediction") is True
            found[predicted].append(said)
            self.used.add(said["type"])
        if _are_relations(relations):
            self.has_relations = True
            found[False] += [
                {
                    "type": "relation",
                    "from_id": one["from"],
                    "to_id": one["to"],
                    "direction": one["direction"],
                    "labels": one["labels"],
                }
                for one in relations
            ]
        return found

    def _result(self, one: Annotation, number: int) -> Fields | None:
        name = name_of(one, self._names)
        if isinstance(one, Label):
            return self._said(one, number, "choices", {"choices": [name]}) if name else None
        if isinstance(one, Caption):
            return self._said(one, number, "textarea", {"text": [one.text]})
        size = self._item.size
        shape = _shape(one, size) if size and all(size) else None
        if shape is None or size is None:
            return None
        kind, value = shape
        if name:
            value[f"{kind}labels"] = [name]
            kind = f"{kind}labels"
        said = self._said(one, number, kind, value)
        return {**said, "original_width": size[1], "original_height": size[0], "image_rotation": 0}

    def _said(self, one: Annotation, number: int, kind: str, value: Fields) -> Fields:
        own = one.attributes.get("region_id")
        key = own if isinstance(own, str) else f"{self._task}_{number}"
        said: Fields = {
            "id": key,
            "type": kind,
            "from_name": kind,
            "to_name": "image",
            "value": value,
        }
        if one.score is not None:
            said["score"] = one.score
        if isinstance(one, Points) and isinstance(
            one.attributes.get("keypoint_width"), int | float
        ):
            value["width"] = one.attributes["keypoint_width"]
        meta = {
            name: value for name, value in one.attributes.items() if not self._has_place(one, name)
        }
        return {**said, "meta": meta} if meta else said

    def _has_place(self, one: Annotation, name: str) -> bool:
        value = one.attributes[name]
        if name == "prediction":
            return value is True
        if name == "keypoint_width":
            return isinstance(one, Points) and isinstance(value, int | float)
        return name == "region_id" and isinstance(value, str)


def _are_relations(said: Any) -> bool:
    keys = {"from", "to", "direction", "labels"}
    return (
        isinstance(said, list)
        and bool(said)
        and all(isinstance(one, dict) and set(one) == keys for one in said)
    )


def _shape(one: Annotation, size: Size) -> tuple[str, Fields] | None:
    """The kind of a region and its place; None where there is none for it."""
    match one:
        case Box():
            return _rectangle(one.x, one.y, one.w, one.h, 0.0, size)
        case RotatedBox():
            turn = math.radians(one.angle)
            cos, sin = math.cos(turn), math.sin(turn)
            x = one.cx - (one.w * cos - one.h * sin) / 2
            y = one.cy - (one.w * sin + one.h * cos) / 2
            return _rectangle(x, y, one.w, one.h, one.angle, size)
        case Ellipse():
            values = _percent((one.cx, one.cy, one.rx, one.ry), size)
            if values is None or not math.isfinite(one.angle):
                return None
            x, y, rx, ry = values
            value = {"x": x, "y": y, "radiusX": rx, "radiusY": ry, "rotation": one.angle}
            return "ellipse", value
        case Polygon():
            values = _percent(one.points, size)
            fields = {"points": point_pairs(values or []), "closed": True}
            return ("polygon", fields) if values else None
        case _:
            return _other_shape(one, size)


def _other_shape(one: Annotation, size: Size) -> tuple[str, Fields] | None:
    match one:
        case Polyline():
            values = _percent(one.points, size)
            if values is None:
                return None
            vertices = [
                {"id": str(at), "x": x, "y": y} for at, (x, y) in enumerate(point_pairs(values))
            ]
            return "vector", {"vertices": vertices, "closed": False}
        case Points() if len(one.points) == 2:  # noqa: PLR2004 (one point)
            values = _percent(one.points, size)
            if values is None:
                return None
            return "keypoint", {"x": values[0], "y": values[1], "width": KEYPOINT_WIDTH}
        case Mask() if size == (one.height, one.width):
            return "brush", {"format": "rle", "rle": encode_brush(decode_mask(one))}
        case _:
            return None


def _rectangle(
    x: float, y: float, w: float, h: float, angle: float, size: Size
) -> tuple[str, Fields] | None:
    values = _percent((x, y, w, h), size)
    if values is None or not math.isfinite(angle):
        return None
    x, y, w, h = values
    return "rectangle", {"x": x, "y": y, "width": w, "height": h, "rotation": angle}


def _percent(points: tuple[float, ...], size: Size) -> list[float] | None:
    """X and y by turns, in per cent of the image."""
    height, width = size
    if not points or len(points) % 2 or not is_finite(points):
        return None
    return [100 * value / (height if at % 2 else width) for at, value in enumerate(points)]
