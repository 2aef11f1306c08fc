"""Reading CVAT's XML: the images of a file as a stream, tracks by frame."""

import html
import mmap
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec
from lxml import etree

from datum.errors import FormatError
from datum.model import DEFAULT_SUBSET, Annotation, Item, Media
from datum.plugins import Reading
from datum_formats._common.images import image_media
from datum_formats._common.names import stem
from datum_formats._common.xmlfile import iterate_xml
from datum_formats.cvat.names import folder_of
from datum_formats.cvat.schema import (
    Declared,
    Schema,
    meta_of,
    read_labels,
    schema_of,
    used_labels,
)
from datum_formats.cvat.shapes_read import ShapeReader
from datum_formats.cvat.tracks import frame_name, read_tracks

__all__ = ["read_cvat"]

_NAME = re.compile(rb"""<image\b[^>]*?\sname\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_IMAGE = frozenset(["id", "name", "width", "height", "subset"])
"""XML attributes of an image that have a place in an item."""

_PART = 255
"""Bytes of one part of a path, as common file systems limit it."""

_PATH = 2000
"""Characters of a whole path, which leaves room for where the dataset is."""


class _File(msgspec.Struct, frozen=True):
    """One XML file, and what must be known of it before its images are read."""

    path: Path
    subset: str
    """The subset of images that do not say theirs."""
    size: tuple[int, int] | None
    """Height and width of the frames of a video."""
    has_tracks: bool
    ambiguous: frozenset[str]
    """Names without extension that several images have."""
    places: dict[str, list[Path]] = msgspec.field(default_factory=dict)
    """Folders that images of a subset may be in, by subset, once they were looked up."""

    @property
    def root(self) -> Path:
        """The folder that holds the images, or a folder of them."""
        folder = self.path.parent
        return folder.parent if folder.name == "annotations" else folder


def read_cvat(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read a dataset from its folder, its folder of annotations, or one XML file.

    Raises:
        FormatError: There is no such file, or the head of one is broken; while iterating, that a
            shape is.
    """
    files: list[_File] = []
    declared: list[Declared] = []
    infos: dict[str, Any] = {}
    for file in _xml_files(path):
        meta = _read_meta(file)
        files.append(_survey(file, meta))
        labels = [] if meta is None else read_labels(meta)
        if not labels:
            labels = used_labels(iterate_xml(file, ("image", "track")))
        declared += labels
        said = None if meta is None else meta_of(meta)
        if isinstance(said, dict) and said:
            infos[files[-1].subset] = said
    schema = schema_of(declared)
    return Reading(
        categories=schema.categories,
        items=_items(files, schema),
        infos={"cvat": infos} if infos else {},
    )


def _xml_files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    for folder in (path, path / "annotations"):
        found = sorted(folder.glob("*.xml"))
        if found:
            return found
    raise FormatError("no XML file is here", path=path)


def _read_meta(path: Path) -> etree._Element | None:
    """The ``meta`` of a file, if it stands before the images.

    Raises:
        FormatError: The file is not XML, or not of CVAT.
    """
    for element in iterate_xml(path, ("meta", "image", "track", "annotation", "annotations")):
        if element.tag == "annotation" or element.getroottree().getroot().tag != "annotations":
            break
        if element.tag != "meta":
            return None
        # the element is emptied when the iteration goes on
        return etree.fromstring(etree.tostring(element, with_tail=False))
    raise FormatError("no <annotations> as CVAT writes them", path=path)


def _survey(path: Path, meta: etree._Element | None) -> _File:
    subset = DEFAULT_SUBSET if path.stem == "annotations" else path.stem
    original = None if meta is None else next(meta.iter("original_size"), None)
    size = None
    if original is not None:
        height, width = (original.findtext(tag) or "" for tag in ("height", "width"))
        size = _size(height, width)
    has_tracks, ambiguous = _scan(path)
    return _File(path, subset, size, has_tracks, ambiguous)


def _scan(path: Path) -> tuple[bool, frozenset[str]]:
    """Whether there are tracks, and which images differ by extension alone."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        names: dict[bytes, bytes] = {}
        twice: set[bytes] = set()
        for match in _NAME.finditer(data):
            name = match[1] or match[2] or b""
            short = name[: name.rfind(b".")] if b"." in name else name
            if names.setdefault(short, name) != name:
                twice.add(short)
        has_tracks = data.find(b"<track") >= 0
    return has_tracks, frozenset(html.unescape(short.decode("utf-8", "replace")) for short in twice)


def _size(height: str | None, width: str | None) -> tuple[int, int] | None:
    try:
        found = (int(height or ""), int(width or ""))
    except ValueError:
        return None
    return found if min(found) > 0 else None


def _items(files: list[_File], schema: Schema) -> Iterator[Item]:
    seen: set[tuple[str, str]] = set()
    for file in files:
        for item in _file_items(file, schema):
            if item.key in seen:
                raise FormatError(f"item '{item.subset}/{item.id}' is there twice", path=file.path)
            seen.add(item.key)
            yield item


def _file_items(file: _File, schema: Schema) -> Iterator[Item]:
    reader = ShapeReader(schema, file.path)
    tracks = read_tracks(reader, file.size) if file.has_tracks else {}
    for element in iterate_xml(file.path, ("image",)):
        yield _image_item(file, reader, element, tracks)
    for frame in sorted(tracks):
        name = frame_name(frame, file.root)
        media = _media(file, file.subset, name, file.size)
        yield Item(
            id=stem(name),
            subset=file.subset,
            media=(media,),
            attributes={"frame": frame},
            annotations=tuple(tracks[frame]),
        )


def _image_item(
    file: _File,
    reader: ShapeReader,
    element: etree._Element,
    tracks: dict[int, list[Annotation]],
) -> Item:
    name = element.get("name", "")
    if not _is_name(name):
        reason = f"image '{name:.60}' has no name, or one that no file in the dataset can have"
        raise reader.fault(element, reason)
    subset = element.get("subset") or file.subset
    media = _media(file, subset, name, _size(element.get("height"), element.get("width")))
    size = (media.height, media.width) if media.height and media.width else None
    attributes: dict[str, Any] = {
        str(key): str(value) for key, value in element.items() if key not in _IMAGE
    }
    annotations = [reader.read(shape, size) for shape in element.iterchildren("*")]
    if (frame := element.get("id")) is not None:
        try:
            attributes["frame"] = int(frame)
        except ValueError as error:
            raise reader.fault(element, f"id of an image is no number: '{frame:.40}'") from error
        annotations += tracks.pop(attributes["frame"], [])
    short = stem(name)
    return Item(
        id=name if short in file.ambiguous else short,
        subset=subset,
        media=(media,),
        attributes=attributes,
        annotations=tuple(annotations),
    )


def _is_name(name: str) -> bool:
    """Whether a file in the dataset can have this name."""
    parts = PurePosixPath(name).parts
    inside = bool(parts) and not name.startswith("/") and ".." not in parts
    return inside and len(name) < _PATH and all(len(part.encode()) <= _PART for part in parts)


def _media(file: _File, subset: str, name: str, size: tuple[int, int] | None) -> Media:
    if subset not in file.places:
        root, folder = file.root, folder_of(subset)
        places = (root / "images" / folder, root / "images", root / folder, root)
        file.places[subset] = [place for place in places if place.is_dir()]
    found = next((p / name for p in file.places[subset] if (p / name).is_file()), None)
    return image_media(found, name, size)
