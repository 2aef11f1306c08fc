"""The fields of items and annotations that filters ask for, as arrays; each is made when it is asked for."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, Protocol

import msgspec
import numpy as np
from msgspec.structs import replace

from datum.filtering.values import Numbers, Text, Value, coded
from datum.model import Item
from datum.model.annotation import KIND_CODES, KINDS, Caption
from datum.model.categories import Categories
from datum.model.columns import Bools, Columns, Ints, Texts, columns_of
from datum.model.measures import Measures, measure

__all__ = [
    "TAKEN",
    "TYPE_NAMES",
    "Attribute",
    "Field",
    "Held",
    "Source",
    "Table",
    "tag_of",
    "xml_text",
]

TYPE_NAMES = {"box": "bbox", "rotated_box": "rotated_bbox"}
"""Names of kinds in ``type`` that differ from datum's own, which are in ``kind``."""

TAKEN = frozenset(
    (
        *("id", "type", "kind", "label", "label_id", "group", "z_order", "score"),
        *("x", "y", "w", "h", "area", "bbox", "point", "caption"),
        *("subset", "path", "image", "annotation", "attribute"),
    )
)
"""Names of elements that no attribute has."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot hold."""
_NOT_A_NAME = re.compile(r"[^\w.-]")


def xml_text(value: object) -> str:
    """A value as the text of an element."""
    return _NOT_XML.sub("�", str(value))


@cache
def tag_of(name: str) -> str | None:
    """The element that an attribute of a name has; None where XML can have none, or it is taken."""
    from lxml import etree

    tag = _NOT_A_NAME.sub("-", name)
    if tag in TAKEN:
        return None
    try:
        etree.QName(tag)
    except ValueError:
        return None
    return tag


class Field(msgspec.Struct, frozen=True):
    """One value for each of some items, or annotations."""

    at: Ints
    """(k,): the numbers of those that have one, ascending."""
    value: Value
    """k values."""


class Attribute(msgspec.Struct, frozen=True):
    """The values of one attribute, as they are."""

    at: Ints
    """(k,): the numbers of the items or annotations that have it, ascending."""
    values: Sequence[Any]


class Source(Protocol):
    """Some items and their annotations, as far as they are asked for."""

    @property
    def keys(self) -> Sequence[tuple[str, str]]:
        """Subset and id of each item."""
        ...

    @property
    def items(self) -> Sequence[Item]:
        """The items, without annotations."""
        ...

    @property
    def plain(self) -> Columns:
        """The annotations; without attributes and geometry if these are not at hand yet."""
        ...

    @property
    def attributes(self) -> Mapping[int, Mapping[str, Any]]:
        """The attributes of the annotations, by their numbers."""
        ...

    @property
    def columns(self) -> Columns:
        """The annotations as a whole."""
        ...


class Held:
    """A source of values."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = [replace(item, annotations=()) for item in items]
        self.keys = [item.key for item in items]
        self.plain = self.columns = columns_of([item.annotations for item in items])
        self.attributes = self.columns.attributes


class Table:
    """Some items and their annotations, field by field."""

    def __init__(self, source: Source, categories: Categories) -> None:
        self._source = source
        self._categories = categories
        self.every_item: Ints = np.arange(len(source.keys))

    @cached_property
    def every_note(self) -> Ints:
        """The numbers of the annotations."""
        return np.arange(self._source.plain.total)

    @property
    def starts(self) -> Ints:
        """(items + 1,): where the annotations of each item begin."""
        return self._source.plain.starts

    @cached_property
    def owners(self) -> Ints:
        """(annotations,): the number of the item that each belongs to."""
        return self._source.plain.owners()

    @cached_property
    def measures(self) -> Measures:
        """Bounds and areas."""
        return measure(self._source.columns)

    # --- fields of items

    def item(self, name: str) -> Field:
        """``id``, ``subset``, ``path``: every item has them."""
        keys = self._source.keys
        value: Value
        match name:
            case "id":
                value = Text(self.every_item, [item_id for _, item_id in keys])
            case "subset":
                value = coded(subset for subset, _ in keys)
            case _:
                items = self._source.items
                value = Text(
                    self.every_item, [one.media[0].path if one.media else "" for one in items]
                )
        return Field(self.every_item, value)

    def image(self, name: str) -> Field:
        """``width``, ``height`` (``unknown`` where they are not known), ``has_data``, ``path``."""
        places = [n for n, one in enumerate(self._source.items) if one.media]
        images = [self._source.items[n].media[0] for n in places]
        at = np.array(places, np.int64)
        match name:
            case "has_data":
                held = [one.content is not None for one in images]
                return Field(at, Numbers(np.array(held, np.int64)))
            case "path":
                return Field(at, Text(np.arange(len(at)), [one.path for one in images]))
            case _:
                sides = [getattr(one, name) for one in images]
                return Field(at, coded("unknown" if one is None else str(one) for one in sides))

    def side(self, name: str) -> Field:
        """``width`` or ``height`` of the images of which it is known."""
        sides = [getattr(one.media[0], name) if one.media else None for one in self._source.items]
        places = [n for n, one in enumerate(sides) if one is not None]
        known = [one for one in sides if one is not None]
        return Field(np.array(places, np.int64), Numbers(np.array(known, np.int64)))

    def totals(self) -> Field:
        """How many annotations each item has."""
        return Field(self.every_item, Numbers(np.diff(self.starts)))

    @cached_property
    def imaged(self) -> Ints:
        """The numbers of the items that have an image."""
        return np.array([n for n, one in enumerate(self._source.items) if one.media], np.int64)

    # --- fields of annotations

    def note(self, name: str) -> Field:
        """A field of annotations by its name; those that have it."""
        plain, every = self._source.plain, self.every_note
        match name:
            case "type" | "kind":
                return Field(every, Text(plain.kinds.astype(np.int64), _KINDS[name]))
            case "group":
                return Field(every, Numbers(plain.groups))
            case "z_order":
                return Field(every, Numbers(plain.z_orders))
            case "id":
                return Field(every, _ids(plain.ids, plain.known))
            case "score":
                at = np.flatnonzero(plain.scored)
                return Field(at, Numbers(plain.scores[at]))
            case "label" | "label_id":
                return self._labels(plain.labels, names=name == "label")
            case "caption":
                return self._captions()
            case _:
                return self._geometry(name)

    def _geometry(self, name: str) -> Field:
        if name == "area":
            return Field(self.placed, Numbers(self.measures.areas[self.placed]))
        return self.bounds(name)

    @cached_property
    def placed(self) -> Ints:
        """The numbers of the annotations that have a place in the image."""
        return np.flatnonzero(self.measures.placed)

    def bounds(self, name: str) -> Field:
        """``x``, ``y``, ``w``, ``h`` of the upright box around annotations, and its ``area``."""
        boxes = self.measures.bounds[self.placed]
        if name == "area":
            return Field(self.placed, Numbers(boxes[:, 2] * boxes[:, 3]))
        return Field(self.placed, Numbers(boxes[:, "xywh".index(name)]))

    def _labels(self, labels: Ints, *, names: bool) -> Field:
        at = np.flatnonzero(labels >= 0)
        if not names:
            return Field(at, Numbers(labels[at]))
        different, codes = np.unique(labels[at], return_inverse=True)
        words = [self._categories.name_of(label) for label in different.tolist()]
        return Field(at, Text(codes.reshape(-1), words))

    def _captions(self) -> Field:
        code = KIND_CODES[Caption]
        columns = self._source.columns
        at = columns.places(code)
        shape = columns.geometry.get(code)
        texts = shape.texts if isinstance(shape, Texts) else []
        return Field(at, Text(np.arange(len(at)), texts))

    # --- attributes

    def attribute(self, name: str, *, of_items: bool) -> Attribute:
        """The attribute of a name, of items or of annotations."""
        held = self._attributes(of_items=of_items)
        at = [n for n, values in held.items() if name in values]
        return Attribute(np.array(at, np.int64), [held[n][name] for n in at])

    def tagged(self, tag: str, *, of_items: bool) -> Attribute:
        """The attributes whose element has a tag; one item or annotation may have several."""
        return self._of_names(lambda name: tag_of(name) == tag, of_items=of_items)

    def titled(self, text: str, *, of_items: bool) -> Attribute:
        """The attributes whose name is a text in XML; one item or annotation may have several."""
        return self._of_names(lambda name: xml_text(name) == text, of_items=of_items)

    def _of_names(self, fits: Callable[[str], bool], *, of_items: bool) -> Attribute:
        held = self._attributes(of_items=of_items)
        names = {name for values in held.values() for name in values}
        wanted = {name for name in names if fits(name)}
        if len(wanted) == 1:
            return self.attribute(*wanted, of_items=of_items)
        found = [
            (n, value)
            for n, values in held.items()
            for name, value in values.items()
            if name in wanted
        ]
        at = np.array([n for n, _ in found], np.int64)
        return Attribute(at, [value for _, value in found])

    def _attributes(self, *, of_items: bool) -> Mapping[int, Mapping[str, Any]]:
        return self._of_items if of_items else self._source.attributes

    @cached_property
    def _of_items(self) -> dict[int, dict[str, Any]]:
        return {n: one.attributes for n, one in enumerate(self._source.items) if one.attributes}


def _ids(ids: Ints, known: Bools) -> Value:
    if known.all():
        return Numbers(ids)
    return coded(
        str(one) if there else "None" for one, there in zip(ids.tolist(), known, strict=True)
    )


def _by_code(names: Mapping[str, str]) -> list[str]:
    """Names of kinds at the places of their numbers."""
    found = [""] * (max(KIND_CODES.values()) + 1)
    for kind, one in KINDS.items():
        found[KIND_CODES[one]] = names.get(kind, kind)
    return found


_KINDS = {"kind": _by_code({}), "type": _by_code(TYPE_NAMES)}
