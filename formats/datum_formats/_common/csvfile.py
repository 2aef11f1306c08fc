"""CSV files: rows with their lines and errors that name them; written by RFC 4180."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from datum.errors import FormatError
from datum_formats._common.decimals import finite
from datum_formats._common.names import check_text

__all__ = ["csv_bytes", "csv_rows", "encode_rows", "numbers", "read_rows", "read_table"]

_SEPARATING = re.compile(r'[,"\r\n]')


def read_rows(path: Path, header: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """The rows below the header, each with the number of its line.

    Args:
        path: The file.
        header: The columns, which must be these; case and spaces around do not count.

    Raises:
        FormatError: It is missing, has other columns, or a row has another count of them.
    """
    found, rows = read_table(path)
    if [name.strip().lower() for name in found] != [name.lower() for name in header]:
        raise FormatError(f"the columns are not {','.join(header)}", path=path, line=1)
    yield from rows


def read_table(path: Path) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The first row of a file, and those below it, each with the number of its line.

    Raises:
        FormatError: It is missing or no CSV; while iterating, that a row has another count of columns.
    """
    rows = csv_rows(path)
    _, header = next(rows, (1, []))
    return header, _checked(path, len(header), rows)


def _checked(
    path: Path, count: int, rows: Iterator[tuple[int, list[str]]]
) -> Iterator[tuple[int, list[str]]]:
    for line, row in rows:
        if len(row) != count:
            reason = f"{len(row)} columns, where {count} are expected"
            raise FormatError(reason, path=path, line=line)
        yield line, row


def csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with the number of its last line; the file is not held as a whole.

    Raises:
        FormatError: It cannot be read, is no UTF-8, or quotes are broken.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            try:
                for row in reader:
                    if row:
                        yield reader.line_num, row
            except (UnicodeDecodeError, csv.Error) as error:
                raise FormatError(f"no CSV: {error}", path=path, line=reader.line_num) from error
    except OSError as error:
        raise FormatError(error.strerror or str(error), path=path) from error


def numbers(cells: Iterable[str], path: Path, line: int) -> list[float]:
    """The cells as finite numbers.

    Raises:
        FormatError: One is none.
    """
    found: list[float] = []
    for cell in cells:
        number = finite(cell)
        if number is None:
            raise FormatError(f"'{cell[:60]}' is not a number", path=path, line=line)
        found.append(number)
    return found


def encode_rows(rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Rows as CSV, a line for each; floats come back to the last bit.

    Raises:
        FormatError: A cell is not Unicode.
    """
    for row in rows:
        text = io.StringIO(newline="")
        csv.writer(text).writerow(row)
        try:
            yield text.getvalue().encode()
        except UnicodeEncodeError as error:
            raise FormatError(f"{row[:2]!r} is not Unicode") from error


def csv_bytes(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as RFC 4180 has them, but that lines end with a line feed alone.

    Raises:
        FormatError: A cell is no text.
    """
    text = "".join(",".join(map(_cell, row)) + "\n" for row in rows)
    return check_text(text, "a cell of a CSV file").encode()


def _cell(value: object) -> str:
    """A cell, in quotes where it has what separates; the csv module leaves a lone CR as it is."""
    text = str(value)
    return '"' + text.replace('"', '""') + '"' if _SEPARATING.search(text) else text
