"""Filters: which items and annotations of a batch stay."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from lxml import etree
from msgspec.structs import replace

from datum.errors import UnknownNameError, UsageError
from datum.filtering.document import documents
from datum.filtering.modes import LANGUAGES, Language, Mode, Picked
from datum.filtering.sql import compile_sql
from datum.filtering.table import Held, Source, Table
from datum.filtering.xpath import compile_notes, compile_truth
from datum.filtering.xpath_text import NotForArraysError, parse_xpath
from datum.model import Categories, Item
from datum.model.columns import Bools

__all__ = ["Pick", "compile_filter", "filtered", "one_by_one"]

Pick = Callable[[Source, Categories], Picked]
"""A compiled filter."""


def compile_filter(expression: str, mode: Mode = "items", language: Language = "xpath") -> Pick:
    """What stays of a batch, as a function of it and of the categories.

    Args:
        expression: XPath 1.0, or a condition of SQL.
        mode: ``items``: an item stays where the expression is true of it. ``annotations``: those
            annotations stay that the expression picks. ``items+annotations``: and items that are
            left without any go.
        language: Of the expression.

    Raises:
        UsageError: The expression cannot be read.
        UnknownNameError: It names a field that is none, or the language is none.
    """
    if language not in LANGUAGES:
        raise UnknownNameError("filter language", language, LANGUAGES)
    compiled = (_by_xpath if language == "xpath" else _by_sql)(expression, mode)

    def pick(source: Source, categories: Categories) -> Picked:
        with np.errstate(all="ignore"):  # numbers of a damaged source may be anything
            return compiled(source, categories)

    return pick


def one_by_one(pick: Pick) -> Callable[[Item, Categories], Item | None]:
    """A filter as a function of one item: the item as filtered, or None where it goes."""

    def run(item: Item, categories: Categories) -> Item | None:
        picked = pick(Held([item]), categories)
        if not picked.items[0]:
            return None
        return item if picked.notes is None else filtered(item, picked.notes)

    return run


def filtered(item: Item, notes: Bools) -> Item:
    """The item with some of its annotations, itself with all."""
    if notes.all():
        return item
    kept = tuple(one for one, stays in zip(item.annotations, notes, strict=True) if stays)
    return replace(item, annotations=kept)


def _by_sql(expression: str, mode: Mode) -> Pick:
    condition = compile_sql(expression)

    def pick(source: Source, categories: Categories) -> Picked:
        table = Table(source, categories)
        true = condition.ask(table)
        if mode == "items":
            return Picked(true if condition.of_items else _with_any(table, true))
        return _of_notes(table, true[table.owners] if condition.of_items else true, mode)

    return pick


def _by_xpath(expression: str, mode: Mode) -> Pick:
    try:
        xpath = etree.XPath(expression)
    except (etree.XPathError, ValueError) as error:  # ValueError: characters that XML lacks
        raise UsageError(
            f"{expression!r} is no XPath: {error}", hint="/item[subset='train'] is an example"
        ) from error
    slow = partial(pick_by_documents, xpath, expression, mode)
    try:
        fast = _by_arrays(expression, mode)
    except NotForArraysError:
        return slow

    def pick(source: Source, categories: Categories) -> Picked:
        try:
            return fast(source, categories)
        except NotForArraysError:
            return slow(source, categories)

    return pick


def _by_arrays(expression: str, mode: Mode) -> Pick:
    tree = parse_xpath(expression)
    if mode == "items":
        truth = compile_truth(tree, of_items=True)
        return lambda source, categories: Picked(truth(Table(source, categories)))
    notes = compile_notes(tree)

    def pick(source: Source, categories: Categories) -> Picked:
        table = Table(source, categories)
        return _of_notes(table, notes(table), mode)

    return pick


def _of_notes(table: Table, notes: Bools, mode: Mode) -> Picked:
    every = np.ones(len(table.every_item), np.bool_)
    return Picked(every if mode == "annotations" else _with_any(table, notes), notes)


def _with_any(table: Table, notes: Bools) -> Bools:
    """The items that have one of some annotations."""
    found = np.zeros(len(table.every_item), np.bool_)
    found[table.owners[notes]] = True
    return found


def pick_by_documents(
    xpath: Any, expression: str, mode: Mode, source: Source, categories: Categories
) -> Picked:
    """What stays, asked of the document of each item.

    Raises:
        UsageError: The expression picks something else than annotations where it should.
    """
    items, notes = [], []
    for document in documents(source, categories):
        try:
            found = xpath(document)
        except etree.XPathError as error:
            raise UsageError(f"'{expression}': {error}") from error
        if mode == "items":
            # NaN is false in XPath
            items.append(bool(found) and found == found)  # noqa: PLR0124 (NaN is not equal to itself)
            continue
        elements = document.findall("annotation")
        picked = {id(element) for element in found} if isinstance(found, list) else None
        if picked is None or (picked and picked.isdisjoint(map(id, elements))):
            raise UsageError(
                f"'{expression}' picks no annotations",
                hint="in this mode write /item/annotation[…]",
            )
        stays = [id(element) in picked for element in elements]
        notes += stays
        items.append(mode == "annotations" or any(stays))
    if mode == "items":
        return Picked(np.array(items, np.bool_))
    return Picked(np.array(items, np.bool_), np.array(notes, np.bool_))
