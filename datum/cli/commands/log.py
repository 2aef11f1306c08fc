"""``datum log``."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from datum.cli.options import command, complete_revisions
from datum.cli.run import Run

if TYPE_CHECKING:
    from datum.objects.ids import ObjectId
    from datum.project.session import Session
    from datum.refs.commits import Commit

__all__ = ["COMMAND"]


@command(
    "Show the history of a branch, or of one item.\n\n"
    "REV is any revision: a branch, a tag, sources/NAME, HEAD~3. An item, SUBSET/ID, follows after --; "
    "then the commits that changed it are shown, with what they changed. --lineage draws where a dataset "
    "came from, over branches, derived datasets and sources: what each state was made by, and of what. "
    "--operations shows everything that was done in the project, undone or not.",
    examples=(
        "datum log\ndatum log -n 5 --stat\ndatum log labels --graph\n"
        "datum log sources/coco --oneline\ndatum log -- train/000000000139\n"
        "datum log derived/train --lineage\ndatum log --operations"
    ),
)
@click.argument("revision", required=False, default="HEAD", shell_complete=complete_revisions)
@click.option("-n", "--max-count", "limit", type=click.IntRange(min=0), help="So many at most.")
@click.option(
    "--graph", is_flag=True, help="Draw how commits, those of sources too, hang together."
)
@click.option("--oneline", is_flag=True, help="Id and message alone.")
@click.option("--stat", is_flag=True, help="Count what each commit changed.")
@click.option("--all", "every", is_flag=True, help="Follow every parent, into sources too.")
@click.option("--lineage", is_flag=True, help="Draw where the dataset came from.")
@click.option("--operations", is_flag=True, help="Show the operation log.")
def COMMAND(
    run: Run,
    revision: str,
    limit: int | None,
    graph: bool,
    oneline: bool,
    stat: bool,
    every: bool,
    lineage: bool,
    operations: bool,
) -> None:
    """Show history."""
    from datum.project.history import history

    session = run.project().session
    if operations:
        _operations(run, session, limit)
        return
    start = session.resolve(revision)
    if lineage:
        _lineage(run, session, start, limit)
        return
    if run.extras:
        _item(run, session, start, limit)
        return
    commits = islice(history(session, start, every_parent=every or graph), limit)
    if run.as_json:
        run.console.json_stream(_rows(session, commits, stat=stat))
    elif graph:
        run.console.paged(_drawn(session, commits, oneline=oneline, stat=stat))
    else:
        run.console.paged(
            line
            for oid, commit in commits
            for line in _lines(session, oid, commit, oneline=oneline, stat=stat)
        )


def _rows(
    session: "Session", commits: "Iterable[tuple[ObjectId, Commit]]", *, stat: bool
) -> Iterator[dict[str, Any]]:
    from datum.cli.commits import commit_row
    from datum.project.history import commit_diff

    for oid, commit in commits:
        more = {"stat": commit_diff(session, commit).stat()} if stat else {}
        yield {**commit_row(oid, commit), **more}


def _lines(
    session: "Session", oid: "ObjectId", commit: "Commit", *, oneline: bool, stat: bool
) -> Iterator[str]:
    from datum.cli.commits import short, stat_line, title, when

    name = click.style(short(oid), fg="yellow")
    if oneline:
        yield f"{name} {title(commit.message)}"
    else:
        moment = when(commit.time, commit.offset)
        yield f"{name}  {commit.author.name}  {moment}  {title(commit.message)}"
    if stat:
        yield f"    {stat_line(session, commit)}"


def _drawn(
    session: "Session",
    commits: "Iterable[tuple[ObjectId, Commit]]",
    *,
    oneline: bool,
    stat: bool,
) -> Iterator[str]:
    from datum.cli.graph import Graph

    drawing: Graph[ObjectId] = Graph()
    for oid, commit in commits:
        text = _lines(session, oid, commit, oneline=oneline, stat=stat)
        yield from drawing.draw(oid, commit.parents, text)


def _lineage(run: Run, session: "Session", start: "ObjectId", limit: int | None) -> None:
    from datum.cli.graph import Graph
    from datum.cli.recipes import inputs_json, lineage_lines, recipe_line
    from datum.dataset.dataset import Dataset
    from datum.project.inspecting import recipe_json
    from datum.project.origins import lineage

    origins = islice(lineage(session, start), limit)
    if run.as_json:
        run.console.json_stream(
            {
                "commit": one.oid.hex(),
                "snapshot": one.commit.snapshot.hex(),
                "refs": list(one.names),
                "what": recipe_line(one.recipe),
                "recipe": None if one.recipe is None else recipe_json(one.recipe),
                "inputs": inputs_json(one),
            }
            for one in origins
        )
        return
    drawing: Graph[ObjectId] = Graph()
    run.console.paged(
        line
        for one in origins
        for line in drawing.draw(
            one.oid,
            one.commit.parents,
            lineage_lines(one, Dataset(session.store, one.commit.snapshot)),
        )
    )


def _item(run: Run, session: "Session", start: "ObjectId", limit: int | None) -> None:
    from datum.cli.commits import commit_row
    from datum.diff.text import item_lines, to_json
    from datum.project.history import commits_of_item, item_change, parse_key

    if len(run.extras) != 1:
        raise click.UsageError("name one item after --")
    key = parse_key(run.extras[0])
    rows = []
    for oid, commit, before, after in islice(commits_of_item(session, start, key), limit):
        change = item_change(session, commit, key, before, after)
        if run.as_json:
            rows.append({**commit_row(oid, commit), "change": change and to_json(change)})
            continue
        for line in _lines(session, oid, commit, oneline=False, stat=False):
            run.console.out(line)
        for line in () if change is None else item_lines(change):
            run.console.signed(f"  {line}")
    if run.as_json:
        run.console.json(rows)


def _operations(run: Run, session: "Session", limit: int | None) -> None:
    from datum.cli.commits import moves_json, moves_lines, when

    records = islice(session.log.backward(), limit)
    if run.as_json:
        run.console.json_stream(
            {
                "number": record.number,
                "who": record.who,
                "time": record.time,
                "date": when(record.time, record.offset),
                "command": record.command,
                "moves": moves_json(record),
                "undoes": record.undoes,
                "redoes": record.redoes,
            }
            for record in records
        )
        return

    def lines() -> Iterator[str]:
        for record in records:
            number = click.style(str(record.number), fg="yellow")
            moment = when(record.time, record.offset)
            yield f"{number}  {record.who}  {moment}  {record.command}"
            yield from (f"    {line}" for line in moves_lines(record))

    run.console.paged(lines())
