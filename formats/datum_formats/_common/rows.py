"""CSV files: rows with the numbers of their lines, and the bytes of rows."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from datum.errors import FormatError
from datum_formats._common.names import check_text

__all__ = ["csv_bytes", "read_csv"]


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
    """Rows as RFC 4180 has them, lines ended by a line feed.

    Raises:
        FormatError: A cell is no text.
    """
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return check_text(text.getvalue(), "a cell of a CSV file").encode()
