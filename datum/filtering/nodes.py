"""Paths of XPath over the fields of a table: which nodes they reach, and what these hold."""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import numpy as np

from datum.filtering.table import TAKEN, Attribute, Field, Table, xml_text
from datum.filtering.values import Text, Value, coded, take
from datum.filtering.xpath_text import Compare, Constant, NotForArraysError, Path, Step
from datum.model.columns import Bools, Ints

__all__ = ["Context", "Kind", "Nodes", "Reach", "compile_path"]

Kind = Literal["item", "annotation", "image", "bbox", "attribute", "leaf"]
"""What nodes are: elements, or those that hold one value."""


class Context(NamedTuple):
    """Where an expression stands: at every item of a table, or at every annotation."""

    table: Table
    of_items: bool

    @property
    def rows(self) -> Ints:
        """The numbers of the items or annotations."""
        return self.table.every_item if self.of_items else self.table.every_note


class Nodes(NamedTuple):
    """What a path reaches."""

    rows: Ints
    """(k,): the row of the context that each was reached from, ascending."""
    at: Ints
    """(k,): the number of the item or annotation that each is, or belongs to."""
    value: Value | None = None
    """What each leaf holds."""


Reach = Callable[[Context], Nodes]
Condition = Callable[[Table], Bools]

_ITEM = ("id", "subset", "path")
_IMAGE = ("width", "height", "has_data", "path")
_BBOX = ("x", "y", "w", "h", "area")
_NOTE = (
    *("id", "type", "kind", "label", "label_id", "group", "z_order", "score", "caption"),
    *_BBOX,
)


class _Way(NamedTuple):
    """A path as far as it was read."""

    kind: Kind
    reach: Reach
    of_items: bool
    """Whether its nodes belong to items."""


def compile_path(
    path: Path, *, of_items: bool, condition: Callable[..., Condition]
) -> tuple[Kind, Reach]:
    """What a path reaches, and how.

    Args:
        path: The path.
        of_items: Whether it starts from items.
        condition: Compiles what stands in brackets, for items or annotations.

    Raises:
        NotForArraysError: Arrays do not have it.
    """
    way, steps = _begin(path, of_items=of_items)
    if path.start and steps:  # the first step is the item, or the annotations behind //
        way = _where(_first(way, path.start, steps[0]), steps[0].conditions, condition)
        steps = steps[1:]
    while steps:
        step, steps = steps[0], steps[1:]
        if (way.kind == "item" and step.name == "attribute") or (
            way.kind == "annotation" and step.name == "attribute"
        ):
            way, steps = _attribute(way, step, steps)
        else:
            way = _where(_child(way, step.name), step.conditions, condition)
    return way.kind, way.reach


def _begin(path: Path, *, of_items: bool) -> tuple[_Way, tuple[Step, ...]]:
    """The context itself, or the item that it is or belongs to."""
    steps = path.steps
    if not path.start and steps[0] == Step(".."):
        if of_items:
            raise NotForArraysError
        return _Way("item", _to_item, of_items=True), steps[1:]
    if not path.start and steps[0] == Step("."):
        steps = steps[1:]
    if path.start:
        return _Way("item", _self if of_items else _to_item, of_items=True), steps
    return _Way("item" if of_items else "annotation", _self, of_items), steps


def _first(way: _Way, start: str, step: Step) -> _Way:
    if step.name == "item":
        return way
    if start == "//" and step.name == "annotation":
        return _child(way, "annotation")
    raise NotForArraysError


def _self(context: Context) -> Nodes:
    return Nodes(context.rows, context.rows)


def _to_item(context: Context) -> Nodes:
    return Nodes(context.rows, context.table.owners)


def _where(way: _Way, conditions: Sequence[object], condition: Callable[..., Condition]) -> _Way:
    """Those of the nodes of which all conditions are true."""
    if not conditions:
        return way
    if way.kind not in ("item", "annotation"):
        raise NotForArraysError
    asked = [condition(one, of_items=way.kind == "item") for one in conditions]

    def reach(context: Context) -> Nodes:
        rows, at, _ = way.reach(context)
        keep = np.ones(len(at), np.bool_)
        for ask in asked:
            keep &= ask(context.table)[at]
        return Nodes(rows[keep], at[keep])

    return way._replace(reach=reach)


def _child(way: _Way, name: str) -> _Way:
    """The children of a name."""
    if (way.kind, name) == ("item", "annotation"):
        return _Way("annotation", lambda context: _to_notes(way.reach(context), context), False)
    if (way.kind, name) in _ELEMENTS:
        kind, at = _ELEMENTS[way.kind, name]
        return _joined(way, kind, lambda table: Field(at(table), _NOTHING))
    names, field = _LEAVES.get(way.kind, ((), None))
    if field is not None and name in names:
        return _joined(way, "leaf", lambda table: _cleaned(field(table, name)))
    if way.kind in ("item", "annotation") and name not in TAKEN and name not in (".", ".."):
        of_items = way.of_items
        return _joined(way, "leaf", lambda table: _texts(table.tagged(name, of_items=of_items)))
    raise NotForArraysError


_ELEMENTS: dict[tuple[str, str], tuple[Kind, Callable[[Table], Ints]]] = {
    ("item", "image"): ("image", lambda table: table.imaged),
    ("annotation", "bbox"): ("bbox", lambda table: table.placed),
}
"""Children that hold others: of what, by which name, and the numbers of those that have one."""

_LEAVES: dict[str, tuple[tuple[str, ...], Callable[[Table, str], Field]]] = {
    "item": (_ITEM, Table.item),
    "image": (_IMAGE, Table.image),
    "annotation": (_NOTE, Table.note),
    "bbox": (_BBOX, Table.bounds),
}
"""Children that hold one value."""


def _cleaned(field: Field) -> Field:
    """The field without characters that XML cannot hold."""
    if isinstance(field.value, Text):
        return Field(field.at, Text(field.value.codes, list(map(xml_text, field.value.words))))
    return field


_NOTHING = Text(np.zeros(0, np.int64), ())


def _to_notes(nodes: Nodes, context: Context) -> Nodes:
    """The annotations of items."""
    starts = context.table.starts
    counts = np.diff(starts)[nodes.at]
    return Nodes(np.repeat(nodes.rows, counts), _ranges(starts[nodes.at], counts))


def _ranges(starts: Ints, counts: Ints) -> Ints:
    """The numbers from each start on, as many as its count, one run after the other."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    found: Ints = np.arange(total) + np.repeat(starts - (ends - counts), counts)
    return found


def _joined(way: _Way, kind: Kind, field: Callable[[Table], Field]) -> _Way:
    """The children that hold a field; an item or annotation may have none, or several."""

    def reach(context: Context) -> Nodes:
        rows, at, _ = way.reach(context)
        found = field(context.table)
        first = np.searchsorted(found.at, at)
        counts = np.searchsorted(found.at, at, side="right") - first
        where = _ranges(first, counts)
        value = take(found.value, where) if kind == "leaf" else None
        return Nodes(np.repeat(rows, counts), np.repeat(at, counts), value)

    return _Way(kind, reach, way.of_items)


def _texts(attribute: Attribute) -> Field:
    return Field(attribute.at, coded(map(xml_text, attribute.values)))


def _attribute(way: _Way, step: Step, rest: tuple[Step, ...]) -> tuple[_Way, tuple[Step, ...]]:
    """``attribute[name="x"]``, alone or with ``value`` behind it."""
    match step.conditions:
        case (Compare("=", Path("", (Step("name", ()),)), Constant(str(name))),):
            pass
        case _:
            raise NotForArraysError
    of_items = way.of_items

    def field(table: Table) -> Field:
        return _texts(table.titled(name, of_items=of_items))

    if rest[:1] == (Step("value"),):
        return _joined(way, "leaf", field), rest[1:]
    if rest:
        raise NotForArraysError
    return _joined(way, "attribute", field), rest
