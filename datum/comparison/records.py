"""The errors of a comparison as rows: for JSON and for CSV."""

from collections.abc import Sequence
from typing import Any

from datum.comparison.distance import ItemMatches, Match
from datum.comparison.objects import Object

__all__ = ["ERROR_COLUMNS", "item_json", "item_row", "match_json", "match_row"]

ERROR_COLUMNS = (
    *("subset", "id", "family", "error", "overlap", "truth label", "truth ids"),
    *("found label", "found ids", "found score", "x", "y", "width", "height"),
)


def item_json(of: ItemMatches) -> dict[str, Any]:
    """An item that one side lacks as JSON values, like an object of the family ``item``."""
    return {
        "subset": of.item.subset,
        "id": of.item.id,
        "family": "item",
        "error": of.alone,
        "overlap": 0.0,
        "truth": None,
        "found": None,
    }


def item_row(of: ItemMatches) -> tuple[object, ...]:
    """An item that one side lacks as the cells of a table."""
    known = (of.item.subset, of.item.id, "item", of.alone)
    return (*known, *[None] * (len(ERROR_COLUMNS) - len(known)))


def match_json(of: ItemMatches, one: Match, names: Sequence[str]) -> dict[str, Any]:
    """A match as JSON values."""
    return {
        "subset": of.item.subset,
        "id": of.item.id,
        "family": one.family,
        "error": one.error or None,
        "overlap": one.overlap,
        "truth": _object_json(one.truth, names),
        "found": _object_json(one.found, names),
    }


def _object_json(one: Object | None, names: Sequence[str]) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "label": names[one.label],
        "score": one.score,
        "box": list(one.box),
        "ids": [part.id for part in one.parts],
        "kinds": [part.kind for part in one.parts],
    }


def match_row(of: ItemMatches, one: Match, names: Sequence[str]) -> tuple[object, ...]:
    """A match as the cells of a table, one for each of ERROR_COLUMNS."""
    truth, found = one.truth, one.found
    place = found or truth
    return (
        *(of.item.subset, of.item.id, one.family, one.error, one.overlap),
        *(None if truth is None else names[truth.label], _ids(truth)),
        *(None if found is None else names[found.label], _ids(found)),
        None if found is None else found.score,
        *(place.box if place is not None else ()),
    )


def _ids(one: Object | None) -> str | None:
    return None if one is None else " ".join(str(part.id) for part in one.parts)
