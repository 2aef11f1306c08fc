"""Annotation files: one XML for each image, read into what the tasks pick from."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.model import AttributeValue
from datum_formats.voc.numbers import span
from datum_formats.voc.values import read_attribute, read_text, read_tree

__all__ = ["Mark", "Part", "Record", "Thing", "parse_annotation"]


class Part(msgspec.Struct):
    """A part of an object, or an object: its name, its box, its attributes."""

    name: str | None = None
    box: tuple[float, float, float, float] | None = None
    attributes: dict[str, AttributeValue] = msgspec.field(default_factory=dict)
    actions: tuple[str, ...] = ()
    """Names of those attributes that stand as actions."""


class Thing(Part):
    """An object with its parts."""

    parts: list[Part] = msgspec.field(default_factory=list)
    point: tuple[float, float] | None = None


class Mark(msgspec.Struct):
    """What is said of a mask, by its index, or of a label of the whole item."""

    name: str | None = None
    index: int = 0
    attributes: dict[str, AttributeValue] = msgspec.field(default_factory=dict)


class Record(msgspec.Struct):
    """What an annotation file says."""

    item_id: str | None = None
    """The item's id where it is not the file's name, as in several subsets that share an id."""
    filename: str | None = None
    size: tuple[int, int] | None = None
    attributes: dict[str, AttributeValue] = msgspec.field(default_factory=dict)
    things: list[Thing] = msgspec.field(default_factory=list)
    masks: list[Mark] = msgspec.field(default_factory=list)
    labels: list[Mark] = msgspec.field(default_factory=list)


class _Reader:
    """Reads the elements of one file after the other; *offset* as in :func:`span`."""

    def __init__(self, offset: int) -> None:
        self.offset = offset

    def thing(self, element: Any) -> Thing:
        thing = Thing()
        for child in element:
            handler = _OF_THING.get(child.tag)
            if handler is not None:
                handler(self, thing, child)
            elif isinstance(child.tag, str):
                thing.attributes[child.tag] = read_tree(child)
        if thing.point and thing.box:
            thing.attributes["point"] = dict(zip("xy", thing.point, strict=True))
        return thing

    def name(self, part: Part | Mark, element: Any) -> None:
        part.name = read_text(element)

    def box(self, part: Part, element: Any) -> None:
        texts = {child.tag: child.text or "" for child in element}
        try:
            x, w = span(texts["xmin"], texts["xmax"], self.offset)
            y, h = span(texts["ymin"], texts["ymax"], self.offset)
        except KeyError as error:
            raise ValueError(f"<bndbox> has no <{error.args[0]}>") from error
        except ValueError as error:
            raise ValueError(f"<bndbox> is no box of numbers: {texts}") from error
        part.box = (x, y, w, h)

    def flag(self, part: Part, element: Any) -> None:
        part.attributes[element.tag] = _flag(element)

    def text(self, part: Part, element: Any) -> None:
        part.attributes[element.tag] = (element.text or "").strip()

    def actions(self, part: Part, element: Any) -> None:
        flags = {child.tag: _flag(child) for child in element if isinstance(child.tag, str)}
        part.actions = tuple(flags)
        part.attributes.update(flags)

    def attributes(self, part: Any, element: Any) -> None:
        for child in element.iterchildren("attribute"):
            name, value = read_attribute(child)
            part.attributes[name] = value

    def part(self, thing: Thing, element: Any) -> None:
        part = Part()
        for child in element:
            handler = _OF_PART.get(child.tag)
            if handler is not None:
                handler(self, part, child)
            elif isinstance(child.tag, str):
                part.attributes[child.tag] = read_tree(child)
        if part.box is None:
            raise ValueError("<part> has no <bndbox>")
        thing.parts.append(part)

    def point(self, thing: Thing, element: Any) -> None:
        try:
            x, _ = span(element.findtext("x"), "0", self.offset)
            y, _ = span(element.findtext("y"), "0", self.offset)
        except (TypeError, AttributeError, ValueError) as error:
            raise ValueError("<point> is no point") from error
        thing.point = (x, y)

    def object(self, record: Record, element: Any) -> None:
        thing = self.thing(element)
        if thing.box is None and thing.point is None:
            raise ValueError("<object> has no <bndbox>")
        record.things.append(thing)

    def mask(self, record: Record, element: Any) -> None:
        mark = self._mark(element)
        mark.index = int(element.findtext("index") or "0")
        record.masks.append(mark)

    def label(self, record: Record, element: Any) -> None:
        record.labels.append(self._mark(element))

    def _mark(self, element: Any) -> Mark:
        mark = Mark()
        for child in element:
            if child.tag == "name":
                self.name(mark, child)
            elif child.tag == "attributes":
                self.attributes(mark, child)
        return mark

    def item_id(self, record: Record, element: Any) -> None:
        record.item_id = read_text(element)

    def filename(self, record: Record, element: Any) -> None:
        record.filename = read_text(element) or None

    def size(self, record: Record, element: Any) -> None:
        width, height = (int(float(element.findtext(tag) or 0)) for tag in ("width", "height"))
        if width > 0 and height > 0:
            record.size = (height, width)
        depth = (element.findtext("depth") or "").strip()
        if depth and depth != "3":
            record.attributes["depth"] = int(depth) if depth.isdecimal() else depth


_Handler = Callable[[_Reader, Any, Any], None]

_OF_THING: Mapping[object, _Handler] = {
    "name": _Reader.name,
    "bndbox": _Reader.box,
    "pose": _Reader.text,
    "truncated": _Reader.flag,
    "difficult": _Reader.flag,
    "occluded": _Reader.flag,
    "actions": _Reader.actions,
    "attributes": _Reader.attributes,
    "part": _Reader.part,
    "point": _Reader.point,
}
_OF_PART: Mapping[object, _Handler] = {
    tag: _OF_THING[tag] for tag in _OF_THING if tag not in ("part", "point")
}
_OF_FILE: Mapping[object, _Handler] = {
    "filename": _Reader.filename,
    "size": _Reader.size,
    "segmented": _Reader.flag,
    "object": _Reader.object,
    "attributes": _Reader.attributes,
    "mask": _Reader.mask,
    "label": _Reader.label,
    "item_id": _Reader.item_id,
}


def _line(element: Any) -> int | None:
    line: int | None = element.sourceline
    return line


def _flag(element: Any) -> AttributeValue:
    text = (element.text or "").strip()
    return {"1": True, "0": False, "true": True, "false": False}.get(text.lower(), text)


def parse_annotation(path: Path, offset: int) -> Record:
    """Read an annotation file.

    Args:
        path: The file.
        offset: 1 where its coordinates count pixels from 1 and include the far edge; else 0.

    Raises:
        FormatError: It is missing, broken, or no annotation of VOC; with the line where known.
    """
    from datum_formats._common.xmlfile import read_xml

    root = read_xml(path)
    if root.tag != "annotation":
        raise FormatError(f"<{root.tag}> instead of <annotation>", path=path, line=1)
    record, reader = Record(), _Reader(offset)
    for child in root:
        handler = _OF_FILE.get(child.tag)
        try:
            if handler is not None:
                handler(reader, record, child)
            elif isinstance(child.tag, str):
                record.attributes[child.tag] = read_tree(child)
        except (ValueError, OverflowError) as error:
            raise FormatError(str(error), path=path, line=_line(child)) from error
    return record
