"""Writing VoTT's JSON."""

import hashlib
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from datum.model import Annotation, Box, Item, Points, Polygon, Polyline
from datum.plugins import Writing
from datum_formats._common.exports import items_with_images, subsets_of
from datum_formats._common.jsonfile import stream_map
from datum_formats._common.labels import name_of
from datum_formats._common.losses import Places, count_dataset, count_fields, lose
from datum_formats._common.names import check_labels, subset_folder
from datum_formats._common.shapes import box_of_shape, corners, is_finite

__all__ = ["write_json_export"]

_PLACES = Places(name="VoTT", labels=frozenset(["color"]))

Fields = dict[str, Any]


def write_json_export(writing: Writing) -> None:
    """Write an export for each subset.

    Raises:
        FormatError: A subset, an item or a label has a name that the layout cannot hold.
    """
    known = writing.dataset.categories
    check_labels(known.names(), "VoTT")
    count_dataset(writing, _PLACES)
    tags = [
        {"name": one.name, "color": "#{:02x}{:02x}{:02x}".format(*one.color) if one.color else ""}
        for one in known.labels
    ]
    for subset in subsets_of(writing):
        name = subset_folder(subset)
        export = {
            "name": name,
            "tags": tags,
            "version": "2.1.0",
            "assets": _assets(writing, subset, f"images/{name}/"),
        }
        writing.output.stream(f"{name}-export.json", stream_map(export))


def _assets(writing: Writing, subset: str, folder: str) -> Iterator[tuple[str, Fields]]:
    for item, image in items_with_images(writing, subset, folder, _PLACES):
        path = folder + image
        # VoTT's own ids are digests of paths, too
        key = hashlib.md5(path.encode(), usedforsecurity=False).hexdigest()
        asset: Fields = {"id": key, "format": image.rpartition(".")[2], "name": path}
        asset |= {"path": f"file:{path}", "state": 2, "type": 1}
        if item.size is not None:
            asset["size"] = {"width": item.size[1], "height": item.size[0]}
        regions = [
            region
            for number, one in enumerate(item.annotations, start=1)
            for region in _region(one, item, writing, f"{key}-{number}")
        ]
        yield key, {"asset": asset, "regions": regions, "version": "2.1.0"}


def _region(one: Annotation, item: Item, writing: Writing, key: str) -> list[Fields]:
    losses = writing.losses
    shape = _shape(one)
    bounds = box_of_shape([one])
    if shape is None:
        lose([one], "VoTT has no such region, or not of this extent", item, losses)
        return []
    tags = one.attributes.get("tags")
    further = (
        list(tags) if isinstance(tags, list) and all(isinstance(tag, str) for tag in tags) else []
    )
    names = writing.dataset.categories.names()
    label = name_of(one, names)
    kept = label and further
    count_fields(_without_tags(one) if kept else one, item, losses, _PLACES)
    kind, points = shape
    x, y, w, h = bounds or (points[0], points[1], 0.0, 0.0)
    return [
        {
            "id": key,
            "type": kind,
            "tags": [*([label] if label else ()), *(further if kept else ())],
            "boundingBox": {"height": h, "width": w, "left": x, "top": y},
            "points": [{"x": x, "y": y} for x, y in zip(points[0::2], points[1::2], strict=True)],
        }
    ]


def _without_tags(one: Annotation) -> Annotation:
    rest = {name: value for name, value in one.attributes.items() if name != "tags"}
    return replace(one, attributes=rest)


def _shape(one: Annotation) -> tuple[str, tuple[float, ...]] | None:
    """The kind of a region and its points; None where VoTT has none for it."""
    match one:
        case Box():
            kind, points = "RECTANGLE", corners(one)
        case Polygon():
            kind, points = "POLYGON", one.points
        case Polyline():
            kind, points = "POLYLINE", one.points
        case Points() if len(one.points) == 2:  # noqa: PLR2004 (one point)
            kind, points = "POINT", one.points
        case _:
            return None
    return (kind, points) if points and is_finite(points) else None
