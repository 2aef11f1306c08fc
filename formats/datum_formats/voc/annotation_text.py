"""Annotation files, written: the XML of one item."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from datum.losses import LossReport
from datum.model import Box, Item, Label, LabelCategory, Points
from datum_formats.voc.labels import actions_of
from datum_formats.voc.numbers import edges
from datum_formats.voc.plan import Outline, Plan, Thing
from datum_formats.voc.values import attribute_lines, native, text_element

__all__ = ["AnnotationText"]

_FLAGS = ("truncated", "difficult", "occluded")
_BEFORE_SIZE = ("folder", "path", "source", "owner")
_TAG = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


class AnnotationText:
    """Makes the XML of items."""

    def __init__(
        self,
        labels: Sequence[LabelCategory],
        offset: int,
        losses: LossReport,
        *,
        attributes: bool,
    ) -> None:
        """Remember what is the same for all items.

        Args:
            labels: Of the dataset.
            offset: As of :func:`datum_formats.voc.numbers.span`.
            losses: Where losses are counted.
            attributes: Whether attributes that VOC does not know are written.
        """
        self._names = [text_element("name", label.name) for label in labels]
        self._actions = [
            frozenset(name for name in actions_of(label) if _TAG.fullmatch(name))
            for label in labels
        ]
        self._offset = offset
        self._losses = losses
        self._attributes = attributes

    def body(
        self, item: Item, plan: Plan, labels: Sequence[Label], masks: Mapping[int, Outline]
    ) -> str:
        """What follows :meth:`head`.

        Args:
            item: What is described.
            plan: Its objects.
            labels: Those of which more is to be said than a list can.
            masks: Those of which more is to be said than a picture can, by index.
        """
        lines: list[str] = []
        for thing in plan.things:
            lines += self._thing(thing)
        lines += self._other(_left(item), "  ") if item.attributes else ()
        for label in labels:
            lines += ["  <label>", *self._said(label), "  </label>"]
        for index, outline in masks.items():
            said = self._said(outline.first)
            lines += ["  <mask>", f"    <index>{index}</index>", *said, "  </mask>"]
        lines.append("</annotation>\n")
        return "\n".join(lines)

    @staticmethod
    def head(item: Item, filename: str | None, *, with_id: bool) -> str:
        """The beginning of the file, up to its objects.

        Args:
            item: What is described.
            filename: Of its image; None where it has none.
            with_id: Whether the id is told, as the file is called otherwise.
        """
        attributes = item.attributes
        lines = ["<annotation>"]
        for name in _BEFORE_SIZE:
            lines += native(name, attributes[name], "  ") or () if name in attributes else ()
            if name == "folder" and filename is not None:
                lines.append("  " + text_element("filename", filename))
        if with_id:
            lines.append("  " + text_element("item_id", item.id))
        size = _size(item)
        if size is not None:
            depth = attributes.get("depth")
            lines += [
                "  <size>",
                f"    <width>{size[1]}</width>",
                f"    <height>{size[0]}</height>",
                f"    <depth>{depth if _is_depth(depth) else 3}</depth>",
                "  </size>",
            ]
        if isinstance(attributes.get("segmented"), bool):
            lines.append(f"  <segmented>{int(attributes['segmented'])}</segmented>")
        return "\n".join(lines) + "\n"

    def _thing(self, thing: Thing) -> list[str]:
        lines = ["  <object>", *self._body(thing.main, "    ")]
        for part in thing.parts:
            lines += ["    <part>", *self._body(part, "      "), "    </part>"]
        lines.append("  </object>")
        return lines

    def _body(self, one: Box | Points, indent: str) -> list[str]:
        name = self._name(one.label)
        lines = [] if name is None else [indent + name]
        if not one.attributes:
            lines.append(self._place(one, indent))
            return lines
        attributes = dict(one.attributes)
        pose = attributes.get("pose")
        if isinstance(pose, str) and (told := native("pose", pose, indent)):
            lines += told
            del attributes["pose"]
        for flag in _FLAGS:
            if isinstance(attributes.get(flag), bool):
                lines.append(f"{indent}<{flag}>{int(attributes.pop(flag))}</{flag}>")
        lines.append(self._place(one, indent))
        lines += self._acting(attributes, one.label, indent)
        lines += self._other(attributes, indent)
        return lines

    def _place(self, one: Box | Points, indent: str) -> str:
        if isinstance(one, Points):
            (x, _), (y, _) = (edges(value, 0.0, self._offset) for value in one.points)
            return f"{indent}<point><x>{x}</x><y>{y}</y></point>"
        left, right = edges(one.x, one.w, self._offset)
        top, bottom = edges(one.y, one.h, self._offset)
        return (
            f"{indent}<bndbox>\n"
            f"{indent}  <xmin>{left}</xmin>\n"
            f"{indent}  <ymin>{top}</ymin>\n"
            f"{indent}  <xmax>{right}</xmax>\n"
            f"{indent}  <ymax>{bottom}</ymax>\n"
            f"{indent}</bndbox>"
        )

    def _acting(self, attributes: dict[str, Any], label: int | None, indent: str) -> list[str]:
        """The actions among the attributes, which are taken out."""
        known = frozenset() if label is None or not self._is_known(label) else self._actions[label]
        acting = [
            name for name in attributes if name in known and isinstance(attributes[name], bool)
        ]
        if not acting:
            return []
        flags = [f"{indent}  <{name}>{int(attributes.pop(name))}</{name}>" for name in acting]
        return [f"{indent}<actions>", *flags, f"{indent}</actions>"]

    def _said(self, one: Any) -> list[str]:
        name = self._name(one.label)
        lines = [] if name is None else ["    " + name]
        return [*lines, *self._other(one.attributes, "    ")]

    def _other(self, attributes: Mapping[str, Any], indent: str) -> list[str]:
        if self._attributes:
            return attribute_lines(attributes, indent)
        for name in attributes:
            self._losses.add(f"attribute {name}", "left out, as --allow-attributes says")
        return []

    def _is_known(self, label: int | None) -> bool:
        return label is not None and 0 <= label < len(self._names)

    def _name(self, label: int | None) -> str | None:
        if label is None:
            return None
        if not self._is_known(label):
            self._losses.add("label", f"#{label} is not among the labels of the dataset")
            return None
        return self._names[label]


def _size(item: Item) -> tuple[int, int] | None:
    """Height and width, where there are some."""
    size = item.size
    return size if size is not None and min(size) > 0 else None


def _left(item: Item) -> dict[str, Any]:
    """The attributes that no element of the head holds."""
    return {
        name: value
        for name, value in item.attributes.items()
        if not (
            (name in _BEFORE_SIZE and native(name, value, "") is not None)
            or (name == "depth" and _size(item) is not None and _is_depth(value))
            or (name == "segmented" and isinstance(value, bool))
        )
    }


def _is_depth(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0 and value != 3  # noqa: PLR2004 (what is written where nothing is said)
