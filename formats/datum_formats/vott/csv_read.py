"""Reading VoTT's CSV."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from datum.model import Box, Item
from datum.plugins import Reading
from datum_formats._common.csvfile import numbers, read_rows
from datum_formats._common.images import image_files, image_media
from datum_formats._common.labels import LabelTable, read_labels
from datum_formats._common.names import subset_of
from datum_formats._common.references import Images, unique_ids
from datum_formats.vott.files import find_exports

__all__ = ["HEADER", "read_csv"]

HEADER = ("image", "xmin", "ymin", "xmax", "ymax", "label")


def read_csv(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read the exports in the folder *path*, or the one that it is.

    Raises:
        FormatError: There is none, or one is broken.
    """
    root, files = find_exports(path, ".csv")
    used = {row[5] for file in files for _, row in read_rows(file, HEADER) if row[5]}
    table = LabelTable(read_labels(root), used)
    return Reading(
        categories=table.categories,
        items=(item for file in files for item in _items(file, root, table)),
    )


def _items(file: Path, root: Path, table: LabelTable) -> Iterator[Item]:
    stem = file.stem.removesuffix("-export")
    folder = f"images/{stem}/"
    by_image: dict[str, list[tuple[int, list[str]]]] = {}
    for image, rows in groupby(read_rows(file, HEADER), key=lambda row: row[1][0]):
        by_image.setdefault(image, []).extend(rows)
    said = dict.fromkeys([*by_image, *(_relative(one, root) for one in image_files(root / folder))])
    images = Images(root)
    for image, (own, name) in zip(said, unique_ids(list(said), folder, file), strict=True):
        media = image_media(images.find(image), name)
        boxes = tuple(_box(row, table, file, line) for line, row in by_image.get(image, ()))
        yield Item(id=own, subset=subset_of(stem), media=(media,), annotations=boxes)


def _relative(image: Path, root: Path) -> str:
    return image.relative_to(root).as_posix()


def _box(row: list[str], table: LabelTable, file: Path, line: int) -> Box:
    left, top, right, bottom = numbers(row[1:5], file, line)
    return Box(label=table.find(row[5]), x=left, y=top, w=right - left, h=bottom - top)
