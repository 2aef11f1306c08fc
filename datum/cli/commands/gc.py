"""``datum gc``."""

import math

import click

from datum.cli.options import command
from datum.cli.run import Run

__all__ = ["COMMAND"]

_DAY = 24 * 60 * 60


def _refuse_nan(_context: click.Context, _param: click.Parameter, value: float) -> float:
    if math.isnan(value):
        raise click.BadParameter("nan is no number of days")
    return value


@command(
    "Delete what nothing refers to.\n\n"
    "What a branch, tag, source or derived dataset leads to stays, and so does what one led to within "
    "the days of grace, so that operations can be undone. A file is marked first, and deleted by a run "
    "that comes as many days later. --grace 0 deletes at once: nobody else may be at work then.",
    examples="datum gc --dry-run\ndatum gc\ndatum gc --grace 30",
)
@click.option(
    "--grace",
    type=click.FloatRange(min=0),
    callback=_refuse_nan,
    default=14,
    show_default=True,
    metavar="DAYS",
    help="How long what was left behind is kept.",
)
@click.option("-n", "--dry-run", is_flag=True, help="Only say what would be deleted.")
def COMMAND(run: Run, grace: float, dry_run: bool) -> None:
    """Collect garbage."""
    from datum.project.care import collect_garbage

    garbage = collect_garbage(run.project().session, grace=grace * _DAY, dry_run=dry_run)
    done = garbage.collected
    if run.as_json:
        run.console.json(
            {
                "objects": garbage.objects,
                "bytes": garbage.bytes,
                "files": list(garbage.files),
                "written": [] if done is None else list(done.written),
                "marked": [] if done is None else list(done.condemned),
                "deleted": [] if done is None else list(done.removed),
            }
        )
        return
    run.console.out(
        f"{garbage.objects} objects of {garbage.bytes} bytes are led to by nothing "
        f"and older than {grace:g} days"
    )
    if done is None:
        for name in garbage.files:
            run.console.out(f"  would go: {name}")
        return
    for name in done.removed:
        run.console.out(f"  deleted {name}")
    for name in done.condemned:
        run.console.out(f"  marked {name}")
