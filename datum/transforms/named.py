r"""Items and annotations that options name: ``id:subset``, ``id:subset:annotation``.

A colon that is part of a name is written ``\:``.
"""

import re
from collections.abc import Sequence

from datum.errors import UsageError
from datum.transforms.chance import Key

__all__ = ["parse_annotations", "parse_items", "split_at_colons"]

_AN_ITEM = 2
_AN_ANNOTATION = 3


def split_at_colons(text: str) -> list[str]:
    """The parts between colons, where an escaped one separates nothing."""
    return [part.replace("\\:", ":") for part in re.split(r"(?<!\\):", text)]


def parse_items(texts: Sequence[str]) -> frozenset[Key]:
    """Subset and id of each item that is named as ``id:subset``.

    Raises:
        UsageError: One is malformed.
    """
    return frozenset(_key(text, split_at_colons(text), "img_7:train") for text in texts)


def parse_annotations(texts: Sequence[str]) -> dict[Key, frozenset[int] | None]:
    """The annotations named of each item; None for all of them, where an item is named without.

    Raises:
        UsageError: One is malformed.
    """
    named: dict[Key, frozenset[int] | None] = {}
    example = "img_7:train or img_7:train:3"
    for text in texts:
        parts = split_at_colons(text)
        key = _key(text, parts[:_AN_ITEM] if len(parts) == _AN_ANNOTATION else parts, example)
        number = parts[2] if len(parts) == _AN_ANNOTATION else None
        if number is None:
            named[key] = None
        elif not number.isascii() or not number.isdecimal():
            raise UsageError(f"'{number}' of '{text}' is no id of an annotation")
        else:
            others = named.get(key, frozenset())
            named[key] = None if others is None else others | {int(number)}
    return named


def _key(text: str, parts: list[str], example: str) -> Key:
    if len(parts) != _AN_ITEM or not all(parts):
        raise UsageError(
            f"'{text}' names no item",
            hint=f"write --id {example}; a colon in a name as \\:",
        )
    return (parts[1], parts[0])
