"""Ultralytics' NDJSON: a line for the dataset, then one for each image, with its rows of numbers.

Followed is https://docs.ultralytics.com/datasets/detect/#ultralytics-ndjson-format. The numbers are those of the
label files of the same task; they stay text on the way, so that no digit is lost.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw

from datum.errors import FormatError
from datum.losses import LossReport
from datum.model import DEFAULT_SUBSET, Annotation, Categories, Item, Label
from datum.plugins import Reading, Writing
from datum_formats._common.exports import items_with_images, subsets_of
from datum_formats._common.images import image_media
from datum_formats._common.jsonfile import decode_as, json_lines
from datum_formats._common.losses import count_dataset
from datum_formats._common.names import check_labels, stem, subset_folder
from datum_formats._common.references import Images
from datum_formats.yolo.config import Config
from datum_formats.yolo.folders import class_lines
from datum_formats.yolo.label_write import Lines, box_lines, outline_lines
from datum_formats.yolo.objects import PLACES
from datum_formats.yolo.poses import PLACES as POSE_PLACES
from datum_formats.yolo.poses import pose_config, read_pose_config
from datum_formats.yolo.quads import corner_lines
from datum_formats.yolo.rows import LabelReader, Row, any_row, quad_row

__all__ = ["TASKS", "read_ndjson", "write_ndjson"]

TASKS = {
    "detect": "boxes",
    "segment": "segments",
    "obb": "obb",
    "pose": "pose",
    "classify": "classification",
}
"""The key of the rows of each task."""

_NAME = "dataset.ndjson"
_MOST = 100_000
"""Labels; more is a broken file."""


_INFOS = ("name", "description", "url", "version", "created_at", "updated_at", "license")
"""Keys of the first line that are infos of the dataset."""


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    type: str
    task: str = "detect"
    class_names: dict[str, str] = {}


class _Image(msgspec.Struct, frozen=True, kw_only=True):
    file: str
    type: str = "image"
    url: str = ""
    width: int | None = None
    height: int | None = None
    split: str = DEFAULT_SUBSET
    annotations: dict[str, list[Any]] | None = None


class _Rows(msgspec.Struct, frozen=True):
    """The rows of an image, whose numbers are still text."""

    annotations: dict[str, list[list[Raw] | int]] | None = None


def read_ndjson(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read the file that *path* is, or that lies in it.

    Raises:
        FormatError: There is none, or its first line is broken; while iterating, that another is.
    """
    file = path if path.is_file() else next(iter(sorted(path.glob("*.ndjson"))), path / _NAME)
    lines = json_lines(file)
    _, first = next(lines, (1, b"{}"))
    head: _Head = decode_as(first, _Head, file)
    if head.type != "dataset" or head.task not in TASKS:
        raise FormatError(
            f"the first line is of type '{head.type}', task '{head.task}'", path=file, line=1
        )
    plain: dict[str, Any] = decode_as(first, dict[str, Any], file)
    said = _texts(plain)
    names = _names(head, file)
    config = Config(path=file, root=file.parent, names=names, subsets={}, infos={}, said=said)
    categories = Categories.of(names)
    infos: dict[str, Any] = {}
    row: Callable[[Row], tuple[Annotation, ...]] = quad_row if head.task == "obb" else any_row
    if head.task == "pose":
        pose, infos = read_pose_config(config)
        categories, row = pose.categories, pose.row
    reader = LabelReader(labels=len(names), row=row)
    infos |= {name: plain[name] for name in _INFOS if plain.get(name) not in (None, "")}
    return Reading(categories=categories, items=_items(file, head.task, reader), infos=infos)


def _texts(value: Any) -> Any:
    """The value as data.yaml has it: every number a text."""
    if isinstance(value, dict):
        return {key: _texts(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_texts(one) for one in value]
    return value if value is None or isinstance(value, str) else str(value)


def _names(head: _Head, file: Path) -> tuple[str, ...]:
    keys = sorted(head.class_names, key=lambda key: (len(key), key))
    if keys != [str(number) for number in range(len(keys))] or len(keys) > _MOST:
        raise FormatError("the keys of class_names are not 0, 1, 2 and so on", path=file, line=1)
    names = tuple(head.class_names[key] for key in keys)
    if len(set(names)) != len(names):
        raise FormatError("two classes have one name", path=file, line=1)
    return names


def _items(file: Path, task: str, reader: LabelReader) -> Iterator[Item]:
    images = Images(file.parent)
    seen: set[tuple[str, str]] = set()
    for number, line in json_lines(file):
        if number == 1:
            continue
        image: _Image = decode_as(line, _Image, file, line=number)
        rows: _Rows = decode_as(line, _Rows, file, line=number)
        key = (image.split, stem(image.file))
        if key in seen or not key[1]:
            reason = f"image '{image.file}' is there twice, or has no name"
            raise FormatError(reason, path=file, line=number)
        seen.add(key)
        try:
            yield _item(image, rows, images, (task, reader))
        except ValueError as error:
            raise FormatError(str(error), path=file, line=number) from error


def _item(image: _Image, rows: _Rows, images: Images, how: tuple[str, LabelReader]) -> Item:
    task, reader = how
    stated = (image.height, image.width) if image.height and image.width else None
    found = images.find(image.url) if image.url else None
    media = image_media(found or images.find(image.file), image.file, stated)
    size = (media.height, media.width) if media.height and media.width else None
    notes: list[Annotation] = []
    for number, words in enumerate((rows.annotations or {}).get(TASKS[task], ()), start=1):
        if task == "classify":
            notes.append(_label(words, reader.labels))
        elif isinstance(words, int) or size is None:
            raise ValueError("a row is no list of numbers, or the size of the image is unknown")
        else:
            text = " ".join(bytes(word).decode() for word in words)
            notes += reader.line(text, size, number)
    return Item(id=stem(image.file), subset=image.split, media=(media,), annotations=tuple(notes))


def _label(said: object, labels: int) -> Label:
    if not isinstance(said, int) or not 0 <= said < labels:
        raise ValueError(f"class {said!r} is not one of the {labels} declared labels")
    return Label(label=said)


def write_ndjson(writing: Writing) -> None:
    """Write the file, and the images.

    Raises:
        FormatError: A subset, an item or a label has a name that the layout cannot hold.
    """
    known, task = writing.dataset.categories, writing.options["task"]
    check_labels(known.names(), "class_names")
    keys: dict[str, Any] = {}
    places = PLACES
    lines: Lines = {"segment": outline_lines, "obb": corner_lines, "classify": class_lines}.get(
        task, box_lines
    )
    if task == "pose":
        pose, keys = pose_config(known, writing.dataset.infos)
        lines, places = pose.lines, POSE_PLACES
    infos = writing.dataset.infos
    count_dataset(writing, places, frozenset(keys) | frozenset(_INFOS))
    head: dict[str, Any] = {"type": "dataset", "task": task}
    head |= {name: infos[name] for name in _INFOS if name in infos}
    head["class_names"] = {str(label): name for label, name in enumerate(known.names())}
    records = _records(writing, partial(_rows, task, lines))
    writing.output.stream(_NAME, _encoded(head | keys, records))


def _encoded(head: dict[str, Any], records: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    yield msgspec.json.encode(head) + b"\n"
    for record in records:
        yield msgspec.json.encode(record) + b"\n"


def _records(
    writing: Writing, rows: Callable[[Item, Categories, LossReport], dict[str, list[Raw]]]
) -> Iterator[dict[str, Any]]:
    for subset in subsets_of(writing):
        folder = f"images/{subset_folder(subset)}/"
        for item, image in items_with_images(writing, subset, folder, PLACES):
            height, width = item.size or (None, None)
            yield {
                "type": "image",
                "file": image,
                "url": folder + image,
                "width": width,
                "height": height,
                "split": subset,
                "annotations": rows(item, writing.dataset.categories, writing.losses),
            }


def _rows(
    task: str, lines: Lines, item: Item, categories: Categories, losses: LossReport
) -> dict[str, list[Raw]]:
    """The rows under the key of the task; nothing where there is none."""
    found = lines(item, categories, losses).splitlines()
    rows = [
        line if task == "classify" else b"[" + line.replace(b" ", b",") + b"]" for line in found
    ]
    return {TASKS[task]: [Raw(row) for row in rows]} if rows else {}
