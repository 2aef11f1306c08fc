"""The files of a comparison, written into an output."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from tempfile import TemporaryFile
from typing import Any

import msgspec

from datum.comparison.distance import Distance, ItemMatches
from datum.comparison.drawing import draw_matches, jpeg
from datum.comparison.equality import Equality, ItemEquality
from datum.comparison.gathering import Gathered
from datum.comparison.pages import Sides, distance_page, equality_page, table_page
from datum.comparison.results import DistanceReport, EqualityReport, Precision, TableReport
from datum.dataset.media import load_media
from datum.diff.text import describe, finite_json, side_json
from datum.errors import DatumError
from datum.model import Annotation
from datum.plugins import Output
from datum.report import csv_rows, csv_text

__all__ = ["table_json", "write_distance", "write_equality", "write_table"]

_THUMBNAIL = 360
"""Longer side of a picture on the page."""
_LISTED = 2000
"""Differences on the page of equality."""
_CHUNK = 1 << 20
_PRECISION = Precision.__struct_fields__[:-1]
"""All but the curves."""
_SAFE = re.compile(r"[^A-Za-z0-9.-]+")


def write_distance(
    output: Output,
    distance: Distance,
    sides: Sides,
    *,
    pictures: int,
    everything: bool = False,
    progress: Callable[[int], None] | None = None,
) -> DistanceReport:
    """Compare by distance, and write report, tables, pictures and page.

    Args:
        output: Where to.
        distance: Not iterated yet.
        sides: What the datasets are called.
        pictures: How many items with errors are drawn, those with the most first.
        everything: Whether to record right matches, too.
        progress: Told how many pictures are drawn.
    """
    with Gathered(distance, worst=pictures, everything=everything) as gathered:
        report = gathered.report
        head = {"method": "distance", "truth_name": sides[0], "found_name": sides[1]}
        output.stream("diff.json", gathered.json_chunks(head))
        output.stream("errors.csv", gathered.csv_chunks())
        for name, header, rows in _tables(report):
            output.write(name, csv_text(header, rows).encode())

        def picture(n: int) -> tuple[bytes, str]:
            of = gathered.items[n]
            drawn = draw_matches(of, gathered.names, _image(distance, of))
            path = f"pictures/{n + 1:05}_{_safe(of.item.subset)}_{_safe(of.item.id)}.jpg"
            output.write(path, jpeg(drawn))
            if progress is not None:
                progress(n + 1)
            return jpeg(drawn, _THUMBNAIL), path

        page = distance_page(report, sides, gathered.items, gathered.names, picture, gathered.wrong)
        output.write("index.html", page.encode())
        return report


def _safe(name: str) -> str:
    """A name for people; the number in front is what tells pictures apart."""
    return _SAFE.sub("_", name)[:80]


def _image(distance: Distance, of: ItemMatches) -> bytes | None:
    """The bytes of an item's image, from whichever side has them; None for the frame of a video."""
    for item, dataset in ((of.pair.first, distance.truth), (of.pair.second, distance.found)):
        if item is None or item.image is None or item.image.frame is not None:
            continue
        try:
            data = load_media(dataset.store, item.image)
        except DatumError:  # a picture is drawn without its image rather than not at all
            continue
        if data is not None:
            return data
    return None


def _tables(report: DistanceReport) -> Iterator[tuple[str, list[str], Iterable[tuple[Any, ...]]]]:
    yield (
        "labels.csv",
        ["family", "label", "truth", "found", "matched", "precision", "recall", "f1"],
        map(msgspec.structs.astuple, (*report.totals, *report.labels)),
    )
    yield (
        "precision.csv",
        list(_PRECISION),
        (msgspec.structs.astuple(one)[: len(_PRECISION)] for one in report.precision),
    )
    yield "confusion.csv", ["family", "truth", "found", "count"], report.confusion


def write_equality(
    output: Output, equality: Equality, sides: Sides, *, everything: bool = False
) -> EqualityReport:
    """Compare for equality, and write report, table and page.

    Args:
        output: Where to.
        equality: Not iterated yet.
        sides: What the datasets are called.
        everything: Whether equal annotations are recorded, too.
    """
    listed: list[tuple[object, ...]] = []
    counted = 0
    with TemporaryFile() as rows:

        def records() -> Iterator[bytes]:
            nonlocal counted
            yield b'{\n  "differences": ['
            separator = b"\n"
            for one in equality:
                yield separator + _line(_equality_json(equality, one, everything=everything))
                separator = b",\n"
                found = list(_equality_rows(equality, one))
                rows.write("".join(csv_rows(found)).encode())
                listed.extend(found[: max(_LISTED - len(listed), 0)])
                counted += len(found)
            report = {"method": "equality", "first_name": sides[0], "second_name": sides[1]}
            report |= msgspec.to_builtins(equality.report())
            text = json.dumps(finite_json(report), ensure_ascii=False, indent=2).removeprefix("{")
            yield f"\n  ],{text}\n".encode("utf-8", "replace")

        output.stream("diff.json", records())
        rows.seek(0)
        header = csv_text(("subset", "id", "where", "what"), ()).encode()
        output.stream("differences.csv", chain([header], iter(partial(rows.read, _CHUNK), b"")))
    report = equality.report()
    output.write("index.html", equality_page(report, sides, listed, counted - len(listed)).encode())
    return report


def _line(value: Any) -> bytes:
    return json.dumps(finite_json(value), ensure_ascii=False).encode("utf-8", "replace")


def _equality_json(equality: Equality, one: ItemEquality, *, everything: bool) -> dict[str, Any]:
    def annotations(side: str) -> list[Any]:
        categories = getattr(equality, side).categories
        return [
            {"kind": note.kind, **side_json(note, categories.name_of(note.label))}
            for note in getattr(one, side)
        ]

    pair = one.pair
    found: dict[str, Any] = {
        "subset": pair.one.subset,
        "id": pair.one.id,
        "first": pair.first is not None,
        "second": pair.second is not None,
        "fields": list(one.fields),
        "only_first": annotations("first"),
        "only_second": annotations("second"),
    }
    if everything:
        found["matched"] = [[a.id, b.id] for a, b in one.matched]
    return found


def _equality_rows(equality: Equality, one: ItemEquality) -> Iterator[tuple[object, ...]]:
    pair = one.pair
    name = (pair.one.subset, pair.one.id)
    if pair.first is None or pair.second is None:
        yield *name, "second" if pair.first is None else "first", "the item"
    for field in one.fields:
        yield *name, "both", field
    for side, dataset in (("first", equality.first), ("second", equality.second)):
        for note in getattr(one, side):
            yield *name, side, _said(note, dataset.categories.name_of(note.label))


def _said(note: Annotation, label: str) -> str:
    return f"{note.kind} {label or '(no label)'} {describe(note)}".rstrip()


def table_json(report: TableReport, sides: Sides) -> dict[str, Any]:
    """A comparison of counts as JSON values."""
    names = {"method": "table", "first_name": sides[0], "second_name": sides[1]}
    return {**names, **msgspec.to_builtins(report)}


def write_table(output: Output, report: TableReport, sides: Sides) -> None:
    """Write a comparison of counts: report, table and page."""
    text = json.dumps(table_json(report, sides), ensure_ascii=False, indent=2)
    output.write("diff.json", f"{text}\n".encode("utf-8", "replace"))
    rows = [msgspec.structs.astuple(row) for row in report.rows]
    header = ("section", "name", "first", "second")
    output.write("table.csv", csv_text(header, rows).encode())
    output.write("index.html", table_page(report, sides).encode())
