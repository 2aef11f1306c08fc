"""Attribute values as JSON has them."""

from math import isfinite
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.model import Item

__all__ = ["encode_for", "is_json", "same_value"]


def is_json(value: Any) -> bool:
    """Whether JSON has the value: every number in it is finite."""
    if isinstance(value, float):
        return isfinite(value)
    if isinstance(value, dict):
        return all(map(is_json, value.values()))
    return not isinstance(value, list | tuple) or all(map(is_json, value))


def same_value(one: Any, other: Any) -> bool:
    """Whether two values are the same, also in type: True is not 1, nor 1 1.0."""
    return one is other or (one == other and repr(one) == repr(other))


def encode_for(item: Item, value: Any) -> bytes:
    """JSON of what an item says.

    Raises:
        FormatError: JSON cannot say it; the message names the item.
    """
    try:
        return msgspec.json.encode(value)
    except (UnicodeEncodeError, OverflowError, TypeError, ValueError, RecursionError) as error:
        name = ascii(f"{item.subset}/{item.id}")[1:-1]
        raise FormatError(f"item '{name}' does not fit into JSON: {error}") from error
