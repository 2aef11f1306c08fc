"""``--sql``: conditions on the fields of items and annotations, asked of arrays.

As in SQL, what is not known is neither true nor false: ``not`` leaves it so, ``and`` and ``or`` look at the
other side. A condition on annotations is asked of each with the fields of its item beside it; one that
names no field of annotations is asked of items.
"""

import re
from collections.abc import Callable
from functools import reduce
from typing import NamedTuple

import numpy as np

from datum.errors import UnknownNameError
from datum.filtering.sql_fields import FIELDS
from datum.filtering.sql_rows import (
    MATH,
    SIGNS,
    Column,
    Rows,
    Truth,
    Type,
    attribute_column,
    both,
    calculated,
    compared,
    constant,
    either,
    field_column,
    like,
    split,
    turned,
)
from datum.filtering.sql_text import (
    Between,
    Binary,
    Condition,
    In,
    IsNull,
    Like,
    Literal,
    Name,
    Not,
    fail,
    parse_sql,
)
from datum.filtering.table import Table
from datum.model.columns import Bools

__all__ = ["SqlCondition", "compile_sql"]

_Ask = Callable[[Rows], Truth]
_Run = Callable[[Rows], Column]
_OWNERS = ("item", "annotation")
_TYPES: tuple[Type, ...] = ("text", "number", "boolean")


class _Operand(NamedTuple):
    """A field, a value or a sum."""

    type: Type | None
    """None for an attribute, which is of the type that is asked for."""
    run: Callable[[Rows, Type], Column]
    constant: bool = False


class SqlCondition(NamedTuple):
    """A compiled condition."""

    of_items: bool
    """Whether it names no field of annotations."""
    ask: Callable[[Table], Bools]
    """Of which items, or else annotations, it is true."""


def compile_sql(text: str) -> SqlCondition:
    """A condition as a function of a table.

    Raises:
        UsageError: It is none, or compares what cannot be compared; with the place.
        UnknownNameError: There is no field of a name.
    """
    compiler = _Compiler()
    ask = compiler.truth(parse_sql(text))
    of_items = not compiler.of_notes
    return SqlCondition(of_items, lambda table: ask(Rows(table, of_items)).true)


class _Compiler:
    """Compiles one condition, and finds out whether it is about annotations."""

    def __init__(self) -> None:
        self.of_notes = False

    def truth(self, node: Condition) -> _Ask:
        match node:
            case Not(one):
                ask = self.truth(one)
                return lambda rows: turned(ask(rows))
            case Binary("and" | "or" as word, left, right):
                join = both if word == "and" else either
                a, b = self.truth(left), self.truth(right)
                return lambda rows: join(a(rows), b(rows))
            case Binary(sign, left, right, at) if sign in SIGNS:
                return self._compared(sign, left, right, at)
            case In(one, values, at):
                asks = [self._compared("=", one, value, at) for value in values]
                return lambda rows: reduce(either, [ask(rows) for ask in asks])
            case Between(one, low, high, at):
                above = self._compared(">=", one, low, at)
                below = self._compared("<=", one, high, at)
                return lambda rows: both(above(rows), below(rows))
            case Like(one, pattern, any_case, at):
                run = self._typed(one, "text", at)
                flags = re.DOTALL | (re.IGNORECASE if any_case else 0)
                fits = re.compile(_expression(pattern), flags).fullmatch
                return lambda rows: like(run(rows), lambda word: fits(word) is not None)
            case IsNull(one):
                return self._is_null(self._operand(one))
            case _:
                run = self._typed(node, "boolean", node.at)
                return lambda rows: _as_truth(run(rows))

    def _compared(self, sign: str, left: Condition, right: Condition, at: int) -> _Ask:
        sides = (self._operand(left), self._operand(right))
        type_ = sides[0].type or sides[1].type
        if type_ is None:
            fail("two attributes are compared: write `attributes.a + 0` where they are numbers", at)
        if sign not in ("=", "!=") and (
            type_ == "boolean" or (type_ == "text" and not sides[1].constant)
        ):
            fail(f"{sign} compares numbers, or a field with a text behind it", at)
        a, b = self._typed(left, type_, at), self._typed(right, type_, at)
        return lambda rows: compared(sign, a(rows), b(rows))

    def _typed(self, node: Condition, type_: Type, at: int) -> _Run:
        """A value of one type."""
        operand = self._operand(node)
        if operand.type not in (None, type_):
            fail(f"{_shown(node)} is {_A[operand.type]}, where {_A[type_]} is needed", at)
        return lambda rows: operand.run(rows, type_)

    def _operand(self, node: Condition) -> _Operand:
        match node:
            case Literal(value):
                type_: Type = (
                    "text"
                    if isinstance(value, str)
                    else "boolean"
                    if isinstance(value, bool)
                    else "number"
                )
                return _Operand(type_, lambda rows, _: constant(rows, value), constant=True)
            case Name():
                return self._field(node)
            case Binary(sign, left, right, at) if sign in MATH:
                a, b = (self._typed(side, "number", at) for side in (left, right))
                return _Operand("number", lambda rows, _: calculated(sign, a(rows), b(rows)))
            case _:
                ask = self.truth(node)
                return _Operand("boolean", lambda rows, _: _as_column(ask(rows)))

    def _field(self, name: Name) -> _Operand:
        owner, parts = "", name.parts
        if len(parts) > 1 and parts[0] in _OWNERS:
            owner, parts = parts[0], parts[1:]
        if parts[0] == "attributes":
            return self._attribute(name, parts[1:], of_items=owner == "item")
        word = "annotation_id" if (owner, *parts) == ("annotation", "id") else ".".join(parts)
        field = FIELDS.get(word)
        if field is None or (owner and field.of_items != (owner == "item")):
            raise _unknown(name)
        self.of_notes |= not field.of_items

        def run(rows: Rows, _: Type) -> Column:
            column = field_column(field.get(rows.table), rows, of_items=field.of_items)
            return Column(column.known, column.value == 1) if field.type == "boolean" else column

        return _Operand(field.type, run)

    def _attribute(self, name: Name, parts: tuple[str, ...], *, of_items: bool) -> _Operand:
        if not parts:
            fail("the name of an attribute is expected: attributes.NAME", name.at)
        attribute = ".".join(parts)
        self.of_notes |= not of_items

        def run(rows: Rows, type_: Type) -> Column:
            found = rows.table.attribute(attribute, of_items=of_items)
            return attribute_column(found, rows, type_, of_items=of_items)

        return _Operand(None, run)

    def _is_null(self, operand: _Operand) -> _Ask:
        types = (operand.type,) if operand.type else _TYPES

        def ask(rows: Rows) -> Truth:
            known = reduce(np.logical_or, [operand.run(rows, one).known for one in types])
            return Truth(~known, known)

        return ask


_A: dict[Type | None, str] = {"text": "a text", "number": "a number", "boolean": "true or false"}


def _shown(node: Condition) -> str:
    match node:
        case Name(parts):
            return ".".join(parts)
        case Literal(value):
            return (
                repr(value)
                if isinstance(value, str)
                else f"{value:g}".lower()
                if isinstance(value, float)
                else str(value).lower()
            )
        case _:
            return "this"


def _as_truth(column: Column) -> Truth:
    return split(column.known, column.value)


def _as_column(truth: Truth) -> Column:
    return Column(truth.true | truth.false, truth.true)


def _expression(pattern: str) -> str:
    """The regular expression of a pattern of ``like``."""
    found = []
    letters = iter(pattern)
    for letter in letters:
        match letter:
            case "%":
                found.append(".*")
            case "_":
                found.append(".")
            case "\\":
                found.append(re.escape(next(letters, "\\")))
            case _:
                found.append(re.escape(letter))
    return "".join(found)


def _unknown(name: Name) -> UnknownNameError:
    text = ".".join(name.parts)
    known = [*FIELDS, *(f"{_OWNERS[not one.of_items]}.{word}" for word, one in FIELDS.items())]
    known = known if "." in text else list(FIELDS)
    return UnknownNameError(
        f"field at character {name.at + 1} of --sql:",
        text,
        known,
        hint=f"an attribute is written attributes.{text}; docs/filtering.md lists the fields",
    )
