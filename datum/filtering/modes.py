"""What a filter picks: items, annotations, or both."""

from typing import Literal

import msgspec

from datum.errors import UnknownNameError
from datum.model.columns import Bools

__all__ = ["LANGUAGES", "MODES", "Language", "Mode", "Picked", "parse_mode"]

Mode = Literal["items", "annotations", "items+annotations"]

Language = Literal["xpath", "sql"]
"""Of an expression."""

LANGUAGES: tuple[Language, ...] = ("xpath", "sql")
"""Every one."""

MODES: dict[str, Mode] = {
    "i": "items",
    "items": "items",
    "a": "annotations",
    "annotations": "annotations",
    "i+a": "items+annotations",
    "a+i": "items+annotations",
    "items+annotations": "items+annotations",
    "annotations+items": "items+annotations",
}
"""Every spelling of a mode."""


class Picked(msgspec.Struct, frozen=True):
    """What stays of a batch."""

    items: Bools
    """(items,)"""
    notes: Bools | None = None
    """(annotations,); None for all."""


def parse_mode(text: str) -> Mode:
    """The mode of any of its spellings.

    Raises:
        UnknownNameError: It is none.
    """
    if text not in MODES:
        raise UnknownNameError("filter mode", text, MODES)
    return MODES[text]
