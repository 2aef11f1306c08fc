"""``datum branch``."""

from typing import TYPE_CHECKING, Any

import click

from datum.cli.options import command, complete_revisions
from datum.cli.run import Run

if TYPE_CHECKING:
    from datum.project.session import Session

__all__ = ["COMMAND"]

_PAIR = 2


@command(
    "List, make, rename and delete branches.\n\n"
    "Without a name, the branches are listed; * marks the one that HEAD is on.",
    examples=(
        "datum branch\ndatum branch labels v1.0\ndatum branch -m labels round-2\n"
        "datum branch -d round-2\ndatum branch -f labels HEAD~1"
    ),
)
@click.argument("names", nargs=-1, metavar="[NAME [START]]", shell_complete=complete_revisions)
@click.option("-d", "--delete", is_flag=True, help="Delete branches whose commits others have too.")
@click.option("-D", "delete_all", is_flag=True, help="Delete branches, whatever they have.")
@click.option("-m", "--move", is_flag=True, help="Rename: OLD NEW, or NEW for the current one.")
@click.option("-f", "--force", is_flag=True, help="Move a branch that is there already.")
def COMMAND(
    run: Run, names: tuple[str, ...], delete: bool, delete_all: bool, move: bool, force: bool
) -> None:
    """Branches."""
    session = run.project().session
    if delete or delete_all:
        _delete(run, session, names, force=delete_all or force)
    elif move:
        _rename(run, session, names)
    elif names:
        _create(run, session, names, force=force)
    else:
        _list(run, session)


def _list(run: Run, session: "Session") -> None:
    from datum.cli.commits import short, title

    head = session.head
    rows: list[dict[str, Any]] = []
    for ref, oid in session.refs.all("heads/").items():
        message = title(session.commit(oid).message)
        name = ref.removeprefix("heads/")
        rows.append(
            {"name": name, "current": ref == head.ref, "commit": oid.hex(), "message": message}
        )
    if run.as_json:
        run.console.json(rows)
        return
    if head.oid is not None:
        run.console.out(f"* (no branch) {short(head.oid)}", fg="green")
    elif session.head_commit() is None:
        run.console.out(f"* {(head.ref or '').removeprefix('heads/')} (no commit yet)", fg="green")
    width = max((len(row["name"]) for row in rows), default=0)
    for row in rows:
        mark = "*" if row["current"] else " "
        line = f"{mark} {row['name']:<{width}}  {row['commit'][:8]}  {row['message']}"
        run.console.out(line, **({"fg": "green"} if row["current"] else {}))


def _create(run: Run, session: "Session", names: tuple[str, ...], *, force: bool) -> None:
    from datum.cli.commits import short
    from datum.project.moving import create_branch

    if len(names) > _PAIR:
        raise click.UsageError("one name and one start are expected")
    oid = create_branch(session, names[0], *names[1:], force=force)
    if run.as_json:
        run.console.json({"name": names[0], "commit": oid.hex()})
    else:
        run.console.out(f"branch {names[0]} is at {short(oid)}")


def _rename(run: Run, session: "Session", names: tuple[str, ...]) -> None:
    from datum.project.moving import rename_branch

    if len(names) == 1 and session.head.ref is not None:
        names = (session.head.ref.removeprefix("heads/"), *names)
    if len(names) != _PAIR:
        raise click.UsageError("the old and the new name are expected")
    rename_branch(session, *names)
    if run.as_json:
        run.console.json({"old": names[0], "new": names[1]})
    else:
        run.console.out(f"branch {names[0]} is called {names[1]} now")


def _delete(run: Run, session: "Session", names: tuple[str, ...], *, force: bool) -> None:
    from datum.cli.commits import short
    from datum.project.moving import delete_branch

    if not names:
        raise click.UsageError("name the branch")
    deleted = {}
    for name in names:
        oid = delete_branch(session, name, force=force)
        deleted[name] = oid.hex()
        if not run.as_json:
            run.console.out(f"deleted branch {name} (was {short(oid)})")
    if run.as_json:
        run.console.json({"deleted": deleted})
