"""``datum diff``."""

import click

from datum.cli.options import command, complete_revisions
from datum.cli.run import Run

__all__ = ["COMMAND"]


@command(
    "Show what differs between two datasets, box by box.\n\n"
    "OLD and NEW are revisions, projects (DIR, DIR@REV) or datasets on disk (PATH:FORMAT). With one of "
    "them, it is compared with HEAD; with none, HEAD is compared with the commit before. Two equal "
    "snapshots are told by their ids alone.",
    examples=(
        "datum diff\ndatum diff HEAD~1\ndatum diff main labels --stat\n"
        "datum diff sources/coco main\ndatum diff HEAD new.json:coco_instances --exit-code"
    ),
)
@click.argument("old", required=False, shell_complete=complete_revisions)
@click.argument("new", required=False, shell_complete=complete_revisions)
@click.option("--stat", is_flag=True, help="Count by label and kind.")
@click.option("--name-only", is_flag=True, help="The names of the items alone.")
@click.option("--exit-code", is_flag=True, help="End with 1 where they differ.")
def COMMAND(
    run: Run, old: str | None, new: str | None, stat: bool, name_only: bool, exit_code: bool
) -> None:
    """Show a diff."""
    from datum.cli.stat import print_stat

    project = run.project()
    if new is None:
        old, new = (old or "HEAD~1", "HEAD")
    found = project.diff(old or "HEAD~1", new)
    console = run.console
    if run.as_json:
        console.json({**found.to_json(), "stat": found.stat()} if not stat else found.stat())
    elif name_only:
        for change in found:
            console.out(change.name)
    elif stat:
        print_stat(console, iter(found))
    else:
        for line in found.lines():
            console.signed(line)
    run.finish(1 if exit_code and found else 0)
