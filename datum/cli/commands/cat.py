"""``datum cat``."""

import click

from datum.cli.options import command, complete_revisions
from datum.cli.run import Run

__all__ = ["COMMAND"]


@command(
    "Print an object.\n\n"
    "OBJECT is an id, its first digits, or a revision. Items, annotations, nodes, labels, snapshots, "
    "commits, recipes and tags are printed as JSON; of an image, size and digest. --raw writes the "
    "bytes as they are stored.",
    examples="datum cat HEAD\ndatum cat 3f2a9c10\ndatum cat 3f2a9c10 --raw > image.jpg",
)
@click.argument("name", metavar="OBJECT", shell_complete=complete_revisions)
@click.option("--raw", is_flag=True, help="The bytes as they are stored.")
def COMMAND(run: Run, name: str, raw: bool) -> None:
    """Print an object."""
    from datum.project.inspecting import find_object, object_json

    session = run.project().session
    oid = find_object(session, name)
    if raw:
        run.console.raw(session.store.get(oid))
    else:
        run.console.json(object_json(session, oid))
