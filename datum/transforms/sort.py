"""sort: the items of each subset get places, and ids or an attribute that say them.

A dataset has no order but that of subset and id, and so have the files of an export. So the place, a number
from 1 with zeros before, is put in front of the id: ``cat`` becomes ``007_cat``. With ``--attribute NAME`` it
is written into that attribute of the item instead, and no id changes.

``--key`` says by what: ``id`` (as people count: ``a2`` before ``a10``), ``path`` of the media (likewise),
``width``, ``height``, ``area`` of the picture in pixels, ``annotations`` for their number, or
``attribute:NAME``. Numbers come before texts; items without such a thing come last, also with
``--reverse``. Equal ones are in the order of their ids.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from datum.errors import UsageError
from datum.model import Item
from datum.plugins import Dataset, Option, Plan, Transform, TransformContext
from datum.transforms.chance import Key

__all__ = ["SORT"]

_Value = tuple[object, ...]
"""What is compared; of values that are compared with one another the same places have the same types."""

_KEYS: Mapping[str, Callable[[Item], object]] = {
    "id": lambda item: item.id,
    "path": lambda item: None if item.image is None else item.image.path or None,
    "width": lambda item: None if item.image is None else item.image.width,
    "height": lambda item: None if item.image is None else item.image.height,
    "area": lambda item: None if item.size is None else item.size[0] * item.size[1],
}


def plan(dataset: Dataset, context: TransformContext) -> Plan:
    """Give every item its place."""
    attribute = context.options["attribute"]
    places = _places(_values(dataset, context.options["key"]), context.options["reverse"])
    if attribute:
        return Plan(
            item=lambda item: replace(
                item, attributes={**item.attributes, attribute: places[item.key][0]}
            )
        )
    return Plan(keys={key: (key[0], _named(key[1], *places[key])) for key in places}.get)


def _named(item_id: str, place: int, count: int) -> str:
    return f"{place:0{len(str(count))}d}_{item_id}"


def _places(values: Mapping[Key, _Value | None], reverse: bool) -> dict[Key, tuple[int, int]]:
    """The place of each item in its subset, and how many there are."""
    subsets: dict[str, list[Key]] = defaultdict(list)
    for key in sorted(values):
        subsets[key[0]].append(key)
    found: dict[Key, tuple[int, int]] = {}
    for keys in subsets.values():
        known = [(value, key) for key in keys if (value := values[key]) is not None]
        # a stable sort, reversed too: equal ones keep the order of their ids
        order = [key for _, key in sorted(known, key=lambda row: row[0], reverse=reverse)]
        order += [key for key in keys if values[key] is None]
        found.update((key, (place, len(keys))) for place, key in enumerate(order, start=1))
    return found


def _values(dataset: Dataset, by: str) -> dict[Key, _Value | None]:
    """What is compared of each item."""
    if by == "id":
        return {key: _comparable(key[1]) for key in dataset.item_keys()}
    if by == "annotations":
        return {key: _comparable(len(said)) for key, said in dataset.statements()}
    kind, _, name = by.partition(":")
    if kind == "attribute" and name:
        return {item.key: _comparable(item.attributes.get(name)) for item in dataset.bare_items()}
    if by not in _KEYS:
        raise UsageError(
            f"'{by}' is nothing to sort by",
            hint=f"write --key {', '.join(_KEYS)}, annotations or attribute:NAME; no code is run",
        )
    return {item.key: _comparable(_KEYS[by](item)) for item in dataset.bare_items()}


def _comparable(value: object) -> _Value | None:
    """Numbers before texts, in which runs of digits count as numbers; None for what has no order."""
    if isinstance(value, bool | int | float) and value == value:  # noqa: PLR0124 (NaN is not itself)
        return (0, value)
    if isinstance(value, str):
        parts = re.split(r"([0-9]+)", value)
        return (1, tuple(_number(part) if n % 2 else part for n, part in enumerate(parts)))
    return None


def _number(digits: str) -> tuple[int, str]:
    """Ordered as the number that the digits are, however many."""
    significant = digits.lstrip("0")
    return (len(significant), significant)


SORT = Transform(
    name="sort",
    title="Put items in order, by places in their ids",
    help=__doc__ + "\nExample: datum transform -t sort -- --key area --reverse",
    options=(
        Option(name="key", short=("-k",), default="id", help="by what"),
        Option(name="reverse", type=bool, default=False, help="the largest first"),
        Option(name="attribute", help="write the place into this attribute, not into the id"),
    ),
    plan=plan,
)
