"""``datum blame``."""

from typing import TYPE_CHECKING, Any

import click

from datum.cli.options import command, complete_revisions
from datum.cli.run import Run

if TYPE_CHECKING:
    from datum.project.history import BlameLine

__all__ = ["COMMAND"]


@command(
    "Show which commit last changed each annotation of an item.\n\n"
    "ITEM is SUBSET/ID. Each line has the commit, who, when, and what it did: + added, ~ changed.",
    examples="datum blame train/000000000139\ndatum blame train/000000000139 v1.0",
)
@click.argument("item")
@click.argument("revision", required=False, default="HEAD", shell_complete=complete_revisions)
def COMMAND(run: Run, item: str, revision: str) -> None:
    """Blame."""
    from datum.cli.commits import short, when
    from datum.diff.text import annotation_line
    from datum.project.history import blame, parse_key

    session = run.project().session
    lines = blame(session, session.resolve(revision), parse_key(item))
    if run.as_json:
        run.console.json([_to_json(line) for line in lines])
        return
    for line in lines:
        name = click.style(short(line.oid), fg="yellow")
        moment = when(line.commit.time, line.commit.offset)
        change = annotation_line(line.change)
        run.console.out(f"{name}  {line.commit.author.name}  {moment}  {change}")


def _to_json(line: "BlameLine") -> dict[str, Any]:
    from datum.cli.commits import title, when
    from datum.diff.text import annotation_line

    return {
        "id": line.annotation.id,
        "kind": line.annotation.kind,
        "label": line.label or None,
        "commit": line.oid.hex(),
        "author": str(line.commit.author),
        "time": line.commit.time,
        "date": when(line.commit.time, line.commit.offset),
        "message": title(line.commit.message),
        "status": line.change.status,
        "change": annotation_line(line.change),
    }
