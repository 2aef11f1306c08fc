"""Reading record files: labels first, then one item for each record."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from datum.errors import FormatError
from datum.model import Annotation, Box, InMemory, Item, Mask, Media
from datum.plugins import Reading
from datum_formats._common.images import IMAGE_EXTENSIONS
from datum_formats.tf_detection_api import features as f
from datum_formats.tf_detection_api.example import (
    Bytes,
    Feature,
    Floats,
    Ints,
    decode_example,
    float32,
)
from datum_formats.tf_detection_api.files import RecordFile, label_map_files, record_files
from datum_formats.tf_detection_api.labelmap import LabelMap, read_label_map
from datum_formats.tf_detection_api.pictures import decode_png_mask, picture_size
from datum_formats.tf_detection_api.tfrecord import read_records

__all__ = ["read"]

Features = Mapping[str, Feature]


def read(path: Path, options: Mapping[str, Any]) -> Reading:  # noqa: ARG001 (the contract; there are none)
    """The dataset at *path*, a folder or one record file. Images come along as bytes.

    Raises:
        FormatError: There are no record files, or shards of them are missing; a label map is
            broken. While items are read: a record is broken.
    """
    files = record_files(path)
    maps = label_map_files(path if path.is_dir() else path.parent)
    labels = read_label_map(maps) if maps else _labels_of_records(files)
    return Reading(categories=labels.categories, items=_items(files, labels))


def _labels_of_records(files: Sequence[RecordFile]) -> LabelMap:
    """Labels as the records mention them, for a dataset without a label map."""
    named: dict[int, str] = {}
    texts: dict[str, None] = {}
    for file in files:
        for number, data in read_records(file.path):
            try:
                features = decode_example(data)
                numbers = _ints(features, f.CLASS_LABEL)
                names = _texts(features, f.CLASS_TEXT)
            except FormatError as error:
                raise _of_record(error, number, file) from error
            texts.update(dict.fromkeys(name for name in names if name))
            if len(numbers) == len(names):
                pairs = zip(numbers, names, strict=True)
            else:
                pairs = zip(numbers, [""] * len(numbers), strict=True)
            for one, name in pairs:
                if one > 0 and not named.get(one):
                    named[one] = name
    taken = set(named.values())
    entries = [(one, name or f"class_{one}", "") for one, name in named.items()]
    first = max(named, default=0) + 1
    more = sorted(name for name in texts if name not in taken)
    entries += [(number, name, "") for number, name in enumerate(more, start=first)]
    return LabelMap.of(entries, files[0].path)


def _of_record(error: FormatError, number: int, file: RecordFile) -> FormatError:
    return FormatError(f"record {number}: {error.reason}", path=file.path)


def _items(files: Sequence[RecordFile], labels: LabelMap) -> Iterator[Item]:
    seen: set[tuple[str, str]] = set()
    for file in files:
        for number, data in read_records(file.path):
            try:
                item = _item(decode_example(data), file.subset, number, labels)
            except FormatError as error:
                raise _of_record(error, number, file) from error
            if item.key in seen:
                twice = FormatError(f"item '{item.id}' is there twice")
                raise _of_record(twice, number, file)
            seen.add(item.key)
            yield item


def _item(features: Features, subset: str, number: int, labels: LabelMap) -> Item:
    if not any(name.startswith("image/") for name in features):
        raise FormatError("an example without features of an image")
    filename = _text(features, f.FILENAME)
    source = _text(features, f.SOURCE_ID)
    name = _without_extension(filename) or source or str(number)
    media = _media(features, filename)
    attributes = _item_attributes(features)
    if source and source != name:
        attributes["source_id"] = source
    size = None if media.height is None or media.width is None else (media.height, media.width)
    return Item(
        id=name,
        subset=subset,
        media=(media,),
        attributes=attributes,
        annotations=tuple(_annotations(features, size, labels)),
    )


def _without_extension(filename: str) -> str:
    """The name without an extension of images; an extension alone is a name."""
    stem, dot, ext = filename.rpartition(".")
    return stem if stem and f"{dot}{ext}".lower() in IMAGE_EXTENSIONS else filename


def _media(features: Features, filename: str) -> Media:
    encoded = _bytes(features, f.ENCODED)
    if len(encoded) > 1:
        raise FormatError(f"{f.ENCODED} has {len(encoded)} values")
    data = encoded[0] if encoded else b""
    height, width = _number(features, f.HEIGHT), _number(features, f.WIDTH)
    if not (height and width) and data:
        height, width = picture_size(data) or (0, 0)
    return Media(
        path=filename,
        height=height or None,
        width=width or None,
        content=InMemory(data) if data else None,
    )


def _annotations(
    features: Features, size: tuple[int, int] | None, labels: LabelMap
) -> Iterator[Annotation]:
    """A box for each object, and its mask in the same group."""
    boxes = _boxes(features, size)
    count = len(boxes)
    texts = _of_each(_texts(features, f.CLASS_TEXT), count, f.CLASS_TEXT) or [""] * count
    ids = _of_each(_ints(features, f.CLASS_LABEL), count, f.CLASS_LABEL) or [0] * count
    masks = _of_each(_bytes(features, f.MASK), count, f.MASK) or [b""] * count
    attributes = _object_attributes(features, count)
    group = 0
    for index, (x, y, w, h) in enumerate(boxes):
        label = _label(texts[index], ids[index], labels)
        known = attributes[index]
        if not masks[index] or size is None:
            yield Box(x=x, y=y, w=w, h=h, label=label, attributes=known)
            continue
        group += 1
        height, width, counts = decode_png_mask(masks[index], size)
        yield Box(x=x, y=y, w=w, h=h, label=label, attributes=known, group=group)
        yield Mask(
            height=height,
            width=width,
            counts=counts,
            label=label,
            attributes=dict(known),
            group=group,
        )


def _label(text: str, number: int, labels: LabelMap) -> int | None:
    """The index of a label: by its name, else by its id; id 0 without a name is none."""
    if text and text in labels.by_text:
        return labels.by_text[text]
    if number in labels.by_id and (number or not text):
        return labels.by_id[number] if number else None
    if not text and not number:
        return None
    raise FormatError(f"label {number} '{text}' is not in the label map")


def _boxes(
    features: Features, size: tuple[int, int] | None
) -> list[tuple[float, float, float, float]]:
    """Left, top, width, height in pixels."""
    corners = [_floats(features, name) for name in f.CORNERS]
    count = len(corners[0])
    if any(len(values) != count for values in corners):
        raise FormatError(f"{[len(values) for values in corners]} coordinates of corners")
    if count and size is None:
        raise FormatError("boxes, but the size of the image is told nowhere")
    height, width = size or (0, 0)
    pixels = _of_each(_bytes(features, f.PIXELS), count, f.PIXELS)
    boxes = []
    for index, (left, top, right, bottom) in enumerate(zip(*corners, strict=True)):
        if not all(map(isfinite, (left, top, right, bottom))) and not pixels:
            raise FormatError("a coordinate is not finite")
        box = _exact(pixels[index]) if pixels else None
        if box is None or _corners(box, height, width) != (left, top, right, bottom):
            box = (left * width, top * height, (right - left) * width, (bottom - top) * height)
        if not all(map(isfinite, box)):
            raise FormatError("a coordinate is not finite")
        boxes.append(box)
    return boxes


def _exact(data: bytes) -> tuple[float, float, float, float] | None:
    if len(data) != f.PIXEL_BOX.size:
        return None
    x, y, w, h = f.PIXEL_BOX.unpack(data)
    return (x, y, w, h)


def _corners(
    box: tuple[float, float, float, float], height: int, width: int
) -> tuple[float, float, float, float]:
    """Corners as a record has them."""
    x, y, w, h = box
    left, top, right, bottom = x / width, y / height, (x + w) / width, (y + h) / height
    return (float32(left), float32(top), float32(right), float32(bottom))


def _object_attributes(features: Features, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{} for _ in range(count)]
    for feature, (name, kind) in f.OBJECT_ATTRIBUTES.items():
        if feature not in features:
            continue
        values: Sequence[Any]
        if kind is str:
            values = _texts(features, feature)
        elif kind is float:
            values = _floats(features, feature)
        else:
            values = [bool(one) if one in (0, 1) else one for one in _ints(features, feature)]
        for attributes, value in zip(found, _of_each(values, count, feature), strict=False):
            attributes[name] = value
    return found


def _item_attributes(features: Features) -> dict[str, Any]:
    """The features that have no meaning here, so that they are written again."""
    found: dict[str, Any] = {}
    for name, feature in features.items():
        if name in f.KNOWN or not feature.values:
            continue
        values = [_plain(value) for value in feature.values]
        found[name] = values[0] if len(values) == 1 else values
    return found


def _plain(value: bytes | float) -> Any:
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}


def _of_each(values: Sequence[Any], count: int, name: str) -> Sequence[Any]:
    """The values, if there is one for each object, or none at all."""
    if values and len(values) != count:
        raise FormatError(f"{name} has {len(values)} values for {count} boxes")
    return values


def _bytes(features: Features, name: str) -> tuple[bytes, ...]:
    feature = features.get(name, Bytes(()))
    if not isinstance(feature, Bytes):
        if not feature.values:
            return ()
        raise FormatError(f"{name} is not a list of bytes")
    return feature.values


def _floats(features: Features, name: str) -> tuple[float, ...]:
    feature = features.get(name, Floats(()))
    if not isinstance(feature, Floats):
        if not feature.values:
            return ()
        raise FormatError(f"{name} is not a list of floats")
    return feature.values


def _ints(features: Features, name: str) -> tuple[int, ...]:
    feature = features.get(name, Ints(()))
    if not isinstance(feature, Ints):
        if not feature.values:
            return ()
        raise FormatError(f"{name} is not a list of integers")
    return feature.values


def _number(features: Features, name: str) -> int:
    values = _ints(features, name)
    if len(values) > 1 or any(not 0 <= value < 1 << 31 for value in values):
        raise FormatError(f"{name} is no size")
    return values[0] if values else 0


def _texts(features: Features, name: str) -> list[str]:
    try:
        return [value.decode() for value in _bytes(features, name)]
    except UnicodeDecodeError as error:
        raise FormatError(f"{name} is not UTF-8") from error


def _text(features: Features, name: str) -> str:
    """A text; the first where there are several, none where it is a number."""
    feature = features.get(name)
    if isinstance(feature, Ints) and feature.values:
        return str(feature.values[0])
    values = _texts(features, name)
    return values[0] if values else ""
