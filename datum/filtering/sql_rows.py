"""Values and truth of SQL for many rows: what is not known is neither true nor false.

Rows are the items of a table, or its annotations with the fields of their items beside them.
"""

import operator
from collections.abc import Callable
from typing import Any, NamedTuple
from typing import Literal as OneOf

import numpy as np

from datum.filtering.table import Attribute, Field, Table
from datum.filtering.values import Numbers, Text, Value, coded, joint, told
from datum.model.columns import Bools, Floats, Ints

__all__ = [
    "MATH",
    "SIGNS",
    "Column",
    "Rows",
    "Truth",
    "Type",
    "attribute_column",
    "both",
    "calculated",
    "compared",
    "constant",
    "either",
    "field_column",
    "like",
    "split",
    "turned",
]

Type = OneOf["text", "number", "boolean"]

SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
MATH: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": np.fmod,
}


class Column(NamedTuple):
    """A value for each row, where it is known."""

    known: Bools
    value: Any
    """Text, or an array of numbers or of truth."""


class Truth(NamedTuple):
    """Of which rows something is true, and of which it is false."""

    true: Bools
    false: Bools


class Rows(NamedTuple):
    """What a condition is asked of: the items of a table, or its annotations."""

    table: Table
    of_items: bool

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.table.every_item if self.of_items else self.table.every_note)


# --- columns


def constant(rows: Rows, value: str | float | bool) -> Column:
    """One value for every row."""
    known = np.ones(rows.total, np.bool_)
    if isinstance(value, str):
        return Column(known, Text(np.zeros(rows.total, np.int64), [value]))
    return Column(known, np.full(rows.total, value))


def field_column(field: Field, rows: Rows, *, of_items: bool) -> Column:
    """A field of items, or of annotations, for each row; a number that is NaN is not known."""
    table = rows.table
    count = len(table.every_item if of_items else table.every_note)
    known = np.zeros(count, np.bool_)
    known[field.at] = True
    value: Text | Floats
    if isinstance(field.value, Text):
        codes = np.full(count, len(field.value.words))
        codes[field.at] = field.value.codes
        value = Text(codes, [*field.value.words, ""])
    else:
        value = np.full(count, np.nan)
        value[field.at] = field.value.numbers
        known &= ~np.isnan(value)
    if of_items and not rows.of_items:
        known = known[table.owners]
        value = _at(value, table.owners)
    return Column(known, value)


def _at(value: Text | Floats, at: Ints) -> Text | Floats:
    return Text(value.codes[at], value.words) if isinstance(value, Text) else value[at]


def attribute_column(attribute: Attribute, rows: Rows, type_: Type, *, of_items: bool) -> Column:
    """The values of an attribute that are of a type, for each row; others are not known."""
    kinds = _PYTHON[type_]
    fits = [type(value) in kinds for value in attribute.values]
    at = attribute.at[np.array(fits, np.bool_)]
    values = [value for value, fit in zip(attribute.values, fits, strict=True) if fit]
    found: Value = coded(values) if type_ == "text" else Numbers(np.array(values, np.float64))
    column = field_column(Field(at, found), rows, of_items=of_items)
    return Column(column.known, column.value != 0) if type_ == "boolean" else column


_PYTHON: dict[Type, tuple[type, ...]] = {"text": (str,), "number": (int, float), "boolean": (bool,)}


def calculated(sign: str, one: Column, other: Column) -> Column:
    """A sum, a product and so on; dividing by zero gives what is not known."""
    with np.errstate(all="ignore"):
        value = MATH[sign](one.value, other.value)
    return Column(one.known & other.known & np.isfinite(value), value)


# --- truth


def turned(one: Truth) -> Truth:
    """``not``."""
    return Truth(one.false, one.true)


def both(one: Truth, other: Truth) -> Truth:
    """``and``."""
    return Truth(one.true & other.true, one.false | other.false)


def either(one: Truth, other: Truth) -> Truth:
    """``or``."""
    return Truth(one.true | other.true, one.false & other.false)


def split(known: Bools, true: Bools) -> Truth:
    """Truth of what is true where it is known."""
    return Truth(known & true, known & ~true)


def compared(sign: str, one: Column, other: Column) -> Truth:
    """A comparison of two columns of one type."""
    a, b = one.value, other.value
    texts = isinstance(a, Text) and isinstance(b, Text)
    return split(one.known & other.known, _texts(sign, a, b) if texts else SIGNS[sign](a, b))


def _texts(sign: str, one: Text, other: Text) -> Bools:
    compare = SIGNS[sign]
    if len(other.words) == 1:
        only = other.words[0]
        return told(one, lambda word: compare(word, only))
    found: Bools = compare(*joint(one, other))
    return found


def like(column: Column, fits: Callable[[str], bool]) -> Truth:
    """What is true of each text."""
    text = column.value
    return split(column.known, told(text, fits))
