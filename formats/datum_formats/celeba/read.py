"""Reading CelebA."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.model import DEFAULT_SUBSET, Annotation, Box, Categories, Item, Label, Points
from datum.plugins import Reading
from datum_formats._common.dataset_meta import DatasetMeta, read_meta
from datum_formats._common.decimals import read_number
from datum_formats._common.files import inside
from datum_formats._common.images import image_files, image_media, image_names
from datum_formats.celeba.tables import (
    ATTRIBUTES,
    BOX_COLUMNS,
    IDENTITIES,
    LANDMARK_COLUMNS,
    PARTITIONS,
    SUBSETS,
    Layout,
    rows_of,
    table_of,
)

__all__ = ["read_celeba"]

_FLAGS = {"1": True, "-1": False}
_UNKNOWN = "0"


class _Lists(msgspec.Struct, frozen=True):
    """What the lists say, by name of an image."""

    identities: dict[str, int]
    attributes: dict[str, dict[str, bool]]
    boxes: dict[str, tuple[float, ...]]
    landmarks: dict[str, tuple[float, ...]]
    subsets: dict[str, str]


def read_celeba(path: Path, _options: Mapping[str, Any], *, layout: Layout) -> Reading:
    """Read the lists and the images under *path*.

    Raises:
        FormatError: There is no folder, or a list is broken.
    """
    if not path.is_dir():
        raise FormatError("not a folder", path=path)
    meta = read_meta(path)
    lists = _Lists(
        _identities(path / IDENTITIES),
        _attributes(path / ATTRIBUTES),
        _numbers(path / layout.boxes, len(BOX_COLUMNS) - 1) if layout.boxes else {},
        _numbers(path / layout.landmarks, len(LANDMARK_COLUMNS)),
        _subsets(path / PARTITIONS, meta),
    )
    numbers = sorted(set(lists.identities.values()))
    if meta.labels is None:
        labels = tuple(str(number) for number in numbers)
        places = {number: place for place, number in enumerate(numbers)}
    else:
        labels = meta.labels
        places = {place + 1: place for place in range(len(labels))}
        if numbers and numbers[-1] > len(labels):
            reason = f"identity {numbers[-1]}, but there are {len(labels)} labels"
            raise FormatError(reason, path=path / IDENTITIES)
    return Reading(
        categories=Categories.of(labels), items=_items(path, layout, meta, lists, places)
    )


def _identities(path: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, (word,), line in rows_of(path, 1):
        if not (word.isascii() and word.isdecimal()) or not 0 < int(word) < 1 << 31:
            raise FormatError(f"'{word}' is no identity", path=path, line=line)
        found[name] = int(word)
    return found


def _attributes(path: Path) -> dict[str, dict[str, bool]]:
    names, rows = table_of(path)
    found: dict[str, dict[str, bool]] = {}
    for name, words, line in rows:
        flags = {key: word for key, word in zip(names, words, strict=True) if word != _UNKNOWN}
        if not all(word in _FLAGS for word in flags.values()):
            raise FormatError("an attribute is not 1, -1 or 0", path=path, line=line)
        found[name] = {key: _FLAGS[word] for key, word in flags.items()}
    return found


def _numbers(path: Path, count: int) -> dict[str, tuple[float, ...]]:
    names, rows = table_of(path)
    if names and len(names) != count:
        raise FormatError(f"{len(names)} columns instead of {count}", path=path, line=2)
    return {
        name: tuple(read_number(word, path=path, line=line) for word in words)
        for name, words, line in rows
    }


def _subsets(path: Path, meta: DatasetMeta) -> dict[str, str]:
    names = {str(number): subset for number, subset in enumerate(SUBSETS)} | dict(meta.subsets)
    found: dict[str, str] = {}
    for name, (word,), line in rows_of(path, 1):
        if word not in names:
            raise FormatError(f"'{word}' is no partition", path=path, line=line)
        found[name] = names[word]
    return found


def _items(
    root: Path, layout: Layout, meta: DatasetMeta, lists: _Lists, places: Mapping[int, int]
) -> Iterator[Item]:
    folder = root / layout.images
    paths = {file.relative_to(folder).as_posix() for file in image_files(folder)}
    for known in msgspec.structs.astuple(lists):
        paths.update(known)
    seen: set[tuple[str, str]] = set()
    for path, name in sorted(image_names(paths).items()):
        subset = lists.subsets.get(path, DEFAULT_SUBSET)
        item_id = meta.ids.get(path, name)
        if not item_id or (subset, item_id) in seen:
            raise FormatError(f"two images are called '{item_id}'", path=root)
        seen.add((subset, item_id))
        identity = lists.identities.get(path)
        yield Item(
            id=item_id,
            subset=subset,
            media=(image_media(inside(folder, path, path=root), path),),
            attributes=dict(lists.attributes.get(path, {})),
            annotations=tuple(
                _annotations(lists, path, None if identity is None else places[identity])
            ),
        )


def _annotations(lists: _Lists, path: str, label: int | None) -> Iterator[Annotation]:
    if label is not None:
        yield Label(label=label)
    box, points = lists.boxes.get(path), lists.landmarks.get(path)
    if box is not None:
        x, y, w, h = box
        yield Box(label=label, x=x, y=y, w=w, h=h)
    if points is not None:
        yield Points(label=label, points=points)
