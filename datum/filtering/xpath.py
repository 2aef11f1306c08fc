"""XPath 1.0 asked of arrays: what lxml answers about each document, for many items at once.

An expression is compiled for one kind of context: every item of a table, or every annotation. Comparisons
follow section 3.4 of the recommendation: of the nodes that a path reaches, one that fits is enough.
"""

import operator
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from datum.filtering.nodes import Context, Kind, Nodes, Reach, compile_path
from datum.filtering.table import Table
from datum.filtering.values import (
    Text,
    Value,
    as_numbers,
    as_text,
    joint,
    number_of,
    take,
    told,
)
from datum.filtering.xpath_text import (
    Call,
    Compare,
    Constant,
    Expression,
    Logic,
    Math,
    NotForArraysError,
    Path,
)
from datum.model.columns import Bools, Floats, Ints

__all__ = ["compile_notes", "compile_truth"]

_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
_MATH: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "div": np.divide,
    "mod": np.fmod,
}


class _Truth(NamedTuple):
    run: Callable[[Context], Bools]


class _Number(NamedTuple):
    run: Callable[[Context], Floats]


class _String(NamedTuple):
    run: Callable[[Context], Text]
    constant: str | None = None


class _Set(NamedTuple):
    run: Reach
    kind: Kind


_Compiled = _Truth | _Number | _String | _Set


def compile_truth(expression: Expression, *, of_items: bool) -> Callable[[Table], Bools]:
    """Of which items, or annotations, an expression is true.

    Raises:
        NotForArraysError: Arrays cannot be asked; also when the function runs.
    """
    run = _truth(_compile(expression, of_items=of_items))
    return lambda table: run(Context(table, of_items))


def compile_notes(expression: Expression) -> Callable[[Table], Bools]:
    """Which annotations an expression picks that is asked of items.

    Raises:
        NotForArraysError: It picks no annotations, or arrays cannot be asked.
    """
    found = _compile(expression, of_items=True)
    if not isinstance(found, _Set) or found.kind != "annotation":
        raise NotForArraysError

    def pick(table: Table) -> Bools:
        picked = np.zeros(len(table.every_note), np.bool_)
        picked[found.run(Context(table, of_items=True)).at] = True
        return picked

    return pick


def _compile(expression: Expression, *, of_items: bool) -> _Compiled:
    match expression:
        case Constant(value):
            return _constant(value)
        case Path():
            kind, reach = compile_path(expression, of_items=of_items, condition=_condition)
            return _Set(reach, kind)
        case Call(name, arguments):
            return _function(name, [_compile(one, of_items=of_items) for one in arguments])
        case Logic(_, left, right) | Compare(_, left, right) | Math(_, left, right):
            sides = (_compile(one, of_items=of_items) for one in (left, right))
            return _joined(expression, *sides)


def _constant(value: str | float) -> _Compiled:
    if isinstance(value, str):
        return _String(lambda context: _same(value, context), value)
    return _Number(lambda context: np.full(len(context.rows), value))


def _joined(expression: Logic | Compare | Math, left: _Compiled, right: _Compiled) -> _Compiled:
    """Two expressions with a word or a sign between them."""
    if isinstance(expression, Compare):
        return _Truth(_compared(expression.sign, left, right))
    if isinstance(expression, Math):
        a, b, apply = _numbers(left), _numbers(right), _MATH[expression.sign]
        return _Number(lambda context: apply(a(context), b(context)))
    c, d = _truth(left), _truth(right)
    if expression.word == "and":
        return _Truth(lambda context: c(context) & d(context))
    return _Truth(lambda context: c(context) | d(context))


def _condition(expression: Expression, *, of_items: bool) -> Callable[[Table], Bools]:
    """What stands in brackets; a number there is a position."""
    found = _compile(expression, of_items=of_items)
    if isinstance(found, _Number):
        raise NotForArraysError
    run = _truth(found)
    return lambda table: run(Context(table, of_items))


def _same(text: str, context: Context) -> Text:
    return Text(np.zeros(len(context.rows), np.int64), [text])


# --- conversions (sections 4.2 to 4.4)


def _truth(one: _Compiled) -> Callable[[Context], Bools]:
    match one:
        case _Truth(run):
            return run
        case _Number(number):
            return lambda context: _is_true(number(context))
        case _String(text):
            return lambda context: told(text(context), bool)
        case _Set(reach):
            return lambda context: _any(context, reach(context).rows)


def _is_true(numbers: Floats) -> Bools:
    found: Bools = (numbers != 0) & ~np.isnan(numbers)
    return found


def _any(context: Context, rows: Ints) -> Bools:
    found = np.zeros(len(context.rows), np.bool_)
    found[rows] = True
    return found


def _numbers(one: _Compiled) -> Callable[[Context], Floats]:
    match one:
        case _Truth(truth):
            return lambda context: truth(context).astype(np.float64)
        case _Number(run):
            return run
        case _String(text):
            return lambda context: as_numbers(text(context))
        case _Set(reach, kind):
            _check_leaf(kind)
            return lambda context: _first_number(context, reach(context))


def _first_number(context: Context, nodes: Nodes) -> Floats:
    found = np.full(len(context.rows), np.nan)
    rows, first = np.unique(nodes.rows, return_index=True)
    found[rows] = as_numbers(take(_value(nodes), first))
    return found


def _strings(one: _Compiled) -> Callable[[Context], Text]:
    match one:
        case _String(run):
            return run
        case _Set(reach, kind):
            _check_leaf(kind)
            return lambda context: _first_text(context, reach(context))
        case _:
            raise NotForArraysError  # how XPath writes numbers is not how Python does


def _first_text(context: Context, nodes: Nodes) -> Text:
    rows, first = np.unique(nodes.rows, return_index=True)
    text = as_text(take(_value(nodes), first))
    codes = np.full(len(context.rows), len(text.words))
    codes[rows] = text.codes
    return Text(codes, [*text.words, ""])


def _value(nodes: Nodes) -> Value:
    if nodes.value is None:
        raise NotForArraysError
    return nodes.value


def _check_leaf(kind: Kind) -> None:
    """The text of an element is that of all that is in it, which arrays do not have."""
    if kind != "leaf":
        raise NotForArraysError


# --- functions


def _function(name: str, arguments: list[_Compiled]) -> _Compiled:
    match name, arguments:
        case (("true" | "false"), _):
            always = name == "true"
            return _Truth(lambda context: np.full(len(context.rows), always))
        case "count", [_Set(reach)]:
            return _Number(lambda context: _counted(context, reach(context)))
        case (("contains" | "starts-with"), [one, _String(_, str(part))]):
            whole = _strings(one)
            ask = str.startswith if name == "starts-with" else operator.contains
            return _Truth(lambda context: told(whole(context), lambda text: ask(text, part)))
        case _, [one] if name in _CONVERSIONS:
            return _CONVERSIONS[name](one)
    raise NotForArraysError


def _negated(one: _Compiled) -> _Compiled:
    truth = _truth(one)
    return _Truth(lambda context: ~truth(context))


def _length(one: _Compiled) -> _Compiled:
    text = _strings(one)
    return _Number(lambda context: _lengths(text(context)))


_CONVERSIONS: dict[str, Callable[[_Compiled], _Compiled]] = {
    "boolean": lambda one: _Truth(_truth(one)),
    "not": _negated,
    "number": lambda one: _Number(_numbers(one)),
    "string": lambda one: _String(_strings(one)),
    "string-length": _length,
}


def _counted(context: Context, nodes: Nodes) -> Floats:
    return np.bincount(nodes.rows, minlength=len(context.rows)).astype(np.float64)


def _lengths(text: Text) -> Floats:
    found: Floats = np.array([float(len(word)) for word in text.words])[text.codes]
    return found


# --- comparisons (section 3.4)


def _compared(sign: str, left: _Compiled, right: _Compiled) -> Callable[[Context], Bools]:
    if isinstance(right, _Set) and not isinstance(left, _Set):
        return _compared(_TURNED[sign], right, left)
    compare = _SIGNS[sign]
    equal = sign in ("=", "!=")
    if isinstance(left, _Set) and not isinstance(right, _Truth):
        _check_leaf(left.kind)
        if isinstance(right, _Set):
            _check_leaf(right.kind)
            return partial(_sets, sign, left.run, right.run)
        if isinstance(right, _String) and equal:
            return partial(_set_and_text, sign, left.run, right)
        return partial(_set_and_numbers, compare, left.run, _numbers(right))
    if isinstance(left, _Set) and not equal:
        raise NotForArraysError
    if equal and (isinstance(left, _Truth) or isinstance(right, _Truth)):
        a, b = _truth(left), _truth(right)
        return lambda context: compare(a(context), b(context))
    if equal and isinstance(left, _String) and isinstance(right, _String):
        e, f = left.run, right.run
        return lambda context: compare(*joint(e(context), f(context)))
    c, d = _numbers(left), _numbers(right)
    return lambda context: compare(c(context), d(context))


def _set_and_numbers(
    compare: Callable[[Any, Any], Any],
    reach: Reach,
    numbers: Callable[[Context], Floats],
    context: Context,
) -> Bools:
    nodes = reach(context)
    fits = compare(as_numbers(_value(nodes)), numbers(context)[nodes.rows])
    return _any(context, nodes.rows[fits])


def _set_and_text(sign: str, reach: Reach, text: _String, context: Context) -> Bools:
    nodes = reach(context)
    value = _value(nodes)
    if text.constant is None:
        codes, others = joint(as_text(value), _at(text.run(context), nodes.rows))
        same = codes == others
    else:
        same = _says(value, text.constant)
    return _any(context, nodes.rows[same == (sign == "=")])


def _at(text: Text, at: Ints) -> Text:
    return Text(text.codes[at], text.words)


def _says(value: Value, text: str) -> Bools:
    """Whether each value is written as a text."""
    if isinstance(value, Text):
        return told(value, text.__eq__)
    numbers = value.numbers
    number = number_of(text) if text not in ("nan", "inf", "-inf") else float(text)
    if numbers.dtype.kind == "f" and str(number) == text:
        found: Bools = np.isnan(numbers) if number != number else numbers == number  # noqa: PLR0124 (NaN)
        return found
    if numbers.dtype.kind == "i" and str(_whole(text)) == text:
        return np.asarray(numbers == _whole(text))
    return np.zeros(len(numbers), np.bool_)


def _whole(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def _sets(sign: str, left: Reach, right: Reach, context: Context) -> Bools:
    """Two sets, where neither has more than one node in a row."""
    a, b = left(context), right(context)
    if any((np.diff(one.rows) == 0).any() for one in (a, b)):
        raise NotForArraysError
    rows, in_a, in_b = np.intersect1d(a.rows, b.rows, assume_unique=True, return_indices=True)
    one, other = take(_value(a), in_a), take(_value(b), in_b)
    if sign in ("=", "!="):
        codes, others = joint(as_text(one), as_text(other))
        fits = _SIGNS[sign](codes, others)
    else:
        fits = _SIGNS[sign](as_numbers(one), as_numbers(other))
    return _any(context, rows[fits])
