"""What filter and transform have in common: where the result goes, and what is said of it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datum.cli.run import Run
from datum.errors import UsageError

if TYPE_CHECKING:
    from datum.project.operations import Placed

__all__ = ["OPERATION_OPTIONS", "print_placed", "write_reports"]


def OPERATION_OPTIONS(function: Callable[..., Any]) -> Callable[..., Any]:  # noqa: N802 (used as a decorator, like a constant)
    """``-o`` and ``--overwrite``."""
    function = click.option(
        "--overwrite", is_flag=True, help="Replace the project that is in that folder."
    )(function)
    function = click.option("--stage", hidden=True, expose_value=False)(function)
    function = click.option("--apply", hidden=True, expose_value=False)(function)
    return click.option(
        "-o",
        "--output-dir",
        "output",
        default="",
        metavar="NAME|DIR",
        help="Keep the result as derived/NAME, or make a project in DIR (a name with a slash).",
    )(function)


def write_reports(placed: "Placed") -> None:
    """Write the reports that an operation's own options asked for."""
    for name, data in placed.files.items():
        try:
            Path(name).write_bytes(data)
        except OSError as error:
            raise UsageError(
                f"{name} cannot be written: {error.strerror}; the result is committed",
                hint="`datum undo` takes it back",
            ) from error


def print_placed(run: Run, placed: "Placed", what: str) -> None:
    """Say where a result went and what it changed."""
    before, after = placed.before, placed.after
    if run.as_json:
        run.console.json(
            {
                "root": str(placed.root),
                "ref": placed.ref,
                "commit": placed.commit.hex(),
                "snapshot": after.oid.hex(),
                "items": {"before": len(before), "after": len(after)},
                "annotations": {
                    "before": before.annotation_count,
                    "after": after.annotation_count,
                },
                "losses": placed.losses.to_json(),
            }
        )
        return
    ref = placed.ref.removeprefix("heads/")
    run.console.out(f"[{ref} {placed.commit.hex()[:8]}] {what}")
    run.console.out(
        f" {len(before)} → {len(after)} items, "
        f"{before.annotation_count} → {after.annotation_count} annotations"
    )
    run.report_losses(placed.losses, what)
