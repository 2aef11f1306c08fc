"""What is printed: results to standard output, everything else to standard error."""

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import click

__all__ = ["SIGN_COLORS", "Console"]

SIGN_COLORS = {"+": "green", "-": "red", "~": "yellow"}
"""Colour of a line by its first sign: added, removed, changed."""


_BATCH = 200
"""Lines that are written at once where no person waits for each."""


class Console:
    """Standard output and standard error, with colour only where it is wanted.

    Args:
        color: True or False to force it; None to use it on a terminal, unless NO_COLOR is set.
        quiet: Whether to leave out notes and progress.
    """

    def __init__(self, *, color: bool | None = None, quiet: bool = False) -> None:
        # what https://no-color.org asks for; click does not know it
        self._color = False if color is None and os.environ.get("NO_COLOR") else color
        self._quiet = quiet

    def out(self, text: str = "", **style: Any) -> None:
        """Print a line of the result; *style* as click.style has it."""
        text = _harmless(text)
        click.echo(click.style(text, **style) if style else text, color=self._color)

    def paged(self, lines: Iterable[str]) -> None:
        """Print lines as they come, through a pager where a person reads them on a terminal."""
        if self._quiet or not sys.stdout.isatty():
            waiting = iter(lines)
            while batch := list(islice(waiting, _BATCH)):  # a flush for each line takes its time
                self.out("\n".join(batch))
            return
        os.environ.setdefault("LESS", "-FRX")  # as Git: what fits on the screen is not paged
        click.echo_via_pager((f"{_harmless(line)}\n" for line in lines), color=self._color)

    def raw(self, data: bytes) -> None:
        """Write bytes as they are."""
        click.echo(data, nl=False)

    def note(self, text: str, **style: Any) -> None:
        """Say something that is not the result, on standard error."""
        if not self._quiet:
            text = _harmless(text)
            click.echo(click.style(text, **style) if style else text, err=True, color=self._color)

    def warn(self, text: str) -> None:
        """Say something that a person should not miss, on standard error, quiet or not."""
        click.echo(
            click.style("warning: ", fg="yellow") + _harmless(text), err=True, color=self._color
        )

    def error(self, text: str, hint: str = "") -> None:
        """One line for an error, and one for what to do."""
        click.echo(
            click.style("error: ", fg="red", bold=True) + _harmless(text),
            err=True,
            color=self._color,
        )
        if hint:
            click.echo(
                click.style("hint: ", fg="cyan") + _harmless(hint), err=True, color=self._color
            )

    def json(self, value: Any) -> None:
        """Print a JSON value."""
        click.echo(_json(value))

    def json_stream(self, values: Iterable[Any]) -> None:
        """Print a JSON array, each value as it comes."""
        first = True
        for value in values:
            click.echo("[" if first else ",")
            click.echo(_json(value), nl=False)
            first = False
        click.echo("[]" if first else "\n]")

    def signed(self, line: str) -> None:
        """Print a line of a diff in the colour of its sign."""
        color = SIGN_COLORS.get(line.lstrip()[:1])
        self.out(line, fg=color) if color else self.out(line)

    def table(self, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Print columns, numbers to the right; long cells are cut to fit a terminal."""
        cells = [[_cell(value) for value in row] for row in rows]
        numeric = [
            bool(cells) and all(row[n].replace(",", "").replace(".", "").isdigit() for row in cells)
            for n in range(len(header))
        ]
        widths = [max(len(row[n]) for row in [list(header), *cells]) for n in range(len(header))]
        self.out(_line(header, widths, numeric), bold=True)
        for row in cells:
            self.out(_line(row, widths, numeric))

    @contextmanager
    def progress(self, title: str, total: int | None = None) -> Iterator[Any]:
        """A progress bar on standard error while the block runs, on a terminal alone.

        Yields:
            A function to call with the number of items done.
        """
        if self._quiet or not sys.stderr.isatty():
            yield None
            return
        from rich.console import Console as RichConsole
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=RichConsole(stderr=True), transient=True) as bar:
            task = bar.add_task(title, total=total)
            yield lambda done: bar.update(task, completed=done)


_CONTROL = re.compile(r"(\x1b\[[0-9;]*m)|[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def _harmless(text: str) -> str:
    """The text with every control character but those for colours replaced: names are anybody's."""
    return _CONTROL.sub(lambda found: found[1] or "\ufffd", text)


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=2, default=_plain)
    return text.encode("utf-8", "replace").decode()


def _line(cells: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    padded = (
        cell.rjust(width) if right else cell.ljust(width)
        for cell, width, right in zip(cells, widths, numeric, strict=True)
    )
    return "  ".join(padded).rstrip()


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


_WIDEST = 60


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    return str(value)
