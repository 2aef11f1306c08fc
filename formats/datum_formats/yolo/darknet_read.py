"""Reading the layout of darknet: obj.data, obj.names, lists, label files beside the images."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.model import Categories, Item
from datum.plugins import Reading
from datum_formats._common.files import read_lines, read_text
from datum_formats._common.images import image_media
from datum_formats._common.names import stem, subset_folder
from datum_formats.yolo.names import label_path, locate, names_to_ids
from datum_formats.yolo.rows import LabelReader, box_row
from datum_formats.yolo.sizes import find_size, read_sizes

__all__ = ["RESERVED", "read_darknet"]

RESERVED = frozenset(["backup", "classes", "names"])
"""Keys of obj.data that are no subsets."""

_PREFIX = "data/"
"""What darknet, which runs in the folder above, has before the paths."""


class _Layout(msgspec.Struct, frozen=True):
    """Where the parts of a dataset are."""

    root: Path
    names: Path
    lists: dict[str, Path]
    """The list of each subset."""
    classes: int | None = None
    """How many labels there are said to be."""


def read_darknet(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read a dataset from its folder, its obj.data, one of its lists, or a folder of labels.

    Raises:
        FormatError: There is no such dataset, or its names are broken; while iterating, that a list
            or a label file is.
    """
    layout = _find(path)
    labels = _read_names(layout)
    reader = LabelReader(labels=len(labels), row=box_row)
    return Reading(categories=Categories.of(labels), items=_items(layout, reader))


def _find(path: Path) -> _Layout:
    if path.is_file() and path.suffix == ".data":
        return _read_data(path)
    if path.is_file() and path.suffix in (".txt", ".names"):
        return _beside(path)
    for folder in (path, path.parent):
        found = folder / "obj.data"
        if not found.is_file():
            found = next(iter(sorted(folder.glob("*.data"))), found)
        if found.is_file():
            return _read_data(found)
    raise FormatError("no obj.data is here", path=path)


def _beside(path: Path) -> _Layout:
    """The layout of one list, or of the dataset whose names were given."""
    data = path.with_name("obj.data")
    whole = _read_data(data) if data.is_file() else None
    if path.suffix == ".names" and whole is not None:
        return whole
    root = path.parent
    names = whole.names if whole else root / "obj.names"
    lists = {
        subset: file for subset, file in (whole.lists if whole else {}).items() if file == path
    }
    return _Layout(root, names, lists or {path.stem: path}, whole.classes if whole else None)


def _read_data(path: Path) -> _Layout:
    root = path.parent
    names = root / "obj.names"
    lists: dict[str, Path] = {}
    classes = None
    for line, text in read_lines(path):
        key, equals, value = (part.strip() for part in text.partition("="))
        if text.startswith("#"):
            continue
        if not equals:
            raise FormatError(f"'{text[:60]}' is not 'key = value'", path=path, line=line)
        if key == "classes":
            classes = int(value) if value.isascii() and value.isdigit() else None
        elif key == "names":
            names = _file(root, value, path, line)
        elif key in lists:
            raise FormatError(f"'{key}' is said twice", path=path, line=line)
        elif key not in RESERVED:
            lists[key] = _file(root, value, path, line)
    return _Layout(root, names, lists, classes)


def _file(root: Path, said: str, path: Path, line: int) -> Path:
    """The file that *said* names, with the prefix or without, with slashes of either kind."""
    for name in (said, said.replace("\\", "/")):
        found = locate(root, name, path=path, line=line)
        for candidate in (found, found.removeprefix(_PREFIX)):
            if (root / candidate).is_file():
                return root / candidate
    return root / locate(root, said.replace("\\", "/"), path=path, line=line).removeprefix(_PREFIX)


def _read_names(layout: _Layout) -> list[str]:
    lines = [line.removesuffix("\r") for line in read_text(layout.names).split("\n")]
    least = layout.classes or 0
    while len(lines) > least and not lines[-1].strip():
        lines.pop()
    for line, name in enumerate(lines, start=1):
        if name in lines[: line - 1]:
            raise FormatError(f"label '{name}' is named twice", path=layout.names, line=line)
    return lines


def _items(layout: _Layout, reader: LabelReader) -> Iterator[Item]:
    sizes = read_sizes(layout.root)
    for subset, path in layout.lists.items():
        names = _read_list(layout.root, subset, path)
        prefix = _folder(subset)
        ids = names_to_ids(name.removeprefix(prefix) for name in names)
        for name in names:
            short = name.removeprefix(prefix)
            known = find_size(sizes, (stem(name), name, ids[short], short))
            media = image_media(layout.root / name, short, known)
            size = (media.height, media.width)
            annotations = reader.read(
                _labels(layout.root, name),
                size if all(size) else None,  # type: ignore[arg-type] # all() narrows nothing
            )
            yield Item(id=ids[short], subset=subset, media=(media,), annotations=annotations)


def _folder(subset: str) -> str:
    """Where label files of a subset are, with the slash; empty for a name that none can have."""
    try:
        return f"obj_{subset_folder(subset, RESERVED)}_data/"
    except FormatError:
        return ""


def _read_list(root: Path, subset: str, path: Path) -> list[str]:
    """The images of a list, relative to *root*."""
    found: dict[str, int] = {}
    folder = _folder(subset)
    for line, text in read_lines(path):
        name = _entry(root, folder, text, path, line)
        if name in found:
            reason = f"'{name}' is listed twice, first in line {found[name]}"
            raise FormatError(reason, path=path, line=line)
        found[name] = line
    return list(found)


def _entry(root: Path, folder: str, text: str, path: Path, line: int) -> str:
    said = locate(root, text, path=path, line=line)
    for name in (said, said.removeprefix(_PREFIX)):
        # a back-slash may be part of the name, which then has a label file
        if "\\" in name and (root / f"{stem(name)}.txt").is_file():
            return name
    if "\\" in said:
        said = locate(root, said.replace("\\", "/"), path=path, line=line)
    short = said.removeprefix(_PREFIX)
    if short == said or (folder and short.startswith(folder)):
        return short
    return said if (root / said).is_file() else short


def _labels(root: Path, name: str) -> Path:
    """The label file of an image: beside it, else in the folder ``labels`` beside ``images``."""
    beside = root / f"{stem(name)}.txt"
    return beside if beside.is_file() else root / label_path(name)
