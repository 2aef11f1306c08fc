"""Running a format in a test: files from a mapping, a reading as a list, an export in memory."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from datum.detection import detect
from datum.losses import LossReport
from datum.outputs import FolderOutput, MemoryOutput, write_dataset
from datum.plugins import Format, parse_options
from datum.testing.datasets import ListDataset

__all__ = ["assert_alone", "put_files", "read_all", "write_all"]


def put_files(folder: Path, files: Mapping[str, Any]) -> Path:
    """Write files below *folder*: bytes and text as they are, all else as JSON; gives *folder*."""
    for name, data in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        text = data if isinstance(data, bytes | str) else json.dumps(data)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def read_all(card: Format, path: Path, **options: Any) -> ListDataset:
    """All that a format reads at *path*."""
    assert card.read is not None, f"{card.name} is not read"
    reading = card.read(path, parse_options(card.read_options, options, card.name))
    return ListDataset(reading.items, reading.categories, reading.infos)


def write_all(
    card: Format, dataset: ListDataset, *, save_media: bool = False, **options: Any
) -> tuple[dict[str, bytes], LossReport]:
    """The files that a format makes of a dataset, and what is lost."""
    output = MemoryOutput()
    losses = write_dataset(card, dataset, output, options, save_media=save_media)
    return output.files, losses


def assert_alone(card: Format, dataset: ListDataset, folder: Path) -> None:
    """That of all formats none says as much of this one's output as it does itself."""
    with FolderOutput(folder) as output:
        write_dataset(card, dataset, output, {}, save_media=True)
    best, *others = detect(folder).matches
    assert best.name == card.name, f"{best} is taken for it"
    assert all(other.score < best.score for other in others), f"{others[0]} says as much"
