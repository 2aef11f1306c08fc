"""``datum restore``."""

import click

from datum.cli.options import command, complete_revisions
from datum.cli.run import Run

__all__ = ["COMMAND"]


@command(
    "Bring items back as they were in another revision.\n\n"
    "ITEMS are SUBSET/ID, or SUBSET for all of one; they may follow after --. What they are now is "
    "replaced by a new commit; items that the other revision lacks go.",
    examples=(
        "datum restore train/000000000139\n"
        "datum restore --from v1.0 val\n"
        "datum restore -s HEAD~3 -- train/a train/b"
    ),
)
@click.argument("items", nargs=-1, metavar="ITEMS...")
@click.option(
    "-s",
    "--from",
    "--source",
    "revision",
    default="HEAD~1",
    show_default=True,
    metavar="REV",
    shell_complete=complete_revisions,
    help="Where they are taken from.",
)
@click.option("-m", "--message", default="", help="What is brought back, and why.")
def COMMAND(run: Run, items: tuple[str, ...], revision: str, message: str) -> None:
    """Restore items."""
    from datum.cli.moved import print_new_commit
    from datum.project.history import restore

    wanted = [*items, *run.extras]
    if not wanted:
        raise click.UsageError("name the items: SUBSET/ID, or SUBSET")
    project = run.project()
    run.say_author(project)
    oid = restore(project.session, wanted, revision, message=message)
    print_new_commit(run, project.session, oid)
