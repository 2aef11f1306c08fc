"""Reading Roboflow's tables of labels."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from datum.errors import FormatError
from datum.model import DEFAULT_SUBSET, Item, Label
from datum.plugins import Reading
from datum_formats._common.csvfile import read_table
from datum_formats._common.images import image_files, image_media
from datum_formats._common.labels import LabelTable
from datum_formats._common.names import stem, subset_of
from datum_formats._common.references import Images

__all__ = ["FIRST", "TABLE", "read_multiclass"]

TABLE = "_classes.csv"
FIRST = "filename"


def read_multiclass(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read the tables below the folder *path*, or the one that it is.

    Raises:
        FormatError: There is none, or one is broken.
    """
    files = _files(path)
    names: dict[str, None] = {}
    for file in files.values():
        header, _ = read_table(file)
        if not header or header[0].strip() != FIRST or len(set(header)) < len(header):
            raise FormatError(f"the columns are not {FIRST} and labels", path=file, line=1)
        names.update(dict.fromkeys(_label(cell) for cell in header[1:]))
    table = LabelTable(names)
    return Reading(
        categories=table.categories,
        items=(item for subset, file in files.items() for item in _items(subset, file, table)),
    )


def _label(cell: str) -> str:
    """The name of a column; Roboflow puts a space after each comma."""
    return cell.removeprefix(" ")


def _files(path: Path) -> dict[str, Path]:
    """The tables by subset."""
    if path.is_file():
        return {DEFAULT_SUBSET: path}
    if (path / TABLE).is_file():
        return {DEFAULT_SUBSET: path / TABLE}
    found = {subset_of(file.parent.name): file for file in sorted(path.glob(f"*/{TABLE}"))}
    if not found:
        raise FormatError(f"no <subset>/{TABLE} in it", path=path)
    return found


def _items(subset: str, file: Path, table: LabelTable) -> Iterator[Item]:
    header, rows = read_table(file)
    labels = [table.find(_label(cell)) for cell in header[1:]]
    images = Images(file.parent)
    seen: set[str] = set()
    said: set[str] = set()
    for line, (name, *cells) in rows:
        own = stem(name)
        if own in seen or not own:
            raise FormatError(
                f"image '{name}' is there twice, or has no name", path=file, line=line
            )
        seen.add(own)
        said.add(name)
        notes = []
        for label, cell in zip(labels, cells, strict=True):
            if cell.strip() not in {"0", "1", ""}:
                raise FormatError(f"'{cell[:40]}' is neither 0 nor 1", path=file, line=line)
            if cell.strip() == "1":
                notes.append(Label(label=label))
        media = image_media(images.find(name), name)
        yield Item(id=own, subset=subset, media=(media,), annotations=tuple(notes))
    for image in image_files(file.parent):
        name = image.relative_to(file.parent).as_posix()
        if name not in said and stem(name) not in seen:
            yield Item(id=stem(name), subset=subset, media=(image_media(image, name),))
