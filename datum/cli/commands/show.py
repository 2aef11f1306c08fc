"""``datum show``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from datum.cli.options import command, complete_revisions
from datum.cli.run import Run

if TYPE_CHECKING:
    from datum.model import Item
    from datum.objects.ids import ObjectId
    from datum.project.session import Session
    from datum.refs.commits import Commit

__all__ = ["COMMAND"]


@command(
    "Show a commit: who, why, how it was made, what changed.\n\n"
    "REV:SUBSET/ID shows one item as it is in a revision; without REV, in HEAD.",
    examples=(
        "datum show\ndatum show HEAD~1 --stat\ndatum show main:train/000000000139\n"
        "datum show :train/000000000139 --json"
    ),
)
@click.argument("what", required=False, default="HEAD", shell_complete=complete_revisions)
@click.option("--stat", is_flag=True, help="Count what changed by label and kind.")
def COMMAND(run: Run, what: str, stat: bool) -> None:
    """Show a commit or an item."""
    from datum.project.inspecting import is_item

    session = run.project().session
    if is_item(what):
        _item(run, session, what)
        return
    oid = session.resolve(what)
    commit = session.commit(oid)
    if run.as_json:
        run.console.json(_to_json(session, oid, commit, stat=stat))
        return
    for line in _head(session, oid, commit):
        run.console.out(line)
    _changes(run, session, commit, stat=stat)


def _item(run: Run, session: "Session", what: str) -> None:
    from datum.project.inspecting import find_item, item_json

    dataset, item = find_item(session, what)
    if run.as_json:
        run.console.json(item_json(item, dataset.categories))
        return
    run.console.out(f"{item.subset}/{item.id}", bold=True)
    for line in _item_lines(item, dataset.categories.name_of):
        run.console.out(line)


def _item_lines(item: "Item", name_of: Any) -> Iterator[str]:
    from datum.diff.text import describe
    from datum.model import Blob

    for media in item.media:
        size = f" {media.width}×{media.height}" if media.width and media.height else ""
        content = media.content
        held = f", {content.size} bytes" if isinstance(content, Blob) else ", bytes not held"
        yield f"  {media.role} {media.path}{size}{held}"
    for name, value in item.attributes.items():
        yield f"  {name}: {value}"
    for one in item.annotations:
        label = name_of(one.label) or "(no label)"
        yield f"  {one.kind} #{one.id} {label}  {describe(one)}".rstrip()
        more = {**({} if one.score is None else {"score": one.score}), **one.attributes}
        if more:
            yield "    " + ", ".join(f"{name}: {value}" for name, value in more.items())


def _to_json(
    session: "Session", oid: "ObjectId", commit: "Commit", *, stat: bool
) -> dict[str, Any]:
    from datum.cli.commits import commit_row
    from datum.cli.recipes import inputs_json
    from datum.project.history import commit_diff
    from datum.project.inspecting import recipe_json
    from datum.project.origins import find_origin

    diff = commit_diff(session, commit)
    found = commit_row(oid, commit)
    origin = find_origin(session, oid)
    if origin.recipe is not None:
        found["recipe"] = {**recipe_json(origin.recipe), "inputs": inputs_json(origin)}
    found["stat"] = diff.stat()
    return found if stat else {**found, "diff": diff.to_json()}


def _head(session: "Session", oid: "ObjectId", commit: "Commit") -> Iterator[str]:
    from datum.cli.commits import short, when
    from datum.cli.recipes import origin_lines
    from datum.project.origins import find_origin

    yield click.style(f"commit {oid.hex()}", fg="yellow")
    if commit.parents:
        yield f"parents:  {' '.join(short(parent) for parent in commit.parents)}"
    yield f"snapshot: {commit.snapshot.hex()}"
    yield f"author:   {commit.author}"
    yield f"date:     {when(commit.time, commit.offset)}"
    for n, line in enumerate(origin_lines(find_origin(session, oid))):
        yield line if n else f"made by:  {line}"
    yield ""
    yield from (f"    {line}" for line in commit.message.splitlines())
    yield ""


def _changes(run: Run, session: "Session", commit: "Commit", *, stat: bool) -> None:
    from datum.cli.stat import print_stat
    from datum.diff.text import categories_lines
    from datum.project.history import commit_diff

    diff = commit_diff(session, commit)
    if stat:
        for line in categories_lines(diff.categories()):
            run.console.signed(line)
        print_stat(run.console, iter(diff))
        return
    for line in diff.lines():
        run.console.signed(line)
