"""Three-way merge of single values and of mappings."""

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from datum.merge.conflicts import Conflict
from datum.model.equality import same

__all__ = ["ABSENT", "Prefer", "decide", "merge_infos", "merge_mapping"]

Prefer = Literal["ours", "theirs"]
T = TypeVar("T")

ABSENT: Any = type("Absent", (), {"__repr__": lambda _: "(absent)"})()
"""Stands for a name that a mapping does not have."""


def decide(base: T, ours: T, theirs: T, prefer: Prefer) -> tuple[T, bool]:
    """The value that stands, and whether there is a conflict."""
    if same(theirs, ours) or same(theirs, base):
        return ours, False
    if same(ours, base):
        return theirs, False
    return (ours if prefer == "ours" else theirs), True


def merge_mapping(
    sides: tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]],
    item: str,
    what: str,
    prefer: Prefer,
    conflicts: list[Conflict],
) -> dict[str, Any]:
    """Base, ours and theirs merged name by name; *item* and *what* are for conflicts."""
    merged = {}
    for name in sorted(set().union(*sides)):
        base, ours, theirs = (side.get(name, ABSENT) for side in sides)
        value, clash = decide(base, ours, theirs, prefer)
        if clash:
            conflicts.append(
                Conflict(item=item, what=f"{what} {name}", base=base, ours=ours, theirs=theirs)
            )
        if value is not ABSENT:
            merged[name] = value
    return merged


def merge_infos(
    base: Mapping[str, Any],
    ours: Mapping[str, Any],
    theirs: Mapping[str, Any],
    prefer: Prefer,
    conflicts: list[Conflict],
    what: str = "infos",
) -> dict[str, Any]:
    """Infos of base, ours and theirs merged name by name, and so are the maps within.

    What two sources say of themselves under one name, and base does not have, is no conflict: the
    preferred side stands.
    """
    merged = {}
    for name in sorted({*base, *ours, *theirs}):
        old, mine, yours = (side.get(name, ABSENT) for side in (base, ours, theirs))
        if isinstance(mine, dict) and isinstance(yours, dict):
            within = old if isinstance(old, dict) else {}
            place = f"{what} {name}"
            merged[name] = merge_infos(within, mine, yours, prefer, conflicts, place)
            continue
        value, clash = decide(old, mine, yours, prefer)
        if clash and old is not ABSENT:
            conflicts.append(
                Conflict(item="", what=f"{what} {name}", base=old, ours=mine, theirs=yours)
            )
        if value is not ABSENT:
            merged[name] = value
    return merged
