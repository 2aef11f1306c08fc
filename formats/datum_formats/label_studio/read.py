"""Reading the tasks of Label Studio."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.model import DEFAULT_SUBSET, Annotation, Categories, Item
from datum.plugins import Reading
from datum_formats._common.images import image_media
from datum_formats._common.jsonfile import decode_as, read_json
from datum_formats._common.labels import LabelTable
from datum_formats._common.names import subset_of
from datum_formats._common.references import Images, ids_of
from datum_formats.label_studio.config import find_config, read_config
from datum_formats.label_studio.images import image_key
from datum_formats.label_studio.regions_read import RegionReader, labels_of
from datum_formats.label_studio.task import Results, Task

__all__ = ["read_label_studio"]

_EXPORT = re.compile(r"project-\d+-at-.*")
_SIZE = ("width", "height")

Raws = list[msgspec.Raw]


def read_label_studio(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read the lists of tasks in the folder *path*, or the one that it is.

    Raises:
        FormatError: There is none, or one is broken.
    """
    root = path if path.is_dir() else path.parent
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise FormatError("no JSON file of tasks", path=path)
    config = find_config(root)
    declared = read_config(config) if config else Categories()
    table = LabelTable(declared.names(), _used(files))
    known = Categories.of(table.names)
    labels = (*declared.labels, *known.labels[len(declared.labels) :])
    return Reading(
        categories=Categories(labels=labels),
        items=(item for file in files for item in _items(file, root, table)),
    )


def _used(files: Sequence[Path]) -> Iterator[str]:
    for file in files:
        for raw in read_json(file, Raws):
            task: Task = decode_as(raw, Task, file)
            for results in _all(task):
                for one in results.result or ():
                    yield from (name for name in labels_of(one)[:1] or () if name)
                    if one.type == "choices":
                        yield from filter(None, labels_of(one))


def _all(task: Task) -> list[Results]:
    return [*(task.annotations or ()), *(task.completions or ()), *(task.predictions or ())]


def _items(file: Path, root: Path, table: LabelTable) -> Iterator[Item]:
    subset = DEFAULT_SUBSET if _EXPORT.fullmatch(file.stem) else subset_of(file.stem)
    raws: Raws = read_json(file, Raws)
    references = [_reference(decode_as(raw, Task, file)) for raw in raws]
    names = ids_of(references, f"images/{file.stem}/")
    images = Images(root)
    seen: set[str] = set()
    for number, raw in enumerate(raws):
        key, name = names[number]
        key = key or f"task {number + 1}"
        if key in seen:
            raise FormatError(f"item '{subset}/{key}' is there twice", path=file)
        seen.add(key)
        task: Task = decode_as(raw, Task, file)
        size = _size(task)
        media = image_media(images.find(references[number]), name, size)
        try:
            attributes, annotations = _contents(task, table)
        except (ValueError, msgspec.ValidationError) as error:
            raise FormatError(f"task {number + 1}: {error}", path=file) from error
        yield Item(
            id=key,
            subset=subset,
            media=(media,) if name else (),
            attributes=attributes,
            annotations=annotations,
        )


def _reference(task: Task) -> str:
    key = image_key(task.data)
    return str(task.data[key]) if key else ""


def _size(task: Task) -> tuple[int, int] | None:
    """Height and width, from the data or from a region."""
    width, height = (task.data.get(name) for name in _SIZE)
    sizes: list[tuple[Any, Any]] = [(height, width)]
    for results in _all(task):
        sizes += [(one.original_height, one.original_width) for one in results.result or ()]
    for high, wide in sizes:
        if isinstance(high, int) and isinstance(wide, int) and high > 0 and wide > 0:
            return high, wide
    return None


def _contents(task: Task, table: LabelTable) -> tuple[dict[str, Any], tuple[Annotation, ...]]:
    """Attributes and annotations of an item.

    Raises:
        ValueError: A region is broken.
    """
    skipped = ("width", "height", image_key(task.data))
    attributes = {name: value for name, value in task.data.items() if name not in skipped}
    people = [*(task.annotations or ()), *(task.completions or ())]
    done = [results for results in people if not results.was_cancelled]
    if len(done) < len(people):
        attributes["was_cancelled"] = True
    relations = [
        {
            "from": one.from_id,
            "to": one.to_id,
            "direction": one.direction,
            "labels": one.labels or [],
        }
        for results in _all(task)
        for one in results.result or ()
        if one.type == "relation"
    ]
    if relations:
        attributes["relations"] = relations
    ends = frozenset(str(one[end]) for one in relations for end in ("from", "to"))
    found: list[Annotation] = []
    for results in done:
        extra = {"completed_by": results.completed_by} if len(done) > 1 else {}
        reader = RegionReader(table=table, extra=extra, predicted=False, kept_ids=ends)
        found += reader.read(results)
        attributes |= reader.attributes(results)
    for results in task.predictions or ():
        extra = {"model_version": results.model_version} if results.model_version else {}
        reader = RegionReader(table=table, extra=extra, predicted=True, kept_ids=ends)
        found += reader.read(results)
        attributes |= reader.attributes(results)
    return attributes, tuple(found)
