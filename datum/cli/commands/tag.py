"""``datum tag``."""

from typing import TYPE_CHECKING, Any

import click

from datum.cli.options import command, complete_revisions
from datum.cli.run import Run

if TYPE_CHECKING:
    from datum.objects.ids import ObjectId
    from datum.project.session import Session

__all__ = ["COMMAND"]

_PAIR = 2


@command(
    "List, make and delete tags.\n\n"
    "A tag with a message is an object of its own, with its author and time.",
    examples="datum tag\ndatum tag v1.0\ndatum tag v1.1 HEAD~1 -m 'Reviewed'\ndatum tag -d v1.1",
)
@click.argument("names", nargs=-1, metavar="[NAME [REV]]", shell_complete=complete_revisions)
@click.option("-m", "--message", default="", help="What it marks.")
@click.option("-d", "--delete", is_flag=True, help="Delete tags.")
@click.option("-f", "--force", is_flag=True, help="Move a tag that is there already.")
def COMMAND(run: Run, names: tuple[str, ...], message: str, delete: bool, force: bool) -> None:
    """Tags."""
    session = run.project().session
    if delete:
        _delete(run, session, names)
    elif names:
        _create(run, session, names, message, force=force)
    else:
        _list(run, session)


def _list(run: Run, session: "Session") -> None:
    rows = [_row(session, ref, oid) for ref, oid in session.refs.all("tags/").items()]
    if run.as_json:
        run.console.json(rows)
        return
    width = max((len(row["name"]) for row in rows), default=0)
    for row in rows:
        text = row["message"].partition("\n")[0]
        run.console.out(f"{row['name']:<{width}}  {row['commit'][:8]}  {text}")


def _row(session: "Session", ref: str, oid: "ObjectId") -> dict[str, Any]:
    from datum.cli.commits import when
    from datum.objects.kinds import Kind
    from datum.refs.tags import peel, read_tag

    name = ref.removeprefix("tags/")
    commit = peel(session.store, oid)
    found: dict[str, Any] = {"name": name, "commit": commit.hex() if commit else oid.hex()}
    if session.store.kind(oid) == Kind.TAG:
        tag = read_tag(session.store, oid)
        more = {"tagger": str(tag.author), "date": when(tag.time, tag.offset)}
        return {**found, "annotated": True, "message": tag.message, **more}
    return {**found, "annotated": False, "message": session.commit(oid).message}


def _create(
    run: Run, session: "Session", names: tuple[str, ...], message: str, *, force: bool
) -> None:
    from datum.cli.commits import short
    from datum.project.moving import create_tag

    if len(names) > _PAIR:
        raise click.UsageError("one name and one revision are expected")
    oid = create_tag(session, names[0], *names[1:], message=message, force=force)
    if run.as_json:
        run.console.json({"name": names[0], "commit": oid.hex(), "message": message})
    else:
        run.console.out(f"tag {names[0]} is at {short(oid)}")


def _delete(run: Run, session: "Session", names: tuple[str, ...]) -> None:
    from datum.cli.commits import short
    from datum.project.moving import delete_ref

    if not names:
        raise click.UsageError("name the tag")
    deleted = {}
    for name in names:
        oid = delete_ref(session, "tag", name)
        deleted[name] = oid.hex()
        if not run.as_json:
            run.console.out(f"deleted tag {name} (was {short(oid)})")
    if run.as_json:
        run.console.json({"deleted": deleted})
