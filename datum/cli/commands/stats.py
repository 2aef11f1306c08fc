"""``datum stats``."""

from typing import Any

import click
import msgspec

from datum.cli.freefile import write_free
from datum.cli.options import command, complete_revisions
from datum.cli.run import Run

__all__ = ["COMMAND"]


@command(
    "Show statistics of a dataset: images, labels, attributes, areas.\n\n"
    "Writes statistics.json, or statistics.1.json and so on where that is taken; --html writes a page with "
    "charts beside it, which needs no network. --json prints the same as JSON and writes no file but the "
    "page. Images that cannot be read are named. What was counted is remembered: a second run reads no "
    "image, and after an edit only what it changed.",
    examples=(
        "datum stats\ndatum stats HEAD~1 -s train\ndatum stats --html\n"
        "datum stats --image-stats False --json"
    ),
)
@click.argument("target", required=False, default="", shell_complete=complete_revisions)
@click.option("-s", "--subset", help="The only subset to look at.")
@click.option("--image-stats", type=bool, default=True, show_default=True, help="Look at pixels.")
@click.option(
    "--ann-stats", type=bool, default=True, show_default=True, help="Look at annotations."
)
@click.option("--html", is_flag=True, help="Write statistics.html, too: a page with charts.")
def COMMAND(
    run: Run, target: str, subset: str | None, image_stats: bool, ann_stats: bool, html: bool
) -> None:
    """Show statistics."""
    from datum.analysis.statistics import stats

    project = run.project()
    with run.console.progress("counting") as progress:
        report = stats(
            project.dataset(target),
            subset=subset,
            images=image_stats,
            annotations=ann_stats,
            memo=project.session.store.memo(),
            progress=progress,
        )
    if run.as_json:
        run.console.json(report)
    else:
        _summary(run, report)
        # the standard library takes longer for it than all the rest of a second run
        data = msgspec.json.encode(report, order="sorted")
        text = msgspec.json.format(data, indent=4).decode() + "\n"
        run.console.out(f"written to {write_free('statistics', text)}")
    if html:
        from datum.analysis.statistics_page import statistics_page

        name = " ".join(filter(None, (project.name, target, subset)))
        path = write_free("statistics", statistics_page(report, name), ".html")
        run.console.note(f"page: {path}") if run.as_json else run.console.out(f"page: {path}")


def _summary(run: Run, report: dict[str, Any]) -> None:
    out = run.console.out
    out(
        f"{report['images count']} images, {report['unique images count']} unique, "
        f"{report.get('unreadable images count', 0)} unreadable"
    )
    for name in ("image mean", "image std"):
        value = report["dataset"][name]
        said = value if isinstance(value, str) else ", ".join(f"{one:.2f}" for one in value)
        out(f"{name}: {said}")
    if "annotations" not in report:
        return
    out(
        f"{report['annotations count']} annotations; "
        f"{report['unannotated images count']} images without any"
    )
    labels = report["annotations"]["labels"]["distribution"]
    order = sorted(labels, key=lambda name: -labels[name][0])
    rows = [(name, labels[name][0], f"{labels[name][1]:.1%}") for name in order]
    if rows:
        run.console.table(("label", "annotations", "share"), rows)
