"""What filter, transform and merge have in common: where the result goes, and what is said of it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datum.cli.run import Run
from datum.errors import UsageError

if TYPE_CHECKING:
    from datum.project.operations import Placed
    from datum.project.preview import Preview

__all__ = [
    "DRY_RUN_OPTIONS",
    "OPERATION_OPTIONS",
    "placed_json",
    "print_placed",
    "print_preview",
    "write_reports",
]


def DRY_RUN_OPTIONS(function: Callable[..., Any]) -> Callable[..., Any]:  # noqa: N802 (used as a decorator, like a constant)
    """``--dry-run`` and ``--stat``."""
    function = click.option(
        "--stat", is_flag=True, help="With --dry-run, count annotations by label and kind too."
    )(function)
    return click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")(
        function
    )


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


def placed_json(placed: "Placed") -> dict[str, Any]:
    """Where a result went and what it changed, as JSON."""
    before, after = placed.before, placed.after
    return {
        "root": str(placed.root),
        "ref": placed.ref,
        "commit": placed.commit.hex(),
        "snapshot": after.oid.hex(),
        "items": {"before": len(before), "after": len(after)},
        "annotations": {"before": before.annotation_count, "after": after.annotation_count},
        "losses": placed.losses.to_json(),
    }


def print_placed(run: Run, placed: "Placed", what: str) -> None:
    """Say where a result went and what it changed."""
    before, after = placed.before, placed.after
    if run.as_json:
        run.console.json(placed_json(placed))
        return
    ref = placed.ref.removeprefix("heads/")
    run.console.out(f"[{ref} {placed.commit.hex()[:8]}] {what}")
    run.console.out(
        f" {len(before)} → {len(after)} items, "
        f"{before.annotation_count} → {after.annotation_count} annotations"
    )
    run.report_losses(placed.losses, what)


def print_preview(run: Run, preview: "Preview", what: str, *, stat: bool) -> None:
    """Say what operations would change."""
    import msgspec

    from datum.cli.stat import print_stat
    from datum.diff.text import categories_lines

    before, after, counts = preview.before, preview.after, preview.counts()
    diff = preview.diff()
    if run.as_json:
        found = {
            "snapshot": after.oid.hex(),
            "items": {
                "before": len(before),
                "after": len(after),
                **msgspec.to_builtins(counts),
            },
            "annotations": {
                "before": before.annotation_count,
                "after": after.annotation_count,
            },
            "categories": msgspec.to_builtins(diff.categories()),
            "losses": preview.losses.to_json(),
            "writes": list(preview.files),
        }
        run.console.json({**found, "stat": diff.stat()} if stat else found)
        return
    run.console.out(f"{what} would change items: {counts.line() or 'none'}")
    run.console.out(
        f" {len(before)} → {len(after)} items, "
        f"{before.annotation_count} → {after.annotation_count} annotations"
    )
    for line in categories_lines(diff.categories()):
        run.console.signed(f" {line}")
    if stat:
        print_stat(run.console, diff)
    for path in preview.files:
        run.console.out(f" and write {path}")
    run.report_losses(preview.losses, what)
