"""``datum compare``."""

from typing import Any

import click

from datum.cli.comparing import COMPARE_OPTIONS, compare_targets
from datum.cli.options import command, complete_revisions
from datum.cli.run import Run

__all__ = ["COMMAND"]


@command(
    "Compare two datasets side by side, by their counts.\n\n"
    "As `datum diff FIRST SECOND -m table`; with one target, the current dataset is the first.",
    examples="datum compare main inference\ndatum compare v1 v2 -m equality -o changes",
)
@click.argument("first", shell_complete=complete_revisions)
@click.argument("second", required=False, shell_complete=complete_revisions)
@COMPARE_OPTIONS
@click.option("--exit-code", is_flag=True, help="End with 1 where they differ.")
def COMMAND(run: Run, first: str, second: str | None, exit_code: bool, **options: Any) -> None:
    """Compare."""
    sides = ("", first) if second is None else (first, second)
    method = options["method"] or "table"
    compare_targets(run, sides[0], sides[1], method, options, exit_code=exit_code)
