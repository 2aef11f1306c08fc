"""Writing projects of VIA 2."""

import math
from collections.abc import Iterator
from typing import Any

from datum.model import Annotation, Box, Ellipse, Item, Points, Polygon, Polyline
from datum.plugins import Writing
from datum_formats._common.exports import items_with_images, subsets_of
from datum_formats._common.jsonfile import stream_map
from datum_formats._common.labels import name_of
from datum_formats._common.losses import Places, count_dataset, count_fields, lose, where
from datum_formats._common.names import check_labels, subset_folder
from datum_formats._common.shapes import is_finite

__all__ = ["write_via"]

_PLACES = Places(name="VIA", fields=frozenset(["score", "attributes"]), item_attributes=True)

Fields = dict[str, Any]


def write_via(writing: Writing) -> None:
    """Write a project for each subset.

    Raises:
        FormatError: A subset, an item or a label has a name that the layout cannot hold.
    """
    key = writing.options.get("label_attribute") or "label"
    names = writing.dataset.categories.names()
    check_labels(names, "VIA")
    count_dataset(writing, _PLACES)
    for subset in subsets_of(writing):
        name = subset_folder(subset)
        folder = f"images/{name}/"
        project: dict[str, Any] = {
            "_via_settings": _settings(name),
            "_via_img_metadata": _entries(writing, subset, folder, key),
            "_via_attributes": {"region": {key: _options(names)}, "file": {}},
            "_via_data_format_version": "2.0.10",
            "_via_image_id_list": [],
        }
        writing.output.stream(f"{name}.json", stream_map(project))


def _settings(name: str) -> Fields:
    return {
        "ui": {},
        "core": {"buffer_size": 18, "filepath": {}, "default_filepath": ""},
        "project": {"name": name},
    }


def _options(names: tuple[str, ...]) -> Fields:
    options = dict.fromkeys(names, "")
    return {"type": "dropdown", "description": "", "options": options, "default_options": {}}


def _entries(writing: Writing, subset: str, folder: str, key: str) -> Iterator[tuple[str, Fields]]:
    for item, image in items_with_images(writing, subset, folder, _PLACES):
        attributes = dict(item.attributes)
        for name in ("width", "height"):
            if type(attributes.get(name)) is int:
                reason = "it is the size of the image there"
                writing.losses.add(f"attribute {name}", reason, where=where(item))
                del attributes[name]
        saved = writing.save_media and item.image is not None and item.image.content is not None
        if not saved and item.size is not None:
            attributes |= {"height": item.size[0], "width": item.size[1]}
        regions = [
            region for one in item.annotations for region in _region(one, item, writing, key)
        ]
        # the size of the file is part of VIA's key; -1 is what it has where that is unknown
        yield (
            f"{folder}{image}-1",
            {
                "filename": folder + image,
                "size": -1,
                "regions": regions,
                "file_attributes": attributes,
            },
        )


def _region(one: Annotation, item: Item, writing: Writing, key: str) -> list[Fields]:
    shape = _shape(one)
    if shape is None:
        lose([one], "VIA has no such region, or not of this extent", item, writing.losses)
        return []
    count_fields(one, item, writing.losses, _PLACES)
    attributes = dict(one.attributes)
    for name in (key, "score"):
        taken = name == key or type(attributes.get(name)) in {int, float}
        if name in attributes and taken:
            writing.losses.add(
                f"attribute {name}", "VIA has it for the label or the score", where=where(item)
            )
            del attributes[name]
    names = writing.dataset.categories.names()
    name = name_of(one, names)
    if name:
        attributes[key] = name
    if one.score is not None:
        attributes["score"] = one.score
    return [{"shape_attributes": shape, "region_attributes": attributes}]


def _shape(one: Annotation) -> Fields | None:
    """The shape as VIA has it; None where it has none."""
    match one:
        case Box():
            return _finite(
                {"name": "rect", "x": one.x, "y": one.y, "width": one.w, "height": one.h}
            )
        case Ellipse():
            fields = {"name": "ellipse", "cx": one.cx, "cy": one.cy, "rx": one.rx, "ry": one.ry}
            return _finite({**fields, "theta": math.radians(one.angle)})
        case Points() if len(one.points) == 2:  # noqa: PLR2004 (one point)
            return _finite({"name": "point", "cx": one.points[0], "cy": one.points[1]})
        case Polygon() | Polyline() if one.points and is_finite(one.points):
            xs, ys = list(one.points[0::2]), list(one.points[1::2])
            return {"name": one.kind, "all_points_x": xs, "all_points_y": ys}
        case _:
            return None


def _finite(fields: Fields) -> Fields | None:
    return (
        fields if is_finite(value for value in fields.values() if value != fields["name"]) else None
    )
