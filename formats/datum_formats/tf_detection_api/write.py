"""Writing record files, one for each subset, record by record."""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from datum.errors import FormatError
from datum.model import Categories, Item, Media
from datum.plugins import Writing
from datum_formats._common.images import IMAGE_EXTENSIONS
from datum_formats.tf_detection_api import features as f
from datum_formats.tf_detection_api.example import (
    Bytes,
    Feature,
    Floats,
    Ints,
    encode_example,
)
from datum_formats.tf_detection_api.files import LABEL_MAP, record_name
from datum_formats.tf_detection_api.labelmap import encode_label_map, label_ids
from datum_formats.tf_detection_api.objects import Object, objects
from datum_formats.tf_detection_api.pictures import as_storable, encode_png_mask
from datum_formats.tf_detection_api.tfrecord import frame

__all__ = ["write"]

_NO_FIELD = "the format has no such field"


def write(writing: Writing) -> None:
    """Write the label map and every subset; a dataset without items as an empty ``default``."""
    for name in writing.dataset.infos:
        writing.losses.add(f"info {name}", _NO_FIELD)
    writing.output.write(LABEL_MAP, encode_label_map(writing.dataset.categories))
    records = _Records(writing)
    for subset in writing.dataset.subsets() or ["default"]:
        writing.output.stream(record_name(subset), records.of(subset))


class _Records:
    """Makes the records of items."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._losses = writing.losses
        self._categories: Categories = writing.dataset.categories
        self._ids = label_ids(self._categories)
        self._masks = bool(writing.options.get("save_masks"))

    def of(self, subset: str) -> Iterator[bytes]:
        """The framed records of a subset."""
        for item in self._writing.dataset.items(subset):
            where = f"{item.subset}/{item.id}"
            try:
                yield frame(encode_example(self._features(item, where)))
            except FormatError as error:
                raise FormatError(f"item '{where}': {error.reason}") from error
            except UnicodeEncodeError as error:
                raise FormatError(f"item {where!r} has text that is not Unicode") from error

    def _features(self, item: Item, where: str) -> dict[str, Feature]:
        if not item.id:
            raise FormatError("the id is empty")
        data, kind, ext = self._picture(item, where)
        height, width = item.size or (0, 0)
        features: dict[str, Feature] = self._attributes(item, where)
        features[f.SOURCE_ID] = _one(str(item.attributes.get("source_id", item.id)))
        features[f.FILENAME] = _one(item.id + ext)
        features[f.HEIGHT] = Ints((height,))
        features[f.WIDTH] = Ints((width,))
        features[f.ENCODED] = Bytes((data,))
        features[f.FORMAT] = _one(kind)
        if data:
            features[f.SHA256] = _one(hashlib.sha256(data).hexdigest())
        features.update(self._objects(item, where))
        return features

    def _picture(self, item: Item, where: str) -> tuple[bytes, str, str]:
        """Bytes of the image, its type, its extension; no bytes where media is not saved."""
        for more in item.media[1:]:
            self._losses.add("media", f"one image for each item, no {more.role}", where=where)
        image = item.image
        own = "" if image is None else PurePosixPath(image.path).suffix
        if own.lower() not in IMAGE_EXTENSIONS:
            own = ".jpg"
        kind = "png" if own.lower() == ".png" else "jpeg"
        data = self._load(image, where)
        stored = as_storable(data, self._writing.image_ext) if data else None
        if data and stored is None:
            self._losses.add("media", "the bytes are no image that can be stored", where=where)
        if stored is None:
            return b"", kind, own
        data, kind, ext = stored
        same = as_storable(data, own) if own else None
        keeps_own = not self._writing.image_ext and same is not None and same[0] is data
        return data, kind, own if keeps_own else ext

    def _load(self, image: Media | None, where: str) -> bytes | None:
        if image is None or not self._writing.save_media:
            return None
        data = None if image.content is None else self._writing.load(image)
        if data is None:
            self._losses.add("media", "there are no bytes to save", where=where)
        return data

    def _attributes(self, item: Item, where: str) -> dict[str, Feature]:
        """The features that were read as attributes of the item."""
        features: dict[str, Feature] = {}
        for name, value in item.attributes.items():
            if name == "source_id" and isinstance(value, str) and value:
                continue
            feature = _feature(value) if name.startswith("image/") else None
            if feature is None or name in f.KNOWN:
                self._losses.add(f"attribute {name}", "an item has no such field", where=where)
            else:
                features[name] = feature
        return features

    def _objects(self, item: Item, where: str) -> dict[str, Feature]:
        """The features of the objects: equally long lists."""
        size = item.size
        if size is None or not all(size):
            for one in item.annotations:
                self._losses.add(one.kind, "the size of the image is not known", where=where)
            return _object_features([], (1, 1), [], [])
        found = objects(item.annotations, self._losses, where, masks=self._masks)
        ids = [0 if one.label is None else self._id_of(one.label) for one in found]
        texts = ["" if one.label is None else self._categories.name_of(one.label) for one in found]
        features = _object_features(found, size, ids, texts)
        if self._masks and any(one.mask for one in found):
            features[f.MASK] = Bytes(tuple(self._png(one, size, where) for one in found))
        return features

    def _id_of(self, label: int) -> int:
        if not 0 <= label < len(self._ids):
            raise FormatError(f"label {label} is not declared")
        return self._ids[label]

    def _png(self, one: Object, size: tuple[int, int], where: str) -> bytes:
        """The mask of an object as PNG; no bytes where it has none, or none of the image's size."""
        if one.mask is None:
            return b""
        if (one.mask.height, one.mask.width) != size:
            self._losses.add("mask", "it is not of the size of the image", where=where)
            return b""
        return encode_png_mask(one.mask)


def _one(text: str) -> Bytes:
    return Bytes((text.encode(),))


def _object_features(
    found: list[Object], size: tuple[int, int], ids: list[int], texts: list[str]
) -> dict[str, Feature]:
    height, width = size
    boxes = [one.box for one in found]
    corners = (
        [x / width for x, _, _, _ in boxes],
        [y / height for _, y, _, _ in boxes],
        [(x + w) / width for x, _, w, _ in boxes],
        [(y + h) / height for _, y, _, h in boxes],
    )
    features: dict[str, Feature] = {
        name: Floats(tuple(values)) for name, values in zip(f.CORNERS, corners, strict=True)
    }
    features[f.CLASS_TEXT] = Bytes(tuple(text.encode() for text in texts))
    features[f.CLASS_LABEL] = Ints(tuple(ids))
    if found:
        features[f.PIXELS] = Bytes(tuple(f.PIXEL_BOX.pack(*box) for box in boxes))
    for feature, (name, kind) in f.OBJECT_ATTRIBUTES.items():
        values = [one.attributes.get(name) for one in found]
        if any(f.fits(value, kind) for value in values):
            told = [value if f.fits(value, kind) else kind() for value in values]
            features[feature] = f.encode_value(told, kind)
    return features


def _feature(value: Any) -> Feature | None:
    """The feature that reads back as *value*; None where there is none."""
    values = value if isinstance(value, list) else [value]
    if isinstance(value, list) and len(value) < 2:  # noqa: PLR2004 (one value reads back as itself)
        return None
    for kind in (str, int, float):
        if values and all(f.fits(one, kind) for one in values):
            return f.encode_value(values, kind)
    decoded = [_decoded(one) for one in values]
    known = tuple(one for one in decoded if one is not None)
    return Bytes(known) if known and len(known) == len(decoded) else None


def _decoded(value: Any) -> bytes | None:
    """Bytes of a text, or of those that are none and were read as base64."""
    if f.fits(value, str):
        return bytes(value.encode())
    if not isinstance(value, dict) or list(value) != ["base64"]:
        return None
    try:
        data = base64.b64decode(value["base64"], validate=True)
        data.decode()
    except UnicodeDecodeError:
        return data
    except (ValueError, TypeError):
        return None
    return None
