"""Writing datasets of FiftyOne."""

import base64
import io
import zlib
from collections.abc import Iterator
from typing import Any

from datum.model import Annotation, Box, Item, Label, Mask, Points, Polygon, Polyline
from datum.plugins import Writing
from datum_formats._common.bitmaps import crop
from datum_formats._common.exports import items_with_images, subsets_of
from datum_formats._common.jsonfile import encode, stream_fields
from datum_formats._common.labels import name_of
from datum_formats._common.losses import Places, count_dataset, count_fields, lose, where
from datum_formats._common.names import check_labels, subset_folder
from datum_formats._common.shapes import is_finite, point_pairs
from datum_formats.fiftyone.fields import FIELDS, LABEL_KEYS, LISTS, SAMPLE_KEYS, SPLITS
from datum_formats.fiftyone.read import SAMPLES

__all__ = ["write_fiftyone"]

_PLACES = Places(name="FiftyOne", fields=frozenset(["score", "attributes"]), item_attributes=True)

Fields = dict[str, Any]


def write_fiftyone(writing: Writing) -> None:
    """Write a dataset.

    Raises:
        FormatError: A subset, an item or a label has a name that the layout cannot hold.
    """
    names = writing.dataset.categories.names()
    check_labels(names, "the classes of FiftyOne")
    count_dataset(writing, _PLACES)
    metadata = {"name": "datum", "media_type": "image", "default_classes": list(names), "info": {}}
    writing.output.write("metadata.json", encode(metadata))
    writing.output.stream(SAMPLES, stream_fields("samples", _samples(writing)))


def _samples(writing: Writing) -> Iterator[Fields]:
    for subset in subsets_of(writing):
        folder = f"data/{subset_folder(subset)}/"
        for item, image in items_with_images(writing, subset, folder, _PLACES):
            yield _Sample(writing, item).value(folder + image)


class _Sample:
    """One sample."""

    def __init__(self, writing: Writing, item: Item) -> None:
        self._item = item
        self._losses = writing.losses
        self._names = writing.dataset.categories.names()

    def value(self, path: str) -> Fields:
        """The sample, to be encoded."""
        labels = self._labels()
        attributes = self._attributes(labels)
        sample: Fields = {"filepath": path, "tags": self._tags(attributes)}
        if self._item.size is not None:
            height, width = self._item.size
            sample["metadata"] = {"_cls": "ImageMetadata", "width": width, "height": height}
        return {**sample, **attributes, **labels}

    def _tags(self, attributes: Fields) -> list[str]:
        """The subset and the further tags, which are taken from the attributes."""
        subset = self._item.subset
        said = attributes.get("tags")
        rest = [tag for tag in said if isinstance(tag, str)] if isinstance(said, list) else []
        if rest and rest == said and (subset in SPLITS or not set(rest) & set(SPLITS)):
            del attributes["tags"]
            return [subset, *rest]
        if "tags" in attributes:
            del attributes["tags"]
            self._losses.add(
                "attribute tags", "tags are the subset and texts", where=where(self._item)
            )
        return [subset]

    def _attributes(self, labels: Fields) -> Fields:
        found: Fields = {}
        for name, value in self._item.attributes.items():
            is_label = isinstance(value, dict) and "_cls" in value
            if name != "tags" and (name in SAMPLE_KEYS or name in labels or is_label):
                reason = "a sample has a field of that name"
                self._losses.add(f"attribute {name}", reason, where=where(self._item))
            else:
                found[name] = value
        return found

    def _labels(self) -> Fields:
        """The fields of labels."""
        found: Fields = {}
        for one in self._item.annotations:
            said = self._label(one)
            if said is None:
                reason = "FiftyOne has no such label, or not of this extent"
                lose([one], reason, self._item, self._losses)
                continue
            kind, value = said
            field = self._field(one, kind, found)
            holder = found.setdefault(field, {"_cls": kind, LISTS[kind]: []})
            holder[LISTS[kind]].append(self._with_rest(one, kind, value))
        return found

    def _field(self, one: Annotation, kind: str, found: Fields) -> str:
        """The field of a label: the one that an attribute names, if it has labels of that kind."""
        field = one.attributes.get("field")
        taken = {*SAMPLE_KEYS, *FIELDS.values()}
        if not isinstance(field, str) or not field.isidentifier() or field in taken:
            return FIELDS[kind]
        return field if found.get(field, {"_cls": kind})["_cls"] == kind else FIELDS[kind]

    def _label(self, one: Annotation) -> tuple[str, Fields] | None:
        """The class of a label, and its place; None where FiftyOne has none for it."""
        if isinstance(one, Label):
            return "Classifications", {}
        size = self._item.size
        if size is None or not all(size):
            return None
        match one:
            case Box() if is_finite((one.x, one.y, one.w, one.h)):
                x, y, w, h = _parts((one.x, one.y, one.w, one.h), size)
                return "Detections", {"bounding_box": [x, y, w, h]}
            case Mask() if size == (one.height, one.width):
                return "Detections", _mask(one)
            case Polygon() | Polyline() if one.points and is_finite(one.points):
                closed = isinstance(one, Polygon)
                points = [point_pairs(_parts(one.points, size))]
                return "Polylines", {"points": points, "closed": closed, "filled": closed}
            case Points() if one.points and is_finite(one.points):
                return "Keypoints", {"points": point_pairs(_parts(one.points, size))}
            case _:
                return None

    def _with_rest(self, one: Annotation, kind: str, value: Fields) -> Fields:
        """A label with its class, its score and its attributes."""
        count_fields(one, self._item, self._losses, _PLACES)
        said: Fields = {"_cls": kind[:-1], "label": None, **value}
        said["label"] = name_of(one, self._names) or None
        if one.score is not None:
            said["confidence"] = one.score
        field = self._field(one, kind, {})
        inner: Fields = {}
        for name, content in one.attributes.items():
            if (name, content) == ("field", field):
                continue
            if _is_own(name, content) or name not in {*LABEL_KEYS, "field"}:
                said[name] = content
            else:
                inner[name] = {"_cls": "Attribute", "value": content}
        return {**said, "attributes": inner}


def _is_own(name: str, content: Any) -> bool:
    """Whether an attribute is what FiftyOne has a key of that name for."""
    if name == "tags":
        return isinstance(content, list) and all(isinstance(tag, str) for tag in content)
    return name == "index" and type(content) is int


def _parts(values: tuple[float, ...], size: tuple[int, int]) -> list[float]:
    """X and y by turns, as parts of the image."""
    height, width = size
    return [value / (height if at % 2 else width) for at, value in enumerate(values)]


def _mask(one: Mask) -> Fields:
    """The box around the pixels, and the pixels in it: NumPy's format, compressed, in base64."""
    import numpy as np

    left, top, pixels = crop(one)
    rows, columns = pixels.shape
    file = io.BytesIO()
    np.lib.format.write_array(file, np.ascontiguousarray(pixels), version=(1, 0))
    data = base64.b64encode(zlib.compress(file.getvalue(), 6)).decode()
    box = _parts((left, top, columns, rows), (one.height, one.width))
    return {"bounding_box": box, "mask": {"$binary": {"base64": data, "subType": "00"}}}
