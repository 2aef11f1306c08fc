"""Text files of columns: their rows with line numbers, whole numbers, and names as single words."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from datum.errors import FormatError
from datum_formats._common.decimals import read_number
from datum_formats._common.files import read_lines

__all__ = ["first_columns", "read_numbers", "read_whole", "text_rows", "word_labels"]


def text_rows(
    path: Path, counts: Collection[int], separator: str | None = None
) -> Iterator[tuple[int, list[str]]]:
    """The rows of a text file that are not blank, each with the number of its line.

    Args:
        path: The file.
        counts: How many columns a row may have.
        separator: Between columns; None for blanks. One at the end of a line is no further column.

    Raises:
        FormatError: It cannot be read, or a row has another count of columns.
    """
    for line, text in read_lines(path):
        cells = _cells(text, separator)
        if len(cells) not in counts:
            wanted = " or ".join(map(str, sorted(counts)))
            reason = f"{len(cells)} columns, where {wanted} are expected"
            raise FormatError(reason, path=path, line=line)
        yield line, cells


def _cells(text: str, separator: str | None) -> list[str]:
    if separator is None:
        return text.split()
    return [cell.strip() for cell in text.removesuffix(separator).split(separator)]


def read_numbers(cells: Iterable[str], *, path: Path, line: int) -> list[float]:
    """The cells as finite numbers.

    Raises:
        FormatError: One is none.
    """
    return [read_number(cell, path=path, line=line) for cell in cells]


def read_whole(cell: str, *, path: Path, line: int) -> int:
    """A whole number; it may be written as ``1.0``.

    Raises:
        FormatError: It is none.
    """
    value = read_number(cell, path=path, line=line)
    if value != int(value):
        raise FormatError(f"'{cell}' is no whole number", path=path, line=line)
    return int(value)


def first_columns(head: bytes, separator: str | None = None) -> list[str]:
    """The columns of the first line of a file that is not blank, for sniffers; empty for none."""
    for line in head.decode("utf-8", "replace").splitlines():
        if line.strip():
            return _cells(line.strip(), separator)
    return []


def word_labels(names: Iterable[str]) -> dict[str, str]:
    """Each label's name as one word, for files whose columns are parted by blanks.

    Blanks are underscores, as in ``traffic_light``; a list of labels beside it has the names.

    Raises:
        FormatError: Two labels would be the same word.
    """
    words: dict[str, str] = {}
    names_of: dict[str, str] = {}
    for name in names:
        word = "_".join(name.split())
        if not word or names_of.setdefault(word, name) != name:
            other = names_of.get(word, "")
            raise FormatError(f"labels {other!r} and {name!r} would be the same word {word!r}")
        words[name] = word
    return words
