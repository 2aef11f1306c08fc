"""Reading text lists of images and class ids."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.model import Categories, Item, Label
from datum.plugins import Reading
from datum_formats._common.dataset_meta import DatasetMeta, read_meta
from datum_formats._common.files import inside, read_lines
from datum_formats._common.images import image_media, image_names
from datum_formats._common.labels_file import read_labels
from datum_formats._common.listed import columns
from datum_formats.imagenet.names import IMAGES, SYNSETS

__all__ = ["read_lists"]

_MOST_LABELS = 1 << 20
"""Class ids of labels that are generated; a larger one is no class id."""


class _Line(msgspec.Struct, frozen=True):
    """An image and its class ids, and where they stand."""

    path: str
    labels: tuple[int, ...]
    number: int


def read_lists(path: Path, options: Mapping[str, Any]) -> Reading:
    """Read the lists in the folder *path*, or the one list that it is.

    Raises:
        FormatError: There is no list, or it, or the file of labels, is broken.
    """
    root = path.parent if path.is_file() else path
    meta = read_meta(root)
    labels_file = options.get("labels_file") or SYNSETS
    generated = options.get("labels") == "generate"
    own = {SYNSETS, labels_file}
    files = (
        [path] if path.is_file() else [f for f in sorted(path.glob("*.txt")) if f.name not in own]
    )
    if not path.exists() or not (files or generated or _place(root, labels_file).is_file()):
        raise FormatError("no list of images", path=path)
    lists = {meta.subsets.get(file.stem, file.stem): (file, _lines(file)) for file in files}
    if generated:
        most = max(
            (n for _, lines in lists.values() for one in lines for n in one.labels), default=-1
        )
        labels: tuple[str, ...] = tuple(f"class-{n}" for n in range(most + 1))
    else:
        labels = meta.labels or read_labels(_place(root, labels_file))
    return Reading(categories=Categories.of(labels), items=_items(root, meta, lists, len(labels)))


def _place(root: Path, labels_file: str) -> Path:
    """The file of labels: in the dataset, or where the option says."""
    return root / labels_file


def _lines(file: Path) -> list[_Line]:
    found: list[_Line] = []
    for number, line in read_lines(file):
        name, words = columns(line)
        labels = []
        for word in words:
            if not (word.isascii() and word.isdecimal()) or int(word) >= _MOST_LABELS:
                raise FormatError(f"'{word}' is no class id", path=file, line=number)
            labels.append(int(word))
        found.append(_Line(name, tuple(labels), number))
    return found


def _items(
    root: Path,
    meta: DatasetMeta,
    lists: Mapping[str, tuple[Path, list[_Line]]],
    labels: int,
) -> Iterator[Item]:
    for subset, (file, lines) in sorted(lists.items()):
        seen: set[str] = set()
        names = image_names(dict.fromkeys(line.path for line in lines))
        for line in lines:
            item_id = meta.ids.get(line.path) or names[line.path]
            if item_id in seen:
                raise FormatError(
                    f"image '{line.path}' is there twice", path=file, line=line.number
                )
            seen.add(item_id)
            bad = [label for label in line.labels if label >= labels]
            if bad:
                reason = f"class id {bad[0]}, but there are {labels} labels"
                raise FormatError(reason, path=file, line=line.number)
            place = inside(root, f"{IMAGES}/{line.path}", path=file, line=line.number)
            yield Item(
                id=item_id,
                subset=subset,
                media=(image_media(place, line.path),),
                annotations=tuple(Label(label=label) for label in line.labels),
            )
