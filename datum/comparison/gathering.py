"""One pass over a comparison by distance: its records go to files, its worst items are kept."""

import heapq
import json
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any, Self

import msgspec

from datum.comparison.distance import Distance, ItemMatches
from datum.comparison.records import ERROR_COLUMNS, item_json, item_row, match_json, match_row
from datum.comparison.results import DistanceReport
from datum.diff.text import finite_json
from datum.report import csv_rows, csv_text

__all__ = ["Gathered"]

_CHUNK = 1 << 20
_RECORDS = 1000
"""Records that are written at a time."""


class Gathered:
    """What a comparison by distance came to. A context manager: its records lie in temporary files."""

    def __init__(self, distance: Distance, *, worst: int, everything: bool = False) -> None:
        """Nothing gathered yet.

        Args:
            distance: Not iterated yet.
            worst: How many items with the most errors to keep.
            everything: Whether to record right matches, too.
        """
        self.names = distance.labels.names
        self.items: list[ItemMatches] = []
        """The items with the most errors, those first."""
        self.wrong = 0
        """How many items have errors."""
        self._distance = distance
        self._worst = worst
        self._everything = everything
        self._files = ExitStack()

    def __enter__(self) -> Self:
        """Run the comparison."""
        self._json: IO[bytes] = self._files.enter_context(TemporaryFile())
        self._csv: IO[bytes] = self._files.enter_context(TemporaryFile())
        self._csv.write(csv_text(ERROR_COLUMNS, ()).encode())
        worst: list[tuple[int, int, ItemMatches]] = []
        records = self._records(worst)
        separator = b"\n"
        while part := list(islice(records, _RECORDS)):
            lines = (json.dumps(finite_json(one), ensure_ascii=False) for one, _ in part)
            text = ",\n".join(lines).encode("utf-8", "replace")
            self._json.write(separator + text)
            self._csv.write("".join(csv_rows(row for _, row in part)).encode())
            separator = b",\n"
        self.items = [one for _, _, one in sorted(worst, key=lambda one: (-one[0], -one[1]))]
        return self

    def __exit__(self, *_: object) -> None:
        """Delete the files."""
        self._files.close()

    def _records(
        self, worst: list[tuple[int, int, ItemMatches]]
    ) -> Iterator[tuple[dict[str, Any], tuple[object, ...]]]:
        for number, of in enumerate(self._distance):
            errors = of.errors
            if of.alone:
                yield item_json(of), item_row(of)
            if errors:
                self.wrong += 1
                self._keep(worst, (len(errors), -number, of))
            for one in of.matches if self._everything else errors:
                yield match_json(of, one, self.names), match_row(of, one, self.names)

    def _keep(
        self, worst: list[tuple[int, int, ItemMatches]], one: tuple[int, int, ItemMatches]
    ) -> None:
        if len(worst) < self._worst:
            heapq.heappush(worst, one)
        elif worst:
            heapq.heappushpop(worst, one)

    @property
    def report(self) -> DistanceReport:
        """The counts."""
        return self._distance.report()

    def json_chunks(self, head: dict[str, Any]) -> Iterator[bytes]:
        """The whole report as JSON: *head*, the counts, then the records.

        Args:
            head: Values to put first.
        """
        values = {**head, **msgspec.to_builtins(self.report), "items_with_errors": self.wrong}
        text = json.dumps(finite_json(values), ensure_ascii=False, indent=2).removesuffix("\n}")
        name = "matches" if self._everything else "errors"
        yield f'{text},\n  "{name}": ['.encode("utf-8", "replace")
        yield from _chunks(self._json)
        yield b"\n  ]\n}\n"

    def csv_chunks(self) -> Iterator[bytes]:
        """The records as CSV."""
        return _chunks(self._csv)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(_CHUNK):
        yield chunk
