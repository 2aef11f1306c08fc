"""Reading the JSON of VIA."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.model import Annotation, Box, Ellipse, Item, Points, Polygon, Polyline
from datum.plugins import Reading
from datum_formats._common.images import image_media
from datum_formats._common.jsonfile import decode_as, read_json
from datum_formats._common.labels import LabelTable
from datum_formats._common.names import subset_of
from datum_formats._common.references import Images, unique_ids
from datum_formats.via.document import Entry, Named, Region, Shape

__all__ = ["read_via"]

_NAMES = ("label", "class", "name", "type", "category")
"""What the attribute with the label is usually called."""

Raws = dict[str, msgspec.Raw]
Fields = dict[str, Any]


class _File(msgspec.Struct, frozen=True):
    path: Path
    entries: Raws
    declared: Mapping[str, Any]
    """Attributes of regions, as a project declares them."""


def read_via(path: Path, options: Mapping[str, Any]) -> Reading:
    """Read the files in the folder *path*, or the one that it is.

    Raises:
        FormatError: There is none, or one is broken.
    """
    root = path if path.is_dir() else path.parent
    paths = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not paths:
        raise FormatError("no JSON file of regions", path=path)
    files = [_file(one) for one in paths]
    key = options.get("label_attribute") or _label_key(files)
    table = LabelTable(_declared(files, key), _used(files, key))
    return Reading(
        categories=table.categories,
        items=(item for file in files for item in _items(file, root, table, key)),
    )


def _file(path: Path) -> _File:
    said: Raws = read_json(path, Raws)
    if "_via_img_metadata" not in said:
        return _File(path, said, {})
    attributes = decode_as(said.get("_via_attributes", b"{}"), dict[str, Any], path)
    regions = attributes.get("region")
    entries = decode_as(said["_via_img_metadata"], Raws, path)
    return _File(path, entries, regions if isinstance(regions, dict) else {})


def _label_key(files: Sequence[_File]) -> str:
    """Which attribute is the label."""
    declared = {name: said for file in files for name, said in file.declared.items()}
    used = set(declared)
    for file in files:
        for raw in file.entries.values():
            entry: Entry = decode_as(raw, Entry, file.path)
            used.update(name for one in entry.listed() for name in one.region_attributes)
    for name in _NAMES:
        if name in used:
            return name
    listed = [name for name, said in declared.items() if _options(said)]
    return listed[0] if len(listed) == 1 else _NAMES[0]


def _options(said: Any) -> list[str]:
    options = said.get("options") if isinstance(said, dict) else None
    return [name for name in options if name] if isinstance(options, dict) else []


def _declared(files: Sequence[_File], key: str) -> Iterator[str]:
    for file in files:
        yield from _options(file.declared.get(key))


def _used(files: Sequence[_File], key: str) -> Iterator[str]:
    for file in files:
        for raw in file.entries.values():
            entry: Entry = decode_as(raw, Entry, file.path)
            for region in entry.listed():
                name = _label(region, key)
                if name:
                    yield name


def _label(region: Region, key: str) -> str:
    """The name of a region's label; checkboxes say it as a map of what is set."""
    said = region.region_attributes.get(key)
    if isinstance(said, dict):
        said = next((name for name, is_set in said.items() if is_set), "")
    return said if isinstance(said, str) else "" if said is None else str(said)


def _items(file: _File, root: Path, table: LabelTable, key: str) -> Iterator[Item]:
    subset = subset_of(file.path.stem)
    raws = list(file.entries.values())
    said: list[str] = [decode_as(raw, Named, file.path).filename for raw in raws]
    names = unique_ids(said, f"images/{file.path.stem}/", file.path)
    images = Images(root)
    for raw, (own, name) in zip(raws, names, strict=True):
        entry: Entry = decode_as(raw, Entry, file.path)
        attributes = dict(entry.file_attributes)
        media = image_media(images.find(entry.filename), name, _size(attributes))
        try:
            notes = tuple(_annotation(region, table, key) for region in entry.listed())
        except ValueError as error:
            raise FormatError(f"{entry.filename}: {error}", path=file.path) from error
        yield Item(id=own, subset=subset, media=(media,), attributes=attributes, annotations=notes)


def _size(attributes: Fields) -> tuple[int, int] | None:
    """The size that our writer put among the attributes, which is taken from them."""
    height, width = attributes.get("height"), attributes.get("width")
    if type(height) is int and type(width) is int and height > 0 and width > 0:
        del attributes["height"], attributes["width"]
        return height, width
    return None


def _annotation(region: Region, table: LabelTable, key: str) -> Annotation:
    shape = region.shape_attributes
    make = _SHAPES.get(shape.name)
    if make is None:
        raise ValueError(f"a region is a '{shape.name}', which is not known")
    attributes = {name: said for name, said in region.region_attributes.items() if name != key}
    score = attributes.get("score")
    if type(score) in {int, float}:
        del attributes["score"]
    else:
        score = None
    label = table.find(_label(region, key))
    return make(shape, {"label": label, "score": score, "attributes": attributes})


def _points(shape: Shape) -> tuple[float, ...]:
    xs, ys = shape.all_points_x, shape.all_points_y
    if len(xs) != len(ys) or not xs:
        raise ValueError(f"a {shape.name} has {len(xs)} x and {len(ys)} y")
    return tuple(value for point in zip(xs, ys, strict=True) for value in point)


def _ellipse(shape: Shape, common: Fields) -> Annotation:
    angle = math.degrees(shape.theta)
    return Ellipse(cx=shape.cx, cy=shape.cy, rx=shape.rx, ry=shape.ry, angle=angle, **common)


_SHAPES: dict[str, Callable[[Shape, Fields], Annotation]] = {
    "rect": lambda one, common: Box(x=one.x, y=one.y, w=one.width, h=one.height, **common),
    "circle": lambda one, common: Ellipse(cx=one.cx, cy=one.cy, rx=one.r, ry=one.r, **common),
    "ellipse": _ellipse,
    "polygon": lambda one, common: Polygon(points=_points(one), **common),
    "polyline": lambda one, common: Polyline(points=_points(one), **common),
    "point": lambda one, common: Points(points=(one.cx, one.cy), **common),
}
