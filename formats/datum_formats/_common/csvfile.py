"""CSV files: rows with their lines and errors that name them; written by RFC 4180."""

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from datum.errors import FormatError
from datum_formats._common.files import read_text

__all__ = ["encode_rows", "numbers", "read_rows"]


def read_rows(path: Path, header: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """The rows below the header, each with the number of its line.

    Args:
        path: The file.
        header: The columns, which must be these; case and spaces around do not count.

    Raises:
        FormatError: It is missing, has other columns, or a row has another count of them.
    """
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        first = [name.strip().lower() for name in next(reader, [])]
        if first != [name.lower() for name in header]:
            raise FormatError(f"the columns are not {','.join(header)}", path=path, line=1)
        for row in reader:
            if len(row) != len(header) and row:
                reason = f"{len(row)} columns, where {len(header)} are expected"
                raise FormatError(reason, path=path, line=reader.line_num)
            if row:
                yield reader.line_num, row
    except csv.Error as error:
        raise FormatError(str(error), path=path, line=reader.line_num) from error


def numbers(cells: Iterable[str], path: Path, line: int) -> list[float]:
    """The cells as finite numbers.

    Raises:
        FormatError: One is none.
    """
    found: list[float] = []
    for cell in cells:
        try:
            number = float(cell)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
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
