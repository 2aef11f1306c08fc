"""What a project and a dataset hold, as `info`, `dinfo` and `source info` print it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from datum.cli.commits import short

if TYPE_CHECKING:
    from datum.project.describing import Place, Summary

__all__ = [
    "category_lines",
    "place_json",
    "source_lines",
    "summary_json",
    "summary_lines",
    "working_lines",
]

_SHOWN = 10
"""Labels that are named, unless all are asked for."""


def summary_lines(summary: "Summary", *, show_all: bool) -> Iterator[str]:
    """The length, labels and subsets of a dataset."""
    yield f"length: {summary.length}"
    yield f"annotations: {summary.annotations}"
    yield from category_lines(summary.labels, show_all=show_all)
    yield f"subsets: {', '.join(subset.name for subset in summary.subsets)}".rstrip()
    for subset in summary.subsets:
        yield f"  subset '{subset.name}':"
        yield f"    length: {subset.length}"
        yield from (f"    {line}" for line in category_lines(summary.labels, show_all=show_all))


def category_lines(labels: Sequence[str], *, show_all: bool) -> Iterator[str]:
    """The labels: how many, and the first of them."""
    if not labels:
        yield "categories: none"
        return
    yield "categories: label"
    yield f"    count: {len(labels)}"
    shown = labels if show_all else labels[:_SHOWN]
    more = f" (and {len(labels) - len(shown)} more)" if len(labels) > len(shown) else ""
    yield f"    labels: {', '.join(shown)}{more}"


def source_lines(source: "Place") -> Iterator[str]:
    """A source."""
    yield f"source '{source.name}':"
    yield f"  format: {source.format}"
    yield f"  url: {source.path}"
    if source.media != "store":
        yield f"  media: {source.media}"
    yield f"  read as: {short(source.commit)}"


def working_lines(copy: "Place") -> Iterator[str]:
    """A working copy."""
    yield f"working copy '{copy.name}':"
    yield f"  format: {copy.format}"
    yield f"  url: {copy.path}"
    yield f"  branch: {copy.ref.removeprefix('heads/')}"


def place_json(place: "Place") -> dict[str, Any]:
    """A source or a working copy as JSON values."""
    found = {"name": place.name, "format": place.format, "url": str(place.path)}
    if place.media:
        found["media"] = place.media
    if place.ref:
        found["branch"] = place.ref.removeprefix("heads/")
    return {**found, "commit": None if place.commit is None else place.commit.hex()}


def summary_json(summary: "Summary") -> dict[str, Any]:
    """The size of a dataset as JSON values; all labels."""
    return {
        "snapshot": summary.snapshot.hex(),
        "length": summary.length,
        "annotations": summary.annotations,
        "categories": {"count": len(summary.labels), "labels": list(summary.labels)},
        "subsets": [{"name": one.name, "length": one.length} for one in summary.subsets],
    }
