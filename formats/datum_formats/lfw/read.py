"""Reading LFW."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.model import DEFAULT_SUBSET, Annotation, Categories, Item, Label, Points
from datum.plugins import Reading
from datum_formats._common.dataset_meta import DatasetMeta, read_meta
from datum_formats._common.decimals import read_number
from datum_formats._common.files import inside, read_lines
from datum_formats._common.images import find_images, image_media
from datum_formats._common.label_folders import NO_LABEL, label_of_path, label_places
from datum_formats._common.names import stem
from datum_formats.lfw.names import (
    IMAGES,
    LANDMARKS,
    NEGATIVE,
    PAIRS,
    PEOPLE,
    POSITIVE,
    numbered,
    plain,
)

__all__ = ["read_lfw"]

_ONE, _TWO, _SAME, _OTHER = 1, 2, 3, 4
"""Columns of a line of pairs: a picture, a head, pictures of one person, of two."""
_NOBODY = "-"

Pairs = dict[str, dict[str, list[str]]]
"""Names of pictures by kind of pair, by name of a picture."""


class _Subset(msgspec.Struct, frozen=True):
    """What is known of a subset, by names of pictures: paths without extension."""

    folder: Path
    people: set[str]
    images: dict[str, Path]
    pairs: Pairs
    landmarks: dict[str, list[tuple[float, ...]]]


def read_lfw(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read the lists and the pictures under *path*.

    Raises:
        FormatError: There is no folder, or a list is broken.
    """
    if not path.is_dir():
        raise FormatError("not a folder", path=path)
    meta = read_meta(path)
    subsets: dict[str, _Subset] = {}
    if _is_subset(path):
        subsets[DEFAULT_SUBSET] = _subset(path)
    else:
        for folder in sorted(one for one in path.iterdir() if one.is_dir() and _is_subset(one)):
            subsets[meta.subsets.get(folder.name, folder.name)] = _subset(folder)
    labels = meta.labels
    if labels is None:
        people = {person for one in subsets.values() for person in _people_of(one)}
        labels = tuple(sorted(people - {NO_LABEL}))
    places = label_places(labels, encoded=meta.labels is not None)
    items = (
        item
        for name, one in sorted(subsets.items())
        for item in _items(meta, name, one, places, path)
    )
    return Reading(categories=Categories.of(labels), items=items)


def _is_subset(folder: Path) -> bool:
    lists = [folder / part / name for part in ("", "annotations") for name in (PEOPLE, PAIRS)]
    return (folder / IMAGES).is_dir() or any(one.is_file() for one in lists)


def _subset(folder: Path) -> _Subset:
    place = folder / "annotations"
    lists = place if place.is_dir() else folder
    return _Subset(
        folder,
        _people(lists / PEOPLE),
        find_images(folder / IMAGES),
        _pairs(lists / PAIRS),
        _landmarks(lists / LANDMARKS),
    )


def _people_of(subset: _Subset) -> Iterator[str]:
    yield from subset.people
    for names in (subset.images, subset.pairs, subset.landmarks):
        yield from (name.partition("/")[0] for name in names if "/" in name)


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The columns of the lines of a list; none where there is no list."""
    if path.is_file():
        for line, text in read_lines(path):
            yield line, [part.strip() for part in text.split("\t")]


def _people(path: Path) -> set[str]:
    found: set[str] = set()
    for line, row in _rows(path):
        if all(part.isdecimal() for part in row):
            continue
        if len(row) != _TWO or not row[1].isdecimal():
            raise FormatError("no person and number of pictures", path=path, line=line)
        found.add(plain(row[0]))
    return found


def _pairs(path: Path) -> Pairs:
    found: Pairs = {}
    for line, row in _rows(path):
        if len(row) <= _TWO and all(part.isdecimal() for part in row):
            continue  # how many follow
        if len(row) == _ONE:
            found.setdefault(plain(row[0]), {})
            continue
        if len(row) == _SAME:
            kind = POSITIVE
            pair = _picture(row[0], row[1], path, line), _picture(row[0], row[2], path, line)
        elif len(row) == _OTHER:
            kind = NEGATIVE
            pair = _picture(row[0], row[1], path, line), _picture(row[2], row[3], path, line)
        else:
            raise FormatError(f"a pair of {len(row)} columns", path=path, line=line)
        found.setdefault(pair[0], {}).setdefault(kind, []).append(pair[1])
        found.setdefault(pair[1], {})
    return found


def _picture(person: str, number: str, path: Path, line: int) -> str:
    """The name of a picture of a person."""
    if person == _NOBODY:
        return plain(number)
    if not (number.isascii() and number.isdecimal() and len(number) < 10):  # noqa: PLR2004 (digits)
        raise FormatError(f"'{number}' is no number of a picture", path=path, line=line)
    name = plain(person)
    return f"{name}/{name}_{int(number):04d}"


def _landmarks(path: Path) -> dict[str, list[tuple[float, ...]]]:
    found: dict[str, list[tuple[float, ...]]] = {}
    for line, (text, *numbers) in _rows(path):
        name = stem(plain(text))
        person = name.rpartition("_")[0]
        if "/" not in name and numbered(f"{person}/{name}"):
            name = f"{person}/{name}"  # the data set names the file alone
        if len(numbers) % 2:
            raise FormatError("a number of coordinates that is odd", path=path, line=line)
        points = tuple(read_number(number, path=path, line=line) for number in numbers)
        found.setdefault(name, []).append(points)
    return found


def _items(
    meta: DatasetMeta, subset: str, known: _Subset, places: dict[str, int], root: Path
) -> Iterator[Item]:
    for name in sorted({*known.images, *known.pairs, *known.landmarks}):
        images = known.folder / IMAGES
        file = known.images.get(name) or inside(images, f"{name}.jpg", path=known.folder)
        path = file.relative_to(images).as_posix() if name in known.images else f"{name}.jpg"
        top = "" if known.folder == root else f"{known.folder.name}/"
        item_id = meta.ids.get(top + name, name)
        if not item_id:
            raise FormatError("a picture has no name", path=known.folder / PAIRS)
        label = label_of_path(name, places, where=known.folder / PEOPLE)
        notes: list[Annotation] = []
        if label is not None:
            notes.append(Label(label=label, attributes=dict(known.pairs.get(name, {}))))
        notes += [Points(label=label, points=points) for points in known.landmarks.get(name, ())]
        media = (image_media(file, path),)
        yield Item(id=item_id, subset=subset, media=media, annotations=tuple(notes))
