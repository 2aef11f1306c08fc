"""``datum commit``."""

import click

from datum.cli.options import command
from datum.cli.run import Run

__all__ = ["COMMAND"]


@command(
    "Take what changed into the current branch.\n\n"
    "What changed in each source and working copy since the branch last took it is merged into the "
    "branch, so that filters and edits made there stay.",
    examples="datum commit -m 'Second round of labels'\ndatum commit -m 'Both' --prefer theirs",
)
@click.option("-m", "--message", required=True, help="What changed, and why.")
@click.option(
    "--prefer",
    type=click.Choice(["ours", "theirs"]),
    help="Whose value stands where branch and source changed the same thing: the branch's (ours), or "
    "the source's (theirs).",
)
@click.option("--rename", is_flag=True, help="Keep items of one name in several sources apart.")
@click.option("--allow-empty", is_flag=True, help="Commit although nothing changed.")
def COMMAND(run: Run, message: str, prefer: str | None, rename: bool, allow_empty: bool) -> None:
    """Commit."""
    if not message.strip():
        raise click.UsageError("the message is empty: say with -m what changed, and why")
    from datum.cli.commits import stat_line

    project = run.project()
    run.say_author(project)
    with run.console.progress("reading") as progress:
        result = project.commit(
            message,
            prefer=prefer,  # type: ignore[arg-type] # click checked the choice
            rename=rename,
            allow_empty=allow_empty,
            progress=progress,
        )
    branch = result.ref.removeprefix("heads/")
    new = project.session.dataset(result.oid)
    found = {
        "commit": result.oid.hex(),
        "branch": branch,
        "snapshot": result.snapshot.hex(),
        "taken": list(result.sources),
        "items": len(new),
        "annotations": new.annotation_count,
    }
    if run.as_json:
        run.console.json(found)
        return
    run.console.out(f"[{branch} {result.oid.hex()[:8]}] {message.partition(chr(10))[0]}")
    run.console.out(f" {stat_line(project.session, project.session.commit(result.oid))}")
