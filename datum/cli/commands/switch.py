"""``datum switch``."""

import click

from datum.cli.options import command, complete_revisions
from datum.cli.run import Run

__all__ = ["COMMAND"]


@command(
    "Stand on another branch; working copies follow.\n\n"
    "-c makes the branch first, at START or where HEAD is.",
    examples="datum switch labels\ndatum switch -c labels v1.0\ndatum switch --detach HEAD~2",
)
@click.argument("name", required=False, default="", shell_complete=complete_revisions)
@click.option("-c", "--create", default="", metavar="NAME", help="Make this branch at START.")
@click.option("--detach", is_flag=True, help="Stand on a commit, on no branch.")
@click.option(
    "-f", "--force", is_flag=True, help="Throw away edits in working copies that stand in the way."
)
def COMMAND(run: Run, name: str, create: str, detach: bool, force: bool) -> None:
    """Switch."""
    from datum.cli.standing import detach_at, stand_on

    if detach and create:
        raise click.UsageError("--detach and -c exclude each other")
    if not name and not create and not detach:
        raise click.UsageError("name the branch; `datum branch` lists them")
    session = run.project().session
    if detach:
        detach_at(run, session, name or "HEAD")
    else:
        start = name or "HEAD"
        stand_on(
            run,
            session,
            start if create else start.removeprefix("heads/"),
            create=create,
            force=force,
        )
