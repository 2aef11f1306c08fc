"""Text tables as rows of cells."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from datum.errors import FormatError
from datum_formats._common.files import read_lines

__all__ = ["Rows", "cell", "cells_of", "txt_rows"]

Rows = Iterator[tuple[int, list[str]]]
"""Rows with the numbers of their lines."""

_CELL = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s,]+')


def txt_rows(path: Path) -> Rows:
    """The cells of the lines of a text file: words, and JSON strings.

    Raises:
        FormatError: It cannot be read, or a string is broken.
    """
    for number, line in read_lines(path):
        try:
            yield number, cells_of(line)
        except ValueError as error:
            raise FormatError(f"a broken string: {error}", path=path, line=number) from error


def cells_of(line: str) -> list[str]:
    """The cells of a line.

    Raises:
        ValueError: A string is broken.
    """
    cells = _CELL.findall(line)
    return [json.loads(one) if one.startswith('"') else one for one in cells]


def cell(text: str) -> str:
    """A text as one cell of a text file: as it is, or as a JSON string."""
    plain = text.isprintable() and not text.startswith('"') and _CELL.fullmatch(text)
    return text if plain else json.dumps(text)
