"""Rows of ``metadata.jsonl`` and ``metadata.csv``."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from datum.errors import FormatError
from datum_formats._common.csvfile import read_table
from datum_formats.imagefolder.columns import FILE_NAME, METADATA_CSV, RESERVED

__all__ = ["Row", "read_rows"]

Class = str | int
Bounds = tuple[float, float, float, float]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What a row says of an image."""

    line: int
    file_name: str
    labels: tuple[Class, ...] = ()
    texts: tuple[str, ...] = ()
    boxes: tuple[tuple[Bounds, Class | None], ...] = ()
    attributes: Mapping[str, Any] = {}

    def classes(self) -> Iterator[Class]:
        """All names and numbers of labels."""
        yield from self.labels
        yield from (label for _, label in self.boxes if label is not None)


class _Objects(msgspec.Struct):
    bbox: list[Bounds] = []
    categories: list[Class | None] | None = None
    category: list[Class | None] | None = None
    """As some datasets spell it."""


class _Known(msgspec.Struct):
    """The columns that mean something."""

    file_name: str
    label: Class | None = None
    labels: list[Class] | None = None
    text: str | None = None
    texts: list[str] | None = None
    objects: _Objects | None = None


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a file.

    Raises:
        FormatError: It cannot be read, or a row is broken; the error names the line.
    """
    rows = _csv_rows(path) if path.name == METADATA_CSV else _json_rows(path)
    for line, row in rows:
        try:
            yield _row(line, row)
        except (msgspec.ValidationError, ValueError) as error:
            raise FormatError(str(error), path=path, line=line) from error


def _row(line: int, row: dict[str, Any]) -> Row:
    known = msgspec.convert(row, _Known)
    labels = [*([] if known.label is None else [known.label]), *(known.labels or [])]
    texts = [*([] if known.text is None else [known.text]), *(known.texts or [])]
    return Row(
        line=line,
        file_name=known.file_name,
        labels=tuple(labels),
        texts=tuple(texts),
        boxes=() if known.objects is None else _boxes(known.objects),
        attributes={name: value for name, value in row.items() if name not in RESERVED},
    )


def _boxes(objects: _Objects) -> tuple[tuple[Bounds, Class | None], ...]:
    classes = objects.categories if objects.categories is not None else objects.category
    labels = [None] * len(objects.bbox) if classes is None else classes
    if len(labels) != len(objects.bbox):
        raise ValueError(f"{len(objects.bbox)} boxes, but {len(labels)} categories")
    if not all(math.isfinite(number) for box in objects.bbox for number in box):
        raise ValueError("a number of a box is not finite")
    return tuple(zip(objects.bbox, labels, strict=True))


def _json_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, _json_row(line, path, number)
    except OSError as error:
        raise FormatError(error.strerror or str(error), path=path) from error


def _json_row(line: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        row: dict[str, Any] = msgspec.json.decode(
            line.removeprefix(b"\xef\xbb\xbf"), type=dict[str, Any]
        )
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError(f"no JSON object: {error}", path=path, line=number) from error
    return row


def _csv_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows by the names of columns; empty cells say nothing."""
    header, rows = read_table(path)
    if header and FILE_NAME not in header:
        raise FormatError(f"no column {FILE_NAME}", path=path, line=1)
    for line, row in rows:
        yield line, {name: cell for name, cell in zip(header, row, strict=True) if cell}
