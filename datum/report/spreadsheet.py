"""CSV that spreadsheets open without running what is in it."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

__all__ = ["csv_rows", "csv_text"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters by which a spreadsheet takes text for a formula (OWASP, CSV injection)."""


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV (RFC 4180): a header, lines ended by CRLF, no quotes but where they are needed.

    Numbers are written in full; None is an empty cell. Text that a spreadsheet would take for a
    formula gets an apostrophe in front, which shows that it is text.
    """
    return "".join(csv_rows((header, *rows)))


def csv_rows(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of a table as :func:`csv_text` has them, as they come."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = value.replace("\0", "\ufffd")
    # a lone surrogate has no UTF-8
    text = text.encode("utf-8", "replace").decode()
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
