"""Files of a dataset: reading them with errors that name them, and staying inside the dataset."""

import os
from collections.abc import Iterator
from pathlib import Path

from datum.errors import FormatError

__all__ = ["inside", "read_bytes", "read_lines", "read_text", "walk"]

_LONGEST = 255
"""Bytes of one part of a path, as common file systems limit it."""


def read_bytes(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        FormatError: It is missing or cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise FormatError(error.strerror or str(error), path=path) from error


def read_text(path: Path) -> str:
    """The text of a UTF-8 file; a byte order mark is skipped.

    Raises:
        FormatError: It is missing, cannot be read, or is not UTF-8.
    """
    data = read_bytes(path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FormatError("not UTF-8", path=path, line=line) from error


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a UTF-8 file that are not blank, stripped, with their numbers from 1."""
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        stripped = line.strip()
        if stripped:
            yield number, stripped


def inside(root: Path, relative: str, *, path: Path, line: int | None = None) -> Path:
    """The file *relative* to *root*, which may not lie outside it, by ``..`` or by a link.

    Args:
        root: The folder that holds the dataset.
        relative: As a file of the dataset says it; back-slashes are slashes.
        path: The file that says it, for the error.
        line: The line that says it, for the error.

    Raises:
        FormatError: It lies outside, or no file can be called so.
    """
    name = relative.replace("\\", "/")
    if not _can_be_a_name(name):
        raise FormatError(f"no file can be called {relative[:80]!r}", path=path, line=line)
    found = root / name
    if not found.resolve().is_relative_to(root.resolve()):
        raise FormatError(f"'{relative}' leaves the dataset", path=path, line=line)
    return found


def _can_be_a_name(name: str) -> bool:
    """Whether the system can be asked for a file of that relative name."""
    try:
        parts = os.fsencode(name).split(b"/")
    except UnicodeEncodeError:
        return False
    return b"\0" not in name.encode(errors="replace") and max(map(len, parts)) <= _LONGEST


def walk(folder: Path) -> Iterator[Path]:
    """The files under *folder*, at any depth, in the order of their relative names."""
    if folder.is_dir():
        found = (path for path in folder.rglob("*") if path.is_file())
        yield from sorted(found, key=lambda path: path.relative_to(folder).as_posix())
