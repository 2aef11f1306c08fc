"""Record files and label maps of a folder."""

import re
from pathlib import Path

import msgspec

from datum.errors import FormatError
from datum_formats._common.files import read_bytes

__all__ = [
    "LABEL_MAP",
    "RecordFile",
    "label_map_files",
    "record_files",
    "record_name",
    "subset_name",
]

LABEL_MAP = "label_map.pbtxt"

_EXTENSION = re.compile(r"(?s)(.+)\.(?:tfrecord|tfrecords|record)(?:-(\d+)-of-(\d+))?")
_SHARD = re.compile(r"(?s)(.+)-(\d+)-of-(\d+)")


class RecordFile(msgspec.Struct, frozen=True, kw_only=True):
    """A record file and the subset that it is, or is a part of."""

    path: Path
    subset: str


def subset_name(name: str) -> tuple[str, int, int] | None:
    """Subset, number of the shard and of shards (0 and 1 for a whole) of a file's name."""
    found = _EXTENSION.fullmatch(name) or _SHARD.fullmatch(name)
    if found is None:
        return None
    subset, number, count = found.groups()
    return subset, int(number or 0), int(count or 1)


def record_name(subset: str) -> str:
    """The name of a subset's file.

    Raises:
        FormatError: No file can be called so.
    """
    odd = any(letter in "/\\\0" or "\ud800" <= letter <= "\udfff" for letter in subset)
    if not subset or odd:
        raise FormatError(f"subset {subset!r} cannot be the name of a file")
    return f"{subset}.tfrecord"


def record_files(path: Path) -> list[RecordFile]:
    """The record files of a folder by subset and shard, or the one file that is named.

    Raises:
        FormatError: There is none, or shards are missing.
    """
    if path.is_file():
        named = subset_name(path.name)
        return [RecordFile(path=path, subset=named[0] if named else path.stem)]
    if not path.is_dir():
        raise FormatError("no such file or folder", path=path)
    found: dict[str, dict[tuple[int, int], Path]] = {}
    for file in sorted(path.iterdir()):
        named = subset_name(file.name)
        if named is not None and file.is_file():
            found.setdefault(named[0], {})[named[2], named[1]] = file
    if not found:
        raise FormatError("no *.tfrecord files", path=path)
    for shards in found.values():
        _check_shards(shards, path)
    return [
        RecordFile(path=shards[key], subset=subset)
        for subset, shards in sorted(found.items())
        for key in sorted(shards)
    ]


def _check_shards(shards: dict[tuple[int, int], Path], path: Path) -> None:
    for count in {count for count, _ in shards}:
        there = [number for total, number in shards if total == count]
        if len(there) != count or min(there) != 0 or max(there) != count - 1:
            name = next(file.name for key, file in shards.items() if key[0] == count)
            reason = f"of the {count} shards that {name} is one of {len(there)} are there"
            raise FormatError(reason, path=path)


def label_map_files(folder: Path) -> list[Path]:
    """``label_map.pbtxt``, or else every label map of the folder.

    Raises:
        FormatError: One is there and cannot be read.
    """
    own = folder / LABEL_MAP
    files = [own] if own.exists() else sorted(folder.glob("*.pbtxt"))
    for file in files:
        read_bytes(file)
    return files
