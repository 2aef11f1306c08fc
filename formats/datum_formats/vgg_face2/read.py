"""Reading VGGFace2."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.model import Annotation, Box, Categories, Item, Label, LabelCategory, Points
from datum.plugins import Reading
from datum_formats._common.csvfile import csv_rows
from datum_formats._common.dataset_meta import DatasetMeta, read_meta
from datum_formats._common.decimals import read_number
from datum_formats._common.files import inside, read_lines
from datum_formats._common.images import find_images, image_media
from datum_formats._common.label_folders import NO_LABEL, label_of_path, label_places
from datum_formats.vgg_face2.files import (
    BOX_COLUMNS,
    BOXES,
    FOLDER,
    LABELS,
    LANDMARK_COLUMNS,
    LANDMARKS,
    NAME_ID,
)

__all__ = ["read_vgg_face2"]

Shapes = dict[str, list[tuple[float, ...]]]
"""Numbers by NAME_ID."""


class _Subset(msgspec.Struct, frozen=True):
    """What is known of a subset."""

    folder: Path
    images: dict[str, Path]
    """By path without extension."""
    boxes: Shapes
    landmarks: Shapes


def read_vgg_face2(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read the CSV files and the images under *path*.

    Raises:
        FormatError: There is no such folder, or a file is broken.
    """
    if not (path / FOLDER).is_dir() and not (path / LABELS).is_file():
        raise FormatError(f"no folder {FOLDER}, and no {LABELS}", path=path)
    meta = read_meta(path)
    subsets = {meta.subsets.get(stem, stem): _subset(path, stem) for stem in _stems(path)}
    labels = _labels(path, meta, subsets)
    places = label_places([label.name for label in labels], encoded=meta.labels is not None)
    items = (
        item
        for name, subset in sorted(subsets.items())
        for item in _items(path, meta, name, subset, places)
    )
    return Reading(categories=Categories(labels=labels), items=items)


def _stems(root: Path) -> list[str]:
    """The subsets: of the CSV files."""
    names = [file.stem for file in (root / FOLDER).glob("*.csv") if file.is_file()]
    return sorted(
        {
            name.removeprefix(kind)
            for name in names
            for kind in (BOXES, LANDMARKS)
            if name.startswith(kind)
        }
    )


def _subset(root: Path, stem: str) -> _Subset:
    folder = root / stem
    return _Subset(
        folder,
        find_images(folder),
        _shapes(root / FOLDER / f"{BOXES}{stem}.csv", BOX_COLUMNS),
        _shapes(root / FOLDER / f"{LANDMARKS}{stem}.csv", LANDMARK_COLUMNS),
    )


def _shapes(path: Path, names: tuple[str, ...]) -> Shapes:
    """Numbers by NAME_ID; an empty list for a row that has none."""
    found: Shapes = {}
    rows = csv_rows(path) if path.is_file() else iter(())
    _, header = next(rows, (1, [NAME_ID, *names]))
    if [name.strip() for name in header] != [NAME_ID, *names]:
        raise FormatError(f"the columns are not {','.join([NAME_ID, *names])}", path=path, line=1)
    for line, row in rows:
        shapes = found.setdefault(row[0], [])
        cells = [cell for cell in row[1:] if cell.strip()]
        if cells and len(row) != len(header):
            raise FormatError(f"{len(row)} columns instead of {len(header)}", path=path, line=line)
        if cells:
            shapes.append(tuple(read_number(cell, path=path, line=line) for cell in row[1:]))
    return found


def _labels(
    root: Path, meta: DatasetMeta, subsets: Mapping[str, _Subset]
) -> tuple[LabelCategory, ...]:
    if meta.labels is not None:
        return Categories.of(meta.labels).labels
    file = root / LABELS
    if not file.is_file():
        paths = {
            path for one in subsets.values() for path in (*one.images, *one.boxes, *one.landmarks)
        }
        folders = {path.partition("/")[0] for path in paths if "/" in path}
        return Categories.of(sorted(folders - {NO_LABEL})).labels
    labels: dict[str, LabelCategory] = {}
    for line, text in read_lines(file):
        name, _, parent = text.partition(" ")
        if name in labels:
            raise FormatError(f"label '{name}' is there twice", path=file, line=line)
        labels[name] = LabelCategory(name=name, parent=parent.strip())
    return tuple(labels.values())


def _items(
    root: Path, meta: DatasetMeta, name: str, subset: _Subset, places: dict[str, int]
) -> Iterator[Item]:
    for path in sorted({*subset.images, *subset.boxes, *subset.landmarks}):
        file = subset.images.get(path) or inside(subset.folder, f"{path}.jpg", path=root / FOLDER)
        image = (
            file.relative_to(subset.folder).as_posix() if path in subset.images else f"{path}.jpg"
        )
        item_id = meta.ids.get(f"{subset.folder.name}/{path}", path)
        if not item_id:
            raise FormatError("a NAME_ID is empty", path=root / FOLDER)
        label = label_of_path(path, places, where=root / LABELS)
        yield Item(
            id=item_id,
            subset=name,
            media=(image_media(file, image),),
            annotations=tuple(_annotations(subset, path, label)),
        )


def _annotations(subset: _Subset, path: str, label: int | None) -> Iterator[Annotation]:
    if label is not None:
        yield Label(label=label)
    for x, y, w, h in subset.boxes.get(path, ()):
        yield Box(label=label, x=x, y=y, w=w, h=h)
    for points in subset.landmarks.get(path, ()):
        yield Points(label=label, points=points)
