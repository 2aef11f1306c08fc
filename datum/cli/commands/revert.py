"""``datum revert``."""

import click

from datum.cli.options import command, complete_revisions
from datum.cli.run import Run

__all__ = ["COMMAND"]


@command(
    "Take back what a commit did.\n\n"
    "A new commit does the opposite of REV; what came after it stays.",
    examples="datum revert HEAD\ndatum revert HEAD~2 -m 'The cars were right' --prefer theirs",
)
@click.argument("revision", shell_complete=complete_revisions)
@click.option("-m", "--message", default="", help="What is taken back, and why.")
@click.option(
    "--prefer",
    type=click.Choice(["ours", "theirs"]),
    help="Where something was changed again since: keep it (ours), or take it back (theirs).",
)
def COMMAND(run: Run, revision: str, message: str, prefer: str | None) -> None:
    """Revert."""
    from datum.cli.moved import print_new_commit
    from datum.project.history import revert

    project = run.project()
    run.say_author(project)
    oid = revert(
        project.session,
        revision,
        prefer=prefer,  # type: ignore[arg-type] # click checked the choice
        message=message,
    )
    print_new_commit(run, project.session, oid)
