"""Writing the JSON of LabelMe."""

import base64
from typing import Any

from datum.losses import LossReport
from datum.model import (
    Annotation,
    Box,
    Ellipse,
    Item,
    Label,
    Mask,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
)
from datum.plugins import Writing
from datum_formats._common.bitmaps import crop, encode_png
from datum_formats._common.exports import items_with_images
from datum_formats._common.jsonfile import encode
from datum_formats._common.labels import LABELS, labels_text, name_of
from datum_formats._common.losses import Places, count_dataset, count_fields, lose
from datum_formats._common.names import subset_folder
from datum_formats._common.shapes import corners, is_finite
from datum_formats.labelme.document import DOCUMENT_KEYS, SHAPE_KEYS

__all__ = ["write_labelme"]

_PLACES = Places(
    name="LabelMe", fields=frozenset(["group", "score", "attributes"]), item_attributes=True
)
_VERSION = "5.5.0"
"""Of LabelMe, whose files these are like."""

Fields = dict[str, Any]


def write_labelme(writing: Writing) -> None:
    """Write a file for each item.

    Raises:
        FormatError: A subset, an item or a label has a name that the layout cannot hold.
    """
    names = writing.dataset.categories.names()
    writing.output.write(LABELS, labels_text(names))
    count_dataset(writing, _PLACES)
    for subset in writing.dataset.subsets():
        folder = f"{subset_folder(subset, {LABELS})}/"
        for item, image in items_with_images(writing, subset, folder, _PLACES):
            document = _document(item, image.rpartition("/")[2], names, writing.losses)
            writing.output.write(f"{folder}{item.id}.json", encode(document, indent=2))


def _document(item: Item, image: str, names: tuple[str, ...], losses: LossReport) -> Fields:
    flags, shapes = _annotations(item, names, losses)
    rest = dict(item.attributes)
    for key, value in item.attributes.items():
        if value is False and key not in flags:
            flags[key] = rest.pop(key)
    height, width = item.size or (None, None)
    inner = {key: rest.pop(key) for key in item.attributes if key in rest and key in DOCUMENT_KEYS}
    return {
        "version": _VERSION,
        "flags": flags,
        "shapes": shapes,
        "imagePath": image,
        "imageData": None,
        "imageHeight": height,
        "imageWidth": width,
        **rest,
        **({"attributes": inner} if inner else {}),
    }


def _annotations(
    item: Item, names: tuple[str, ...], losses: LossReport
) -> tuple[dict[str, bool], list[Fields]]:
    """The flags of the image, and its shapes."""
    flags: dict[str, bool] = {}
    shapes: list[Fields] = []
    for one in item.annotations:
        name = name_of(one, names)
        if isinstance(one, Label):
            if not name or name in flags:
                lose([one], "an image has a flag for each label once", item, losses)
                continue
            flags[name] = True
            count_fields(one, item, losses, Places(name="a flag of LabelMe"))
            continue
        shape = _shape(one, item)
        if shape is None:
            lose([one], "LabelMe has no such shape, or not of this extent", item, losses)
            continue
        shapes.append({"label": name, **shape, **_extras(one)})
        _count(one, item, losses)
    return flags, shapes


def _count(one: Annotation, item: Item, losses: LossReport) -> None:
    count_fields(one, item, losses, _PLACES)
    if isinstance(one, RotatedBox):
        lose([one], "LabelMe keeps its corners as a polygon", item, losses)


def _extras(one: Annotation) -> Fields:
    """What a shape says beside its points: flags, keys of its own, and those that LabelMe has taken."""
    rest = dict(one.attributes)
    flags = {
        name: rest.pop(name)
        for name, value in one.attributes.items()
        if value in (True, False) and isinstance(value, bool)
    }
    description = rest.get("description")
    if isinstance(description, str) and description:
        del rest["description"]
    else:
        description = ""
    inner = {name: rest.pop(name) for name in one.attributes if name in rest and name in SHAPE_KEYS}
    found: Fields = {"group_id": one.group or None, "description": description, "flags": flags}
    if one.score is not None:
        found["score"] = one.score
    return {**found, **rest, **({"attributes": inner} if inner else {})}


def _shape(one: Annotation, item: Item) -> Fields | None:
    """The kind and the points of a shape; None where LabelMe has none for it."""
    match one:
        case Box():
            return _points("rectangle", (one.x, one.y, one.x + one.w, one.y + one.h))
        case RotatedBox():
            return _points("polygon", corners(one))
        case Polygon():
            return _points("polygon", one.points)
        case Polyline():
            return _points("line" if len(one.points) == 4 else "linestrip", one.points)  # noqa: PLR2004 (two points)
        case Points():
            return _points("point" if len(one.points) == 2 else "points", one.points)  # noqa: PLR2004 (one point)
        case Ellipse() if one.rx == one.ry:
            return _points("circle", (one.cx, one.cy, one.cx + one.rx, one.cy))
        case Mask() if item.size == (one.height, one.width):
            return _bitmap(one)
        case _:
            return None


def _points(kind: str, values: tuple[float, ...]) -> Fields | None:
    if not values or len(values) % 2 or not is_finite(values):
        return None
    pairs = [list(pair) for pair in zip(values[0::2], values[1::2], strict=True)]
    return {"points": pairs, "shape_type": kind}


def _bitmap(mask: Mask) -> Fields:
    left, top, pixels = crop(mask)
    height, width = pixels.shape
    points = [[left, top], [left + width - 1, top + height - 1]]
    data = base64.b64encode(encode_png(pixels)).decode()
    return {"points": points, "shape_type": "mask", "mask": data}
