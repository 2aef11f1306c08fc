"""``datum info``."""

from typing import TYPE_CHECKING

import click

from datum.cli.options import command, complete_revisions
from datum.cli.run import Run

if TYPE_CHECKING:
    from datum.project.describing import Summary
    from datum.project.project import Project

__all__ = ["COMMAND"]


@command(
    "Show what a project holds.\n\n"
    "Sources, working copies, and the dataset of TARGET: a revision, a project or a dataset on disk; "
    "HEAD if not given, and the sources where nothing was committed yet.",
    examples="datum info\ndatum info -p /test_project\ndatum info v1.0 --all\ndatum source info -n coco",
)
@click.argument("target", required=False, default="", shell_complete=complete_revisions)
@click.option("--all", "show_all", is_flag=True, help="Name every label, not the first ten.")
def COMMAND(run: Run, target: str, show_all: bool) -> None:
    """Show a project."""
    from datum.project.describing import summarize

    project = run.project()
    with run.console.progress("reading") as progress:
        summary = summarize(project.target(target, progress=progress).dataset)
    if run.as_json:
        _print_json(run, project, summary)
    else:
        _print(run, project, summary, show_all=show_all)


def _print(run: Run, project: "Project", summary: "Summary", *, show_all: bool) -> None:
    from datum.cli.commits import short
    from datum.cli.infos import source_lines, summary_lines, working_lines
    from datum.project.describing import places_of_sources, places_of_working

    session, out = project.session, run.console.out
    head, commit = session.head, session.head_commit()
    out(f"name: {project.name}")
    out(f"location: {project.root}")
    out(f"branch: {head.ref.removeprefix('heads/') if head.ref else 'none'}")
    out(f"commit: {'none yet' if commit is None else short(commit)}")
    for source in places_of_sources(session):
        for line in source_lines(source):
            out(line)
    for copy in places_of_working(session):
        for line in working_lines(copy):
            out(line)
    for line in summary_lines(summary, show_all=show_all):
        out(line)


def _print_json(run: Run, project: "Project", summary: "Summary") -> None:
    from datum.cli.infos import place_json, summary_json
    from datum.project.describing import places_of_sources, places_of_working

    session = project.session
    head, commit = session.head, session.head_commit()
    run.console.json(
        {
            "name": project.name,
            "location": str(project.root),
            "branch": head.ref and head.ref.removeprefix("heads/"),
            "commit": None if commit is None else commit.hex(),
            "sources": [place_json(one) for one in places_of_sources(session)],
            "working": [place_json(one) for one in places_of_working(session)],
            **summary_json(summary),
        }
    )
