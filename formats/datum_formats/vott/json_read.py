"""Reading VoTT's JSON."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.model import (
    Annotation,
    Box,
    Categories,
    Item,
    LabelCategory,
    Points,
    Polygon,
    Polyline,
)
from datum.plugins import Reading
from datum_formats._common.images import image_media
from datum_formats._common.jsonfile import decode_as, read_json
from datum_formats._common.labels import LabelTable
from datum_formats._common.names import subset_of
from datum_formats._common.references import Images, unique_ids
from datum_formats.vott.files import find_exports

__all__ = ["read_json_export"]

_COLOR = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")

Fields = dict[str, Any]


class _Point(msgspec.Struct, frozen=True):
    x: float
    y: float


class _Bounds(msgspec.Struct, frozen=True):
    left: float
    top: float
    width: float
    height: float


class _Region(msgspec.Struct, frozen=True):
    type: str = "RECTANGLE"
    tags: list[str] = []
    boundingBox: _Bounds | None = None  # noqa: N815 (VoTT's spelling)
    points: list[_Point] = []


class _Size(msgspec.Struct, frozen=True):
    width: int
    height: int


class _Asset(msgspec.Struct, frozen=True):
    name: str
    path: str = ""
    size: _Size | None = None


class _Entry(msgspec.Struct, frozen=True):
    asset: _Asset
    regions: list[_Region] = []


class _Tag(msgspec.Struct, frozen=True):
    name: str
    color: str = ""


class _Name(msgspec.Struct, frozen=True):
    name: str


class _Named(msgspec.Struct, frozen=True):
    asset: _Name


class _Export(msgspec.Struct, frozen=True):
    assets: dict[str, msgspec.Raw]
    tags: list[_Tag] = []


def read_json_export(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read the exports in the folder *path*, or the one that it is.

    Raises:
        FormatError: There is none, or one is broken.
    """
    root, files = find_exports(path, ".json")
    colors: dict[str, tuple[int, int, int] | None] = {}
    used: set[str] = set()
    for file in files:
        export: _Export = read_json(file, _Export)
        for tag in export.tags:
            found = _COLOR.fullmatch(tag.color)
            color = (int(found[1], 16), int(found[2], 16), int(found[3], 16)) if found else None
            colors[tag.name] = colors.get(tag.name) or color
        for raw in export.assets.values():
            entry: _Entry = decode_as(raw, _Entry, file)
            used.update(one.tags[0] for one in entry.regions if one.tags)
    table = LabelTable(filter(None, colors), filter(None, used))
    labels = tuple(LabelCategory(name=name, color=colors.get(name)) for name in table.names)
    return Reading(
        categories=Categories(labels=labels),
        items=(item for file in files for item in _items(file, root, table)),
    )


def _items(file: Path, root: Path, table: LabelTable) -> Iterator[Item]:
    stem = file.stem.removesuffix("-export")
    raws = list(read_json(file, _Export).assets.values())
    said: list[str] = [decode_as(raw, _Named, file).asset.name for raw in raws]
    names = unique_ids(said, f"images/{stem}/", file)
    images = Images(root)
    for raw, (own, name) in zip(raws, names, strict=True):
        entry: _Entry = decode_as(raw, _Entry, file)
        size = entry.asset.size
        known = (size.height, size.width) if size and size.height > 0 and size.width > 0 else None
        try:
            notes = tuple(_annotation(one, table) for one in entry.regions)
        except ValueError as error:
            raise FormatError(f"{entry.asset.name}: {error}", path=file) from error
        media = image_media(images.find(entry.asset.name), name, known)
        yield Item(id=own, subset=subset_of(stem), media=(media,), annotations=notes)


def _annotation(region: _Region, table: LabelTable) -> Annotation:
    make = _SHAPES.get(region.type)
    if make is None:
        raise ValueError(f"a region is a '{region.type}', which is not known")
    label = table.find(region.tags[0]) if region.tags else None
    rest = {"tags": region.tags[1:]} if len(region.tags) > 1 else {}
    return make(region, {"label": label, "attributes": rest})


def _box(region: _Region, common: Fields) -> Annotation:
    bounds = region.boundingBox
    if bounds is None:
        raise ValueError("a rectangle has no boundingBox")
    return Box(x=bounds.left, y=bounds.top, w=bounds.width, h=bounds.height, **common)


def _flat(region: _Region) -> tuple[float, ...]:
    if not region.points:
        raise ValueError(f"a {region.type} has no points")
    return tuple(value for point in region.points for value in (point.x, point.y))


_SHAPES: dict[str, Callable[[_Region, Fields], Annotation]] = {
    "RECTANGLE": _box,
    "SQUARE": _box,
    "POLYGON": lambda one, common: Polygon(points=_flat(one), **common),
    "POLYLINE": lambda one, common: Polyline(points=_flat(one), **common),
    "POINT": lambda one, common: Points(points=_flat(one), **common),
}
