"""``datum reset``."""

import click

from datum.cli.options import command, complete_revisions
from datum.cli.run import Run

__all__ = ["COMMAND"]


@command(
    "Move the current branch to another revision.\n\n"
    "Its working copies follow. `datum undo` moves it back.",
    examples="datum reset HEAD~1\ndatum reset v1.0 --force",
)
@click.argument("revision", shell_complete=complete_revisions)
@click.option(
    "--force",
    "--hard",
    is_flag=True,
    help="Throw away edits in working copies that stand in the way.",
)
def COMMAND(run: Run, revision: str, force: bool) -> None:
    """Reset."""
    from datum.cli.commits import short, title
    from datum.cli.moved import reports_json, say_reports
    from datum.project.moving import reset

    session = run.project().session
    oid, reports = reset(session, revision, force=force)
    branch = (session.head.ref or "HEAD").removeprefix("heads/")
    if run.as_json:
        found = {"branch": branch, "commit": oid.hex(), "working": reports_json(reports)}
        run.console.json(found)
        return
    run.console.out(f"{branch} is at {short(oid)} {title(session.commit(oid).message)}")
    say_reports(run, reports)
