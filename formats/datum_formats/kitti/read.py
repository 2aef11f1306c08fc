"""Reading KITTI object detection."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from datum.model import Box, Item
from datum.plugins import Reading
from datum_formats._common.columns import text_rows
from datum_formats._common.labels import read_labels
from datum_formats._common.paired import find_pairs, subset_folders
from datum_formats._common.words import WordTable
from datum_formats.kitti.objects import COLUMNS, object_of

__all__ = ["IMAGES", "LABELS", "read_kitti_detection"]

IMAGES = "image_2"
LABELS = "label_2"
_COUNTS = (COLUMNS + 1, COLUMNS + 2)


def read_kitti_detection(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read the folders of subsets in *path*, or the one that it is.

    Raises:
        FormatError: There is none, or a line is broken.
    """
    folders = subset_folders(path, (LABELS,))
    table = WordTable.of(read_labels(path), lambda: _words(folders))
    return Reading(
        categories=table.categories,
        items=(item for name in sorted(folders) for item in _items(name, folders[name], table)),
    )


def _words(folders: Mapping[str, Path]) -> Iterator[str]:
    for folder in folders.values():
        for file in sorted((folder / LABELS).rglob("*.txt")):
            for _, cells in text_rows(file, _COUNTS):
                yield cells[0]


def _items(subset: str, folder: Path, table: WordTable) -> Iterator[Item]:
    for pair in find_pairs(folder / IMAGES, folder / LABELS, ".txt", ".png"):
        boxes = () if pair.file is None else tuple(_boxes(pair.file, table))
        yield Item(id=pair.id, subset=subset, media=(pair.media,), annotations=boxes)


def _boxes(file: Path, table: WordTable) -> Iterator[Box]:
    for line, (word, *cells) in text_rows(file, _COUNTS):
        yield object_of(cells, table.find(word, path=file, line=line), file, line)
