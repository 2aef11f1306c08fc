"""Reading the XML of LabelMe."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from lxml import etree
from msgspec.structs import replace

from datum.errors import FormatError
from datum.model import Annotation, Box, Item, Mask, Points, Polygon, Polyline
from datum.plugins import Reading
from datum_formats._common.bitmaps import decode_png, mask_counts
from datum_formats._common.files import inside, read_bytes
from datum_formats._common.images import find_images, image_media
from datum_formats._common.labels import LabelTable, read_labels
from datum_formats._common.sidecars import Sidecar, find_sidecars, image_item
from datum_formats._common.xmlfile import read_xml
from datum_formats.label_me.attributes import parse_attributes

__all__ = ["MASKS", "read_label_me"]

MASKS = "Masks"
"""The folder of masks, beside the files that name them."""
_MARKS, _PICTURES = "Annotations", "Images"
"""Folders of the tool's server."""
_LARGEST = 2**28
"""Pixels of a mask that is decoded."""

Size = tuple[int, int]


def read_label_me(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read the files below *path*, or the one that it is.

    Raises:
        FormatError: A file is broken: at once where it is no XML, while iterating else.
    """
    sidecars = _apart(path) or _beside(path)
    table = LabelTable(read_labels(path), _used(sidecars))
    return Reading(categories=table.categories, items=_items(sidecars, table))


def _beside(path: Path) -> list[Sidecar]:
    """Files beside the images, as those who pass datasets around have them."""
    found = find_sidecars(path, ".xml")
    return [one for one in found if one.file or MASKS not in one.place.parts]


def _apart(path: Path) -> list[Sidecar]:
    """Files in ``Annotations/<subset>``, images in ``Images/<subset>``, as the tool's server has them."""
    marks, pictures = path / _MARKS, path / _PICTURES
    if not marks.is_dir() or not pictures.is_dir():
        return []
    found: list[Sidecar] = []
    for place, group in groupby(find_sidecars(marks, ".xml"), key=lambda one: one.folder):
        sidecars = list(group)
        folder = pictures / place.relative_to(marks)
        images = find_images(folder)
        found += [replace(one, folder=folder, image=images.pop(one.id, None)) for one in sidecars]
        found += [
            replace(sidecars[0], id=name, folder=folder, file=None, image=image)
            for name, image in images.items()
        ]
    return found


def _used(sidecars: Sequence[Sidecar]) -> Iterator[str]:
    for sidecar in sidecars:
        if sidecar.file is not None:
            objects = _objects(_root(sidecar.file))
            yield from filter(None, (_said(one, "name") for one in objects))


def _root(file: Path) -> etree._Element:
    root = read_xml(file)
    if root.tag != "annotation":
        raise FormatError(f"the root is <{root.tag}>, not <annotation>", path=file)
    return root


def _objects(root: etree._Element) -> list[etree._Element]:
    """The objects that are not deleted."""
    return [one for one in root.iter("object") if _said(one, "deleted") != "1"]


def _said(element: etree._Element, path: str) -> str:
    """The text at a place below an element, without the spaces around it."""
    return (element.findtext(path) or "").strip()


def _items(sidecars: Sequence[Sidecar], table: LabelTable) -> Iterator[Item]:
    for sidecar in sidecars:
        if sidecar.file is None:
            yield image_item(sidecar)
            continue
        try:
            yield _item(sidecar, sidecar.file, table)
        except ValueError as error:
            raise FormatError(str(error), path=sidecar.file) from error


def _item(sidecar: Sidecar, file: Path, table: LabelTable) -> Item:
    root = _root(file)
    height, width = _said(root, "imagesize/nrows"), _said(root, "imagesize/ncols")
    size = (int(height), int(width)) if _is_count(height) and _is_count(width) else None
    name = _said(root, "filename").replace("\\", "/").rpartition("/")[2]
    if sidecar.image is not None:
        name = sidecar.image.relative_to(sidecar.folder).as_posix()
    media = image_media(sidecar.image, name, size)
    known = (media.height, media.width) if media.height and media.width else None
    objects = _objects(root)
    groups = _groups(objects)
    notes = tuple(
        _annotation(one, table.find(_said(one, "name")), group, (file, known))
        for one, group in zip(objects, groups, strict=True)
    )
    there = (media,) if name else ()
    return Item(id=sidecar.id, subset=sidecar.subset, media=there, annotations=notes)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < len(text) < 8 and int(text) > 0  # noqa: PLR2004 (a guard)


def _groups(objects: Sequence[etree._Element]) -> list[int]:
    """For each object the number of the group that its parts make; 0 for none."""
    ids = [_said(one, "id") or str(number) for number, one in enumerate(objects)]
    leader = {own: own for own in ids}

    def find(own: str) -> str:
        while leader[own] != own:
            own = leader[own]
        return own

    for own, one in zip(ids, objects, strict=True):
        said = f"{_said(one, 'parts/hasparts')},{_said(one, 'parts/ispartof')}"
        for other in filter(None, (word.strip() for word in said.split(","))):
            if other in leader:
                leader[find(other)] = find(own)
    heads = [find(own) for own in ids]
    numbers = {
        head: n for n, head in enumerate(dict.fromkeys(h for h in heads if heads.count(h) > 1), 1)
    }
    return [numbers.get(head, 0) for head in heads]


def _annotation(
    one: etree._Element, label: int | None, group: int, where: tuple[Path, Size | None]
) -> Annotation:
    common: dict[str, Any] = {"label": label, "group": group, "attributes": _attributes(one)}
    segm = one.find("segm")
    if segm is not None:
        return _mask(segm, where, common)
    polygon = one.find("polygon")
    points = (
        [] if polygon is None else [_number(pt, axis) for pt in polygon.iter("pt") for axis in "xy"]
    )
    if not points:
        raise ValueError("an object has neither points nor a mask")
    if _said(one, "type") == "bounding_box":
        left, top, right, bottom = (
            min(points[::2]),
            min(points[1::2]),
            max(points[::2]),
            max(points[1::2]),
        )
        return Box(x=left, y=top, w=right - left, h=bottom - top, **common)
    if len(points) == 2:  # noqa: PLR2004 (one point)
        return Points(points=tuple(points), **common)
    if len(points) == 4:  # noqa: PLR2004 (two points)
        return Polyline(points=tuple(points), **common)
    return Polygon(points=tuple(points), **common)


def _number(point: etree._Element, axis: str) -> float:
    text = _said(point, axis)
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"line {_line(point)}: {axis} '{text[:40]}' is not a number")
    return number


def _line(element: Any) -> int | None:
    """Where an element is; the stubs do not say that it is a number."""
    line = element.sourceline
    return line if isinstance(line, int) else None


def _attributes(one: etree._Element) -> dict[str, Any]:
    found = parse_attributes(one.findtext("attributes") or "")
    if _said(one, "occluded").lower() == "yes":
        found["occluded"] = True
    if _said(one, "verified") == "1":
        found["verified"] = True
    user = _said(one, "polygon/username") or _said(one, "segm/username")
    for name, said in (("date", _said(one, "date")), ("username", user)):
        if said:
            found[name] = said
    return found


def _masks_of(folder: Path) -> Path:
    """The folder of masks that belongs to one of annotations, ``Masks/<subset>``."""
    parts = list(folder.parts)
    parts[len(parts) - 1 - parts[::-1].index(_MARKS)] = MASKS
    return Path(*parts)


def _mask(
    segm: etree._Element, where: tuple[Path, Size | None], common: dict[str, Any]
) -> Annotation:
    file, size = where
    name = segm.findtext("mask") or ""
    path = inside(file.parent, f"{MASKS}/{name}", path=file, line=_line(segm))
    if not path.is_file():
        name = (
            name.strip()
        )  # spaces are part of a name where there is such a file, else of the layout
        path = inside(file.parent, f"{MASKS}/{name}", path=file, line=_line(segm))
    if not path.is_file() and _MARKS in file.parent.parts:
        path = inside(_masks_of(file.parent), name, path=file, line=_line(segm))
    most = size[0] * size[1] if size else _LARGEST
    pixels = decode_png(read_bytes(path), min(most, _LARGEST))
    height, width = pixels.shape
    if size is not None and size != (height, width):
        raise ValueError(f"mask '{name}' is {height} x {width}, its image {size[0]} x {size[1]}")
    counts = mask_counts(pixels, 0, 0, height, width)
    return Mask(height=height, width=width, counts=counts, **common)
