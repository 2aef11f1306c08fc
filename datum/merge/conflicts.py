"""Conflicts: two changes that cannot both stand, as values."""

from typing import Any

import msgspec

from datum.diff.text import shown

__all__ = ["Conflict"]


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """Both sides changed the same thing differently."""

    item: str
    """``subset/id``; empty for one about the categories."""
    what: str
    """The item itself, a field of it, or ``box #3 label`` and the like."""
    base: Any
    ours: Any
    theirs: Any

    def line(self) -> str:
        """The conflict in one line."""
        place = f"{shown(self.item)}: " if self.item else ""
        return f"{place}{shown(self.what)}: ours {_short(self.ours)}, theirs {_short(self.theirs)}"


def _short(value: Any) -> str:
    if value is None:
        return "(removed)"
    text = shown(value if isinstance(value, str) else repr(value))
    return text if len(text) <= 60 else text[:60] + "…"  # noqa: PLR2004 (of a line of a terminal)
