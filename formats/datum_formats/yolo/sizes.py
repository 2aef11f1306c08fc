"""``images.meta``: sizes of images that are not there, a line ``"<id>" height width`` for each."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from datum.errors import FormatError
from datum_formats._common.files import read_lines

__all__ = ["META", "find_size", "read_sizes", "sizes_text"]

META = "images.meta"

_LINE = re.compile(r'(?:"((?:[^"\\]|\\.)*)"|(\S+))\s+(\d{1,9})\s+(\d{1,9})', re.ASCII)
_ESCAPE = re.compile(r"\\(.)")


def read_sizes(folder: Path) -> dict[str, tuple[int, int]]:
    """Height and width by name, of the file in *folder*; nothing where there is none.

    Raises:
        FormatError: A line is not of its form.
    """
    path = folder / META
    found: dict[str, tuple[int, int]] = {}
    if not path.is_file():
        return found
    for number, text in read_lines(path):
        match = _LINE.fullmatch(text)
        if match is None:
            reason = f"'{text[:60]}' is not '\"<id>\" height width'"
            raise FormatError(reason, path=path, line=number)
        quoted, bare, height, width = match.groups()
        name = bare if quoted is None else _ESCAPE.sub(r"\1", quoted)
        found[name] = (int(height), int(width))
    return found


def find_size(sizes: Mapping[str, tuple[int, int]], names: Iterable[str]) -> tuple[int, int] | None:
    """The size under the first of *names* that has one, of an image that is not empty."""
    for name in names:
        size = sizes.get(name)
        if size is not None and all(size):
            return size
    return None


def sizes_text(sizes: Mapping[str, tuple[int, int]]) -> bytes:
    """The file for *sizes*, in their order."""
    lines = []
    for name, (height, width) in sizes.items():
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'"{escaped}" {height} {width}\n')
    return "".join(lines).encode()
