"""Reading the JSON of Create ML."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.model import DEFAULT_SUBSET, Box, Item
from datum.plugins import Reading
from datum_formats._common.images import image_files, image_media
from datum_formats._common.jsonfile import decode_as, read_json
from datum_formats._common.labels import LabelTable, read_labels
from datum_formats._common.names import stem, subset_of
from datum_formats._common.references import Images, unique_ids

__all__ = ["read_createml"]

_NAME = "*.createml.json"


class _Place(msgspec.Struct, frozen=True):
    """Centre and size."""

    x: float
    y: float
    width: float
    height: float


class _Object(msgspec.Struct, frozen=True):
    coordinates: _Place
    label: str = ""


class _Named(msgspec.Struct, frozen=True):
    image: str


class _Entry(msgspec.Struct, frozen=True):
    image: str
    annotations: list[_Object] = []


def read_createml(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read the lists below the folder *path*, or the one that it is.

    Raises:
        FormatError: There is none, or one is broken.
    """
    files = _files(path)
    used = {
        one.label
        for file in files.values()
        for raw in read_json(file, list[msgspec.Raw])
        for one in decode_as(raw, _Entry, file).annotations
        if one.label
    }
    table = LabelTable(read_labels(path), used)
    return Reading(
        categories=table.categories,
        items=(item for subset, file in files.items() for item in _items(subset, file, table)),
    )


def _files(path: Path) -> dict[str, Path]:
    """The lists by subset."""
    if path.is_file():
        return {DEFAULT_SUBSET: path}
    here = _of_folder(path)
    if here:
        return {DEFAULT_SUBSET: here}
    folders = sorted(folder for folder in path.glob("*") if folder.is_dir())
    found = {subset_of(folder.name): file for folder in folders if (file := _of_folder(folder))}
    if not found:
        raise FormatError("no <subset>/_annotations.createml.json in it", path=path)
    return found


def _of_folder(folder: Path) -> Path | None:
    """The list of a folder: by its name, else the only JSON file."""
    named = sorted(folder.glob(_NAME)) or sorted(folder.glob("*.json"))
    return named[0] if len(named) == 1 else None


def _items(subset: str, file: Path, table: LabelTable) -> Iterator[Item]:
    raws: list[msgspec.Raw] = read_json(file, list[msgspec.Raw])
    said: list[str] = [decode_as(raw, _Named, file).image for raw in raws]
    named = unique_ids(said, "", file)
    images = Images(file.parent)
    for raw, (own, name) in zip(raws, named, strict=True):
        entry: _Entry = decode_as(raw, _Entry, file)
        boxes = tuple(_box(one, table) for one in entry.annotations)
        media = image_media(images.find(entry.image), name)
        yield Item(id=own, subset=subset, media=(media,), annotations=boxes)
    there, seen = set(said), {own for own, _ in named}
    for image in image_files(file.parent):
        name = image.relative_to(file.parent).as_posix()
        if name not in there and stem(name) not in seen:
            yield Item(id=stem(name), subset=subset, media=(image_media(image, name),))


def _box(one: _Object, table: LabelTable) -> Box:
    place = one.coordinates
    return Box(
        label=table.find(one.label),
        x=place.x - place.width / 2,
        y=place.y - place.height / 2,
        w=place.width,
        h=place.height,
    )
