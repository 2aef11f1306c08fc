"""The fields that conditions of ``--sql`` may name."""

from collections.abc import Callable
from typing import NamedTuple

from datum.filtering.sql_rows import Type
from datum.filtering.table import Field, Table

__all__ = ["FIELDS", "SqlField"]


class SqlField(NamedTuple):
    """A field by its name."""

    type: Type
    of_items: bool
    get: Callable[[Table], Field]
    meaning: str
    """One line for the documentation."""


def _item(type_: Type, get: Callable[[Table], Field], meaning: str) -> SqlField:
    return SqlField(type_, of_items=True, get=get, meaning=meaning)


def _note(name: str, type_: Type, meaning: str) -> SqlField:
    return SqlField(type_, of_items=False, get=lambda table: table.note(name), meaning=meaning)


FIELDS: dict[str, SqlField] = {
    "id": _item("text", lambda table: table.item("id"), "id of the item"),
    "subset": _item("text", lambda table: table.item("subset"), "subset of the item"),
    "path": _item("text", lambda table: table.item("path"), "path of its image, or empty"),
    "width": _item("number", lambda table: table.side("width"), "width of its image, if known"),
    "height": _item("number", lambda table: table.side("height"), "height of its image, if known"),
    "has_data": _item(
        "boolean",
        lambda table: table.image("has_data"),
        "whether the bytes of its image are at hand",
    ),
    "annotations": _item("number", lambda table: table.totals(), "how many annotations it has"),
    "annotation_id": _note("id", "number", "id of the annotation"),
    "kind": _note("kind", "text", "`label`, `box`, `rotated_box`, `polygon`, `mask` and so on"),
    "type": _note("type", "text", "the same by its name in XML: `bbox` for `box`"),
    "label": _note("label", "text", "name of the label, if it has one"),
    "label_id": _note("label_id", "number", "number of the label"),
    "group": _note("group", "number", "number of the group, 0 for none"),
    "z_order": _note("z_order", "number", "larger is above"),
    "score": _note("score", "number", "confidence, if there is one"),
    "caption": _note("caption", "text", "text of a caption"),
    "x": _note("x", "number", "left of the bounds, for every kind that has a place in the image"),
    "y": _note("y", "number", "top of the bounds"),
    "w": _note("w", "number", "width of the bounds"),
    "h": _note("h", "number", "height of the bounds"),
    "area": _note("area", "number", "area of the shape itself in square pixels"),
    "bbox_area": SqlField(
        "number",
        of_items=False,
        get=lambda table: table.bounds("area"),
        meaning="area of the bounds",
    ),
}
"""Every field, in the order of the documentation."""
