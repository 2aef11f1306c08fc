"""``datum ediff``."""

from typing import Any

import click

from datum.cli.comparing import COMPARE_OPTIONS, compare_targets
from datum.cli.options import command, complete_revisions
from datum.cli.run import Run

__all__ = ["COMMAND"]


@command(
    "Compare the current dataset with another for equality.\n\nAs `datum diff OTHER -m equality`.",
    examples="datum ediff ../other -if id -if group -ia occluded",
)
@click.argument("other", shell_complete=complete_revisions)
@COMPARE_OPTIONS
@click.option("--exit-code", is_flag=True, help="End with 1 where they differ.")
def COMMAND(run: Run, other: str, exit_code: bool, **options: Any) -> None:
    """Compare for equality."""
    method = options["method"] or "equality"
    compare_targets(run, "", other, method, options, exit_code=exit_code)
