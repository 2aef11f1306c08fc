"""Reading Kaggle's tables."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.model import Box, Categories, Item, Label
from datum.plugins import Reading
from datum_formats._common.csvfile import csv_rows
from datum_formats._common.dataset_meta import DatasetMeta, read_meta
from datum_formats._common.decimals import read_number
from datum_formats._common.files import inside
from datum_formats._common.images import IMAGE_EXTENSIONS, image_media, image_names
from datum_formats.kaggle.columns import Columns, guess, parse_columns
from datum_formats.kaggle.tables import Rows, txt_rows

__all__ = ["read_kaggle_csv", "read_kaggle_txt"]

_NUMBERS = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_TEXT_COLUMNS = Columns(media=0, label=1, box=(2, 3, 4, 5), has_size=True)
_YES = frozenset(["1", "1.0", "true", "True"])

Bounds = tuple[float, float, float, float]


class _Row(msgspec.Struct, frozen=True):
    """What a row says."""

    line: int
    image: str
    labels: tuple[str, ...]
    box: Bounds | None
    others: dict[str, str]
    """Further columns that are not empty."""


class _Table(msgspec.Struct, frozen=True):
    """One file, and how it is read."""

    path: Path
    columns: Columns
    names: tuple[str, ...]
    """Of columns; empty where they have none."""
    rows: Callable[[Path], Rows]

    def read(self) -> Iterator[_Row]:
        """The rows.

        Raises:
            FormatError: One is broken.
        """
        rows = self.rows(self.path)
        if self.names:
            next(rows, None)
        for line, cells in rows:
            if self.names and len(cells) != len(self.names):
                reason = f"{len(cells)} columns instead of {len(self.names)}"
                raise FormatError(reason, path=self.path, line=line)
            yield self._row(line, cells)

    def _row(self, line: int, cells: list[str]) -> _Row:
        known = self.columns
        if known.media >= len(cells) or not cells[known.media]:
            raise FormatError("no name of an image", path=self.path, line=line)
        labels = [name for name, place in known.flags if _at(cells, place).strip() in _YES]
        if known.label is not None and _at(cells, known.label):
            labels.append(cells[known.label])
        others = {
            name: text
            for place, (name, text) in enumerate(zip(self.names, cells, strict=False))
            if text and place not in known.used
        }
        image = cells[known.media].replace("\\", "/")
        return _Row(line, image, tuple(labels), self._box(line, cells), others)

    def _box(self, line: int, cells: list[str]) -> Bounds | None:
        texts = [_at(cells, place) for place in self.columns.box]
        if not any(text.strip() for text in texts):
            return None
        if len(texts) == 1:
            texts = _NUMBERS.findall(texts[0])
        if len(texts) != 4:  # noqa: PLR2004 (left, top, and two more)
            raise FormatError(f"a box of {len(texts)} numbers", path=self.path, line=line)
        x, y, a, b = (read_number(text, path=self.path, line=line) for text in texts)
        return (x, y, a, b) if self.columns.has_size else (x, y, a - x, b - y)


def _at(cells: list[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


def read_kaggle_csv(path: Path, options: Mapping[str, Any]) -> Reading:
    """Read the CSV files in the folder *path*, or the one that it is.

    Raises:
        FormatError: There is none, or one is broken.
        UsageError: The option ``columns`` does not fit.
    """
    return _read(path, options, ".csv", _csv_table)


def read_kaggle_txt(path: Path, options: Mapping[str, Any]) -> Reading:
    """Read the text files in the folder *path*, or the one that it is; errors as for CSV."""
    return _read(path, options, ".txt", _txt_table)


def _csv_table(path: Path, options: Mapping[str, Any]) -> _Table | None:
    _, header = next(csv_rows(path), (1, []))
    xywh = options.get("bbox_format") == "xywh"
    said = options.get("columns")
    columns = parse_columns(said, header, xywh=xywh) if said else guess(header, xywh=xywh)
    return None if columns is None else _Table(path, columns, tuple(header), csv_rows)


def _txt_table(path: Path, options: Mapping[str, Any]) -> _Table | None:
    xywh = options.get("bbox_format") == "xywh"
    said = options.get("columns")
    columns = parse_columns(said, None, xywh=xywh) if said else _TEXT_COLUMNS
    return _Table(path, columns, (), txt_rows)


def _read(
    path: Path,
    options: Mapping[str, Any],
    ext: str,
    table_of: Callable[[Path, Mapping[str, Any]], _Table | None],
) -> Reading:
    root = path.parent if path.is_file() else path
    meta = read_meta(root)
    chosen = options.get("ann_file")
    if path.is_file() or chosen:
        files = [path if path.is_file() else root / str(chosen)]
    else:
        files = sorted(root.glob(f"*{ext}"))
    tables = {meta.subsets.get(f.stem, f.stem): table_of(f, options) for f in files}
    known = {subset: table for subset, table in tables.items() if table is not None}
    if not path.exists() or (files and not known):
        raise FormatError(
            f"no *{ext} with a column of images", path=path, hint="--columns says which it is"
        )
    labels = meta.labels
    if labels is None:
        names = {name for table in known.values() for row in table.read() for name in row.labels}
        flags = {name for table in known.values() for name, _ in table.columns.flags}
        labels = tuple(sorted(names | flags))
    places = {name: number for number, name in enumerate(labels)}
    finder = _Images(root, options.get("images"))
    items = (
        item
        for subset, table in sorted(known.items())
        for item in _items(subset, table, meta, finder, places)
    )
    return Reading(categories=Categories.of(labels), items=items)


class _Images:
    """Finds images, whose names may lack folder and extension."""

    def __init__(self, root: Path, folder: Any) -> None:
        self._root = root
        self._folders = [str(folder)] if folder else ["", "images"]

    def find(self, name: str, table: _Table, line: int) -> tuple[Path, str]:
        """The file of an image, and its name with an extension; a file that is not there, else.

        Raises:
            FormatError: The name leaves the dataset.
        """
        has_ext = PurePosixPath(name).suffix.lower() in IMAGE_EXTENSIONS
        full = name if has_ext else f"{name}.jpg"
        for folder in (*self._folders, table.path.stem):
            for ext in [""] if has_ext else ["", *sorted(IMAGE_EXTENSIONS)]:
                where = f"{folder}/{name}{ext}" if folder else name + ext
                file = inside(self._root, where, path=table.path, line=line)
                if file.is_file():
                    return file, name + ext
        return self._root / full, full


def _items(
    subset: str, table: _Table, meta: DatasetMeta, images: _Images, places: Mapping[str, int]
) -> Iterator[Item]:
    rows: dict[str, list[_Row]] = {}
    for row in table.read():
        rows.setdefault(row.image, []).append(row)
    paths = {image: images.find(image, table, own[0].line) for image, own in rows.items()}
    names = image_names({path: None for _, path in paths.values()})
    seen: set[str] = set()
    for image, own in rows.items():
        file, path = paths[image]
        item_id = meta.ids.get(image, names[path])
        if not item_id or item_id in seen:
            raise FormatError(
                f"two images are called '{item_id}'", path=table.path, line=own[0].line
            )
        seen.add(item_id)
        attributes: dict[str, str] = {}
        for row in own:
            attributes = {**row.others, **attributes}
        notes = [one for row in own for one in _annotations(row, attributes, places, table)]
        yield Item(
            id=item_id,
            subset=subset,
            media=(image_media(file, path),),
            attributes=dict(attributes),
            annotations=tuple(notes),
        )


def _annotations(
    row: _Row, common: Mapping[str, str], places: Mapping[str, int], table: _Table
) -> Iterator[Label | Box]:
    """What a row says, with what its further columns say differently from the first row."""
    other = {name: text for name, text in row.others.items() if common.get(name) != text}
    labels: list[int | None] = []
    for name in row.labels:
        if name not in places:
            raise FormatError(f"label '{name}' is not known", path=table.path, line=row.line)
        labels.append(places[name])
    if row.box is None:
        yield from (Label(label=label, attributes=dict(other)) for label in labels)
        return
    x, y, w, h = row.box
    for label in labels or [None]:
        yield Box(label=label, x=x, y=y, w=w, h=h, attributes=dict(other))
