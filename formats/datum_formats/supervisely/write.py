"""Writing projects of Supervisely."""

import base64
import zlib
from collections.abc import Mapping
from typing import Any

from datum.model import (
    Annotation,
    Box,
    Item,
    Label,
    Mask,
    Points,
    Polygon,
    Polyline,
    Skeleton,
)
from datum.plugins import Writing
from datum_formats._common.bitmaps import crop, encode_png
from datum_formats._common.exports import items_with_images
from datum_formats._common.jsonfile import encode
from datum_formats._common.labels import name_of
from datum_formats._common.losses import Places, count_dataset, count_fields, lose, where
from datum_formats._common.names import check_labels, subset_folder
from datum_formats._common.shapes import is_finite, point_pairs
from datum_formats.supervisely.classes import classes_for
from datum_formats.supervisely.document import TagMeta
from datum_formats.supervisely.read import META
from datum_formats.supervisely.tags import tag_metas, tags_for

__all__ = ["write_supervisely"]

_PLACES = Places(
    name="Supervisely",
    fields=frozenset(["attributes", "hole"]),
    labels=frozenset(["color", "skeletons"]),
    item_attributes=True,
)

Fields = dict[str, Any]


def write_supervisely(writing: Writing) -> None:
    """Write a project.

    Raises:
        FormatError: A subset, an item or a label has a name that the layout cannot hold.
    """
    dataset = writing.dataset
    check_labels(dataset.categories.names(), "the classes of Supervisely")
    count_dataset(writing, _PLACES)
    metas = tag_metas(dataset, (item.attributes for item in dataset.bare_items()))
    meta = {
        "classes": classes_for(dataset.categories),
        "tags": [
            {
                "name": one.name,
                "value_type": one.value_type,
                "values": one.values,
                "color": "#808080",
            }
            for one in metas.values()
        ],
        "projectType": "images",
    }
    writing.output.write(META, encode(meta, indent=2))
    for subset in dataset.subsets():
        folder = f"{subset_folder(subset, {META})}/"
        for item, image in items_with_images(writing, subset, f"{folder}img/", _PLACES):
            document = _Document(writing, item, metas).value()
            writing.output.write(f"{folder}ann/{image}.json", encode(document))


class _Document:
    """The file of one image."""

    def __init__(self, writing: Writing, item: Item, metas: Mapping[str, TagMeta]) -> None:
        self._item = item
        self._losses = writing.losses
        self._known = writing.dataset.categories
        self._metas = metas

    def value(self) -> Fields:
        """The file, to be encoded."""
        height, width = self._item.size or (None, None)
        labels: dict[str, None] = {}
        objects: list[Fields] = []
        for one in self._item.annotations:
            name = name_of(one, self._known.names())
            if isinstance(one, Label) and name not in labels and self._is_bare(name):
                labels[name] = None
                count_fields(one, self._item, self._losses, Places(name="a tag of Supervisely"))
                continue
            shape = self._shape(one) if name else None
            if shape is None:
                reason = "Supervisely has no such object, or it has no class"
                lose([one], reason, self._item, self._losses)
                continue
            objects.append(self._object(one, name, len(objects) + 1, shape))
        tags = [{"name": name, "value": None} for name in labels]
        return {
            "description": "",
            "tags": tags + tags_for(self._attributes(), self._metas),
            "size": {"height": height, "width": width},
            "objects": objects,
        }

    def _is_bare(self, name: str) -> bool:
        """Whether a tag of that name never has a value."""
        return name in self._metas and self._metas[name].value_type == "none"

    def _attributes(self) -> Fields:
        """The attributes of the image, but for one that would be read as a label."""
        names = self._known.names()
        found = dict(self._item.attributes)
        for name, value in self._item.attributes.items():
            if name in names and value is True and self._is_bare(name):
                reason = "a tag of that name is a label"
                self._losses.add(f"attribute {name}", reason, where=where(self._item))
                del found[name]
        return found

    def _object(self, one: Annotation, name: str, number: int, shape: Fields) -> Fields:
        count_fields(one, self._item, self._losses, _PLACES)
        tags = tags_for(one.attributes, self._metas)
        return {"id": number, "classTitle": name, "description": "", "tags": tags, **shape}

    def _shape(self, one: Annotation) -> Fields | None:
        """The kind of an object and its place; None where Supervisely has none for it."""
        match one:
            case Box():
                return _outline("rectangle", (one.x, one.y, one.x + one.w, one.y + one.h))
            case Polygon():
                return _outline("polygon", one.points, one.holes)
            case Polyline():
                return _outline("line", one.points)
            case Points() if len(one.points) == 2:  # noqa: PLR2004 (one point)
                return _outline("point", one.points)
            case Mask() if self._item.size == (one.height, one.width):
                left, top, pixels = crop(one)
                data = base64.b64encode(zlib.compress(encode_png(pixels), 6)).decode()
                bitmap = {"data": data, "origin": [left, top]}
                return {"geometryType": "bitmap", "bitmap": bitmap}
            case Skeleton():
                return self._graph(one)
            case _:
                return None

    def _graph(self, one: Skeleton) -> Fields | None:
        spec = self._known.skeleton_of(one.label)
        number = len(one.points) // 2
        seen = one.visibility or (2,) * number
        fits = spec is not None and number == len(spec.joints) == len(seen)
        if not fits or not is_finite(one.points):
            return None
        nodes = {
            str(at): {
                "loc": [one.points[2 * at], one.points[2 * at + 1]],
                "disabled": seen[at] == 1,
            }
            for at in range(number)
            if seen[at]
        }
        return {"geometryType": "graph", "nodes": nodes}


def _outline(
    kind: str, points: tuple[float, ...], holes: tuple[tuple[float, ...], ...] = ()
) -> Fields | None:
    rings = [points, *holes]
    if not points or any(len(ring) % 2 or not is_finite(ring) for ring in rings):
        return None
    exterior, *interior = (point_pairs(ring) for ring in rings)
    return {"geometryType": kind, "points": {"exterior": exterior, "interior": interior}}
