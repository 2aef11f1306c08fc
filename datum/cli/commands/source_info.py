"""``datum source info``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from datum.cli.options import command
from datum.cli.run import Run

if TYPE_CHECKING:
    from datum.project.describing import Place
    from datum.project.session import Session

__all__ = ["COMMAND"]


@command(
    "Show the sources.\n\nWithout a name all of them; nothing is read again.",
    examples="datum source info\ndatum source info -n coco\ndatum source info -n coco --all",
)
@click.option("-n", "--name", default="", help="Name of the source.")
@click.option("--all", "show_all", is_flag=True, help="Name every label, not the first ten.")
@click.option("-v", "--verbose", is_flag=True, help="Show sizes and labels of every source.")
def COMMAND(run: Run, name: str, show_all: bool, verbose: bool) -> None:
    """Show sources."""
    from datum.project.describing import places_of_sources
    from datum.project.sources import source_of

    session = run.project().session
    if name:
        source_of(session, name)
    sources = [one for one in places_of_sources(session) if not name or one.name == name]
    if run.as_json:
        found = [_to_json(session, source) for source in sources]
        run.console.json(found[0] if name else found)
        return
    for source in sources:
        for line in _lines(session, source, full=bool(name) or verbose, show_all=show_all):
            run.console.out(line)


def _to_json(session: "Session", source: "Place") -> dict[str, Any]:
    from datum.cli.infos import place_json, summary_json
    from datum.project.describing import summarize

    found = place_json(source)
    if source.commit is None:
        return found
    return {**found, **summary_json(summarize(session.dataset(source.commit)))}


def _lines(session: "Session", source: "Place", *, full: bool, show_all: bool) -> Iterator[str]:
    from datum.cli.infos import source_lines, summary_lines
    from datum.project.describing import summarize

    yield from source_lines(source)
    if source.commit is not None and (full or show_all):
        summary = summarize(session.dataset(source.commit))
        yield from (f"  {line}" for line in summary_lines(summary, show_all=show_all))
