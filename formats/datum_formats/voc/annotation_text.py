"""Annotation files, written: the XML of one item."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from datum.losses import LossReport
from datum.model import Box, Label, LabelCategory, Points
from datum_formats.voc.labels import actions_of
from datum_formats.voc.numbers import edges
from datum_formats.voc.plan import Outline, Plan, Thing
from datum_formats.voc.values import attribute_lines, native, text_element

__all__ = ["AnnotationText", "Header"]

_FLAGS = ("truncated", "difficult", "occluded")
_BEFORE_SIZE = ("folder", "path", "source", "owner")
_TAG = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What the file says of the item itself."""

    item_id: str | None
    """The id, where the file is called otherwise."""
    filename: str | None
    size: tuple[int, int] | None
    attributes: Mapping[str, Any]


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

    def render(
        self, header: Header, plan: Plan, labels: Sequence[Label], masks: Mapping[int, Outline]
    ) -> bytes:
        """The file's bytes.

        Args:
            header: Of the item.
            plan: Its objects.
            labels: Those of which more is to be said than a list can.
            masks: Those of which more is to be said than a picture can, by index.
        """
        lines = ["<annotation>", *self._header(header)]
        for thing in plan.things:
            lines += self._thing(thing)
        lines += self._other(self._left(header), "  ")
        for label in labels:
            lines += ["  <label>", *self._said(label), "  </label>"]
        for index, outline in masks.items():
            lines += [
                "  <mask>",
                f"    <index>{index}</index>",
                *self._said(outline.first),
                "  </mask>",
            ]
        lines.append("</annotation>\n")
        return "\n".join(lines).encode()

    def _header(self, header: Header) -> Iterator[str]:
        attributes = header.attributes
        for name in _BEFORE_SIZE:
            yield from native(name, attributes.get(name), "  ") or ()
            if name == "folder" and header.filename is not None:
                yield "  " + text_element("filename", header.filename)
        if header.item_id is not None:
            yield "  " + text_element("item_id", header.item_id)
        if header.size is not None:
            height, width = header.size
            depth = attributes.get("depth")
            yield "  <size>"
            yield f"    <width>{width}</width>"
            yield f"    <height>{height}</height>"
            yield f"    <depth>{depth if _is_depth(depth) else 3}</depth>"
            yield "  </size>"
        if isinstance(attributes.get("segmented"), bool):
            yield f"  <segmented>{int(attributes['segmented'])}</segmented>"

    @staticmethod
    def _left(header: Header) -> dict[str, Any]:
        """The attributes that no element of the header holds."""
        return {
            name: value
            for name, value in header.attributes.items()
            if not (
                (name in _BEFORE_SIZE and native(name, value, "") is not None)
                or (name == "depth" and header.size is not None and _is_depth(value))
                or (name == "segmented" and isinstance(value, bool))
            )
        }

    def _thing(self, thing: Thing) -> Iterator[str]:
        yield "  <object>"
        yield from self._body(thing.main, "    ")
        for part in thing.parts:
            yield "    <part>"
            yield from self._body(part, "      ")
            yield "    </part>"
        yield "  </object>"

    def _body(self, one: Box | Points, indent: str) -> Iterator[str]:
        name = self._name(one.label)
        if name is not None:
            yield indent + name
        attributes = dict(one.attributes)
        pose = attributes.get("pose")
        if isinstance(pose, str) and (lines := native("pose", pose, indent)):
            yield from lines
            del attributes["pose"]
        for flag in _FLAGS:
            if isinstance(attributes.get(flag), bool):
                yield f"{indent}<{flag}>{int(attributes.pop(flag))}</{flag}>"
        yield from self._place(one, indent)
        if attributes:
            yield from self._acting(attributes, one.label, indent)
            yield from self._other(attributes, indent)

    def _place(self, one: Box | Points, indent: str) -> Iterator[str]:
        if isinstance(one, Points):
            (x, _), (y, _) = (edges(value, 0.0, self._offset) for value in one.points)
            yield f"{indent}<point><x>{x}</x><y>{y}</y></point>"
            return
        left, right = edges(one.x, one.w, self._offset)
        top, bottom = edges(one.y, one.h, self._offset)
        yield f"{indent}<bndbox>"
        yield f"{indent}  <xmin>{left}</xmin>"
        yield f"{indent}  <ymin>{top}</ymin>"
        yield f"{indent}  <xmax>{right}</xmax>"
        yield f"{indent}  <ymax>{bottom}</ymax>"
        yield f"{indent}</bndbox>"

    def _acting(self, attributes: dict[str, Any], label: int | None, indent: str) -> Iterator[str]:
        """The actions among the attributes, which are taken out."""
        known = frozenset() if label is None or not self._is_known(label) else self._actions[label]
        acting = [
            name for name in attributes if name in known and isinstance(attributes[name], bool)
        ]
        if acting:
            yield f"{indent}<actions>"
            for name in acting:
                yield f"{indent}  <{name}>{int(attributes.pop(name))}</{name}>"
            yield f"{indent}</actions>"

    def _said(self, one: Any) -> Iterator[str]:
        name = self._name(one.label)
        if name is not None:
            yield "    " + name
        yield from self._other(one.attributes, "    ")

    def _other(self, attributes: Mapping[str, Any], indent: str) -> Iterator[str]:
        if self._attributes:
            yield from attribute_lines(attributes, indent)
            return
        for name in attributes:
            self._losses.add(f"attribute {name}", "left out, as --allow-attributes says")

    def _is_known(self, label: int | None) -> bool:
        return label is not None and 0 <= label < len(self._names)

    def _name(self, label: int | None) -> str | None:
        if label is None:
            return None
        if not self._is_known(label):
            self._losses.add("label", f"#{label} is not among the labels of the dataset")
            return None
        return self._names[label]


def _is_depth(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0 and value != 3  # noqa: PLR2004 (what is written where nothing is said)
