"""Tables that transforms write where they are asked for."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

__all__ = ["table"]


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file, for programs: the cells are written as they are, lines end with a line feed."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
