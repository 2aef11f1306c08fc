"""CSV files: rows with the numbers of their lines, and the bytes of rows."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from datum.errors import FormatError
from datum_formats._common.names import check_text

__all__ = ["csv_bytes", "read_csv"]

_SEPARATING = re.compile(r'[,"\r\n]')


def read_csv(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV file that are not empty, each with the number of its last line.

    Raises:
        FormatError: It cannot be read, is no UTF-8, or quotes are broken.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            for row in reader:
                if row:
                    yield reader.line_num, row
    except OSError as error:
        raise FormatError(error.strerror or str(error), path=path) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise FormatError(f"no CSV: {error}", path=path) from error


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
