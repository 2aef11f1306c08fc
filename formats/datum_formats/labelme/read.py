"""Reading the JSON of LabelMe."""

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.model import Annotation, InMemory, Item, Label, Media
from datum.plugins import Reading
from datum_formats._common.images import image_media
from datum_formats._common.jsonfile import read_json
from datum_formats._common.labels import LabelTable, read_labels
from datum_formats._common.sidecars import Sidecar, find_sidecars, image_item
from datum_formats.labelme.document import DOCUMENT_KEYS, Document, Names
from datum_formats.labelme.shapes_read import ShapeReader

__all__ = ["read_labelme"]


def read_labelme(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read the files below *path*, or the one that it is.

    Raises:
        FormatError: A file is broken: at once where its labels are, while iterating else.
    """
    sidecars = find_sidecars(path, ".json")
    table = LabelTable(read_labels(path), _used(sidecars))
    return Reading(categories=table.categories, items=_items(sidecars, table))


def _used(sidecars: Sequence[Sidecar]) -> Iterator[str]:
    for sidecar in sidecars:
        if sidecar.file is not None:
            names: Names = read_json(sidecar.file, Names)
            yield from (shape.label for shape in names.shapes if shape.label)
            yield from (name for name, is_set in (names.flags or {}).items() if is_set and name)


def _items(sidecars: Sequence[Sidecar], table: LabelTable) -> Iterator[Item]:
    for sidecar in sidecars:
        if sidecar.file is None:
            yield image_item(sidecar)
            continue
        said = read_json(sidecar.file, dict[str, Any])
        try:
            yield _item(sidecar, said, table)
        except (ValueError, msgspec.ValidationError) as error:
            raise FormatError(str(error), path=sidecar.file) from error


def _item(sidecar: Sidecar, said: dict[str, Any], table: LabelTable) -> Item:
    document = msgspec.convert(said, Document)
    media = _media(sidecar, document)
    size = (media.height, media.width) if media.height and media.width else None
    reader = ShapeReader(table=table, size=size)
    attributes = {name: value for name, value in said.items() if name not in DOCUMENT_KEYS}
    annotations: list[Annotation] = []
    for name, is_set in (document.flags or {}).items():
        if is_set and name:
            annotations.append(Label(label=table.find(name)))
        else:
            attributes[name] = is_set
    annotations += reader.read(document.shapes)
    return Item(
        id=sidecar.id,
        subset=sidecar.subset,
        media=(media,) if media.path or media.content else (),
        attributes={**attributes, **(document.attributes or {})},
        annotations=tuple(annotations),
    )


def _media(sidecar: Sidecar, document: Document) -> Media:
    """The image: beside the file, or where the file says, or inside it."""
    said = (document.imagePath or "").replace("\\", "/")
    height, width = document.imageHeight, document.imageWidth
    size = (height, width) if height and width and height > 0 and width > 0 else None
    file = sidecar.image or _elsewhere(sidecar, said)
    if file is not None:
        own = file.relative_to(sidecar.folder).as_posix()
        return image_media(file, own, size)
    media = image_media(None, said.rpartition("/")[2], size)
    if document.imageData:
        try:
            data = base64.b64decode(document.imageData, validate=True)
        except binascii.Error as error:
            raise ValueError(f"imageData is no base64: {error}") from error
        return msgspec.structs.replace(media, content=InMemory(data))
    return media


def _elsewhere(sidecar: Sidecar, said: str) -> Path | None:
    """The file that is named, if it is inside the folder of the subset."""
    if not said or "\0" in said or sidecar.file is None:
        return None
    try:
        file = (sidecar.file.parent / said).resolve()
        root = sidecar.folder.resolve()
        if file.is_file() and file.is_relative_to(root):
            return sidecar.folder / file.relative_to(root)
    except OSError:
        pass  # a name that no file can have
    return None
