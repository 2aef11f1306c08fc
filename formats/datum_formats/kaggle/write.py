"""Writing Kaggle's tables."""

from collections.abc import Callable, Iterator

from datum.model import Item, Label
from datum.plugins import Writing
from datum_formats._common.csvfile import csv_bytes
from datum_formats._common.dataset_meta import META_NAME, encode_meta
from datum_formats._common.decimals import number_text
from datum_formats._common.faces import finite_boxes, numbers_of
from datum_formats._common.folder_names import folder_name
from datum_formats._common.image_paths import ImagePaths
from datum_formats._common.unkept import Unkept
from datum_formats.kaggle.columns import HEADER, KNOWN
from datum_formats.kaggle.tables import cell

__all__ = ["write_kaggle_csv", "write_kaggle_txt"]

_REASON = "a table of images has no place for it"
_IMAGES = "images"
_LABEL_COLUMNS = 2

Encode = Callable[[list[str], list[list[str]]], bytes]
"""The bytes of a table: names of columns, and rows."""


def write_kaggle_csv(writing: Writing) -> None:
    """Write a CSV file for each subset, and the images.

    Raises:
        FormatError: A subset or an id cannot be the name of a file, or a text is none.
        MediaError: An image cannot be read, or not be turned into another type.
    """
    _Export(writing, further=True).write(".csv", lambda header, rows: csv_bytes([header, *rows]))


def write_kaggle_txt(writing: Writing) -> None:
    """Write a text file for each subset, and the images; errors as for CSV."""
    _Export(writing, further=False).write(".txt", _lines)


def _lines(_header: list[str], rows: list[list[str]]) -> bytes:
    text = ""
    for row in rows:
        while row and not row[-1]:
            row.pop()
        text += " ".join(map(cell, row)) + "\n"
    return text.encode()


class _Export:
    """One export."""

    def __init__(self, writing: Writing, *, further: bool) -> None:
        self._writing = writing
        self._further = further
        attributes = None if further else frozenset[str]()
        self._unkept = Unkept(
            losses=writing.losses,
            reason=_REASON,
            kinds={"label", "box"},
            item_attributes=attributes,
        )
        self._labels = writing.dataset.categories.names()
        self._paths = ImagePaths(writing)
        self._used: set[str] = set()

    def write(self, ext: str, encode: Encode) -> None:
        self._unkept.dataset(self._writing.dataset)
        output = self._writing.output
        subsets: dict[str, str] = {}
        for subset in self._writing.dataset.subsets():
            stem = folder_name(subset, "subset", taken=META_NAME)
            subsets[stem] = subset
            rows: list[list[str]] = []
            further: list[dict[str, str]] = []
            for item in self._writing.dataset.items(subset):
                self._unkept.item(item)
                own = list(self._rows(item))
                rows += own
                further += [self._texts(item)] * len(own)
            names = sorted({name for one in further for name in one})
            has_box = any(any(row[_LABEL_COLUMNS:]) for row in rows)
            width = len(HEADER) if has_box else _LABEL_COLUMNS
            table = [
                [*row[:width], *(one.get(name, "") for name in names)]
                for row, one in zip(rows, further, strict=True)
            ]
            output.write(stem + ext, encode([*HEADER[:width], *names], table))
        meta = encode_meta(
            labels=None if tuple(sorted(self._used)) == self._labels else self._labels,
            subsets={stem: subset for stem, subset in subsets.items() if stem != subset},
            ids=self._paths.odd_ids(),
        )
        if meta is not None:
            output.write(META_NAME, meta)

    def _rows(self, item: Item) -> Iterator[list[str]]:
        """A row for each label and box of an item, or one for an item that has none."""
        path = self._paths.path(item)
        self._paths.write(item, path, f"{_IMAGES}/")
        empty = [""] * (len(HEADER) - _LABEL_COLUMNS)
        rows: list[list[str]] = []
        for one in item.annotations:
            if isinstance(one, Label):
                name = self._name(one.label, item, "label")
                rows += [[path, name, *empty]] if name else []
        for box in finite_boxes(item, self._writing):
            name = self._name(box.label, item, "label of box")
            rows.append([path, name, *map(number_text, numbers_of(box))])
        yield from rows or [[path, "", *empty]]

    def _name(self, label: int | None, item: Item, what: str) -> str:
        """The name of a label; empty where there is none, which is counted where it matters."""
        known = label is not None and 0 <= label < len(self._labels)
        name = self._labels[label] if known and label is not None else ""
        if name:
            self._used.add(name)
        elif label is not None or what == "label":
            reason = "its label is not known, or has no name"
            self._writing.losses.add(what, reason, where=f"{item.subset}/{item.id}")
        return name

    def _texts(self, item: Item) -> dict[str, str]:
        """The attributes of an item that can be columns; the others are counted."""
        texts: dict[str, str] = {}
        for name, value in item.attributes.items() if self._further else ():
            if isinstance(value, str) and value and name and name.strip().lower() not in KNOWN:
                texts[name] = value
            else:
                reason = "a column has texts, and a name that means nothing else"
                where = f"{item.subset}/{item.id}"
                self._writing.losses.add(f"attribute {name}", reason, where=where)
        return texts
