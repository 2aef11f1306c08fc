"""``datum remove``."""

import click

from datum.cli.options import command
from datum.cli.run import Run

__all__ = ["COMMAND"]


@command(
    "Forget a source.\n\nIts files are not touched, and what branches took from it stays.",
    examples="datum remove -n streets\ndatum remove streets",
)
@click.argument("names", nargs=-1)
@click.option("-n", "--name", "more", multiple=True, help="Name of the source.")
@click.option("--force", is_flag=True, hidden=True)
@click.option("--keep-data", is_flag=True, hidden=True)
def COMMAND(
    run: Run,
    names: tuple[str, ...],
    more: tuple[str, ...],
    force: bool,  # noqa: ARG001 (an older spelling: nothing that could be lost is removed)
    keep_data: bool,  # noqa: ARG001 (an older spelling: data outside is never removed)
) -> None:
    """Remove sources."""
    wanted = [*names, *more]
    if not wanted:
        raise click.UsageError("name the source with -n")
    project = run.project()
    for name in wanted:
        project.remove(name)
        if not run.as_json:
            run.console.out(f"forgot source {name}")
    if run.as_json:
        run.console.json({"removed": wanted})
