"""Diffs as lines of text: one for an item, one for each annotation."""

import json
import math
from collections.abc import Iterator
from typing import Any

import msgspec

from datum.diff.changes import (
    ADDED,
    CHANGED,
    REMOVED,
    AnnotationChange,
    CategoriesChange,
    ItemChange,
)
from datum.model import (
    Annotation,
    Box,
    Caption,
    Cuboid3D,
    Ellipse,
    Label,
    Mask,
    Polygon,
    RotatedBox,
)

__all__ = [
    "annotation_line",
    "categories_lines",
    "describe",
    "finite_json",
    "item_lines",
    "shown",
    "side_json",
    "to_json",
]

SIGNS = {ADDED: "+", REMOVED: "-", CHANGED: "~"}
_FEW = 10


def number(value: float) -> str:
    """A number for people: at most two decimals, none where there is nothing behind the point."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def shown(text: str) -> str:
    """Text of a dataset on one line: what would break the line or drive a terminal is escaped."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def describe(annotation: Annotation) -> str:
    """The geometry of an annotation in a few words."""
    match annotation:
        case Box(x=x, y=y, w=w, h=h):
            return f"({number(x)}, {number(y)}) {number(w)}×{number(h)}"
        case RotatedBox(cx=x, cy=y, w=w, h=h, angle=turn):
            return f"({number(x)}, {number(y)}) {number(w)}×{number(h)} at {number(turn)}°"
        case Ellipse(cx=x, cy=y, rx=w, ry=h, angle=turn):
            return f"({number(x)}, {number(y)}) radii {number(w)}, {number(h)} at {number(turn)}°"
        case Mask(height=height, width=width, counts=counts):
            return f"{width}×{height}, {len(counts)} bytes"
        case Caption(text=text):
            return shown(json.dumps(text, ensure_ascii=False))
        case Cuboid3D(position=position):
            return "(" + ", ".join(number(value) for value in position) + ")"
        case Label():
            return ""
        case _:
            return _points(annotation)


def _points(annotation: Any) -> str:
    points = annotation.points
    shown = " ".join(
        f"{number(points[n])},{number(points[n + 1])}"
        for n in range(0, min(len(points) - 1, 2 * 3), 2)
    )
    more = " …" if len(points) > 2 * 3 else ""
    holes = (
        f", {len(annotation.holes)} holes"
        if isinstance(annotation, Polygon) and annotation.holes
        else ""
    )
    return f"{len(points) // 2} points {shown}{more}{holes}"


def annotation_line(change: AnnotationChange) -> str:
    """``~ box #3 car  (1, 2) 3×4 → (2, 2) 3×4  moved 1 px, IoU 0.8``."""
    one = change.one
    head = f"{SIGNS[change.status]} {one.kind} #{one.id} {shown(change.label) or '(no label)'}"
    if change.old is None or change.new is None:
        return f"{head}  {describe(one)}".rstrip()
    parts = []
    if change.moved is not None or change.iou is not None:
        parts.append(f"{describe(change.old)} → {describe(change.new)}")
        parts.append(_moved(change))
    parts.extend(
        f"{shown(field.name)}: {_value(field.old)} → {_value(field.new)}"
        for field in change.fields
        if field.name not in _GEOMETRY_FIELDS
    )
    return f"{head}  " + "  ".join(part for part in parts if part)


_GEOMETRY_FIELDS = frozenset(
    [
        "x",
        "y",
        "w",
        "h",
        "cx",
        "cy",
        "rx",
        "ry",
        "angle",
        "points",
        "holes",
        "counts",
        "height",
        "width",
        "position",
        "rotation",
        "scale",
    ]
)


def _moved(change: AnnotationChange) -> str:
    words = []
    if change.moved:
        words.append(f"moved {number(change.moved)} px")
    if change.iou is not None:
        words.append(f"IoU {change.iou:.2f}")
    return ", ".join(words)


def _value(value: Any) -> str:
    if value is None:
        return "(none)"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = shown(text)
    return text if len(text) <= 6 * _FEW else text[: 6 * _FEW] + "…"


def item_lines(change: ItemChange) -> Iterator[str]:
    """The line of an item, then one for each field and annotation, indented."""
    yield f"{SIGNS[change.status]} {shown(change.name)}"
    for field in change.fields:
        yield f"    ~ {shown(field.name)}: {_value(field.old)} → {_value(field.new)}"
    for one in change.annotations:
        yield f"    {annotation_line(one)}"


def categories_lines(change: CategoriesChange) -> Iterator[str]:
    """A line for each label that changed."""
    for name in change.added:
        yield f"+ label {shown(name)}"
    for name in change.removed:
        yield f"- label {shown(name)}"
    for old, new in change.renamed:
        yield f"~ label {shown(old)} → {shown(new)}"
    for name in change.changed:
        yield f"~ label {shown(name)} is declared otherwise"
    if change.reordered:
        yield "~ labels are in another order"


def to_json(change: ItemChange) -> dict[str, Any]:
    """An item's change as JSON values; numbers that JSON lacks, NaN and infinities, are null."""
    found: dict[str, Any] = finite_json(_item_json(change))
    return found


def _item_json(change: ItemChange) -> dict[str, Any]:
    return {
        "subset": change.subset,
        "id": change.id,
        "status": change.status,
        "fields": [{"name": f.name, "old": f.old, "new": f.new} for f in change.fields],
        "annotations": [_annotation_json(one) for one in change.annotations],
    }


def _annotation_json(change: AnnotationChange) -> dict[str, Any]:
    found: dict[str, Any] = {
        "status": change.status,
        "kind": change.one.kind,
        "id": change.one.id,
        "label": change.label or None,
        "old": None if change.old is None else side_json(change.old, change.old_label),
        "new": None if change.new is None else side_json(change.new, change.new_label),
        "fields": [field.name for field in change.fields],
    }
    if change.moved is not None:
        found["moved"] = change.moved
    if change.iou is not None:
        found["iou"] = change.iou
    return found


def side_json(annotation: Annotation, label: str) -> dict[str, Any]:
    """All fields of an annotation, with the name of its label; see :func:`finite_json`."""
    values: dict[str, Any] = msgspec.structs.asdict(annotation)
    if isinstance(annotation, Mask):
        values["counts"] = annotation.counts.decode("ascii", "replace")
    return {**values, "label": label or None}


def finite_json(value: Any) -> Any:
    """JSON values with null for numbers that are not finite."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: finite_json(one) for name, one in value.items()}
    return list(map(finite_json, value)) if isinstance(value, list | tuple) else value
