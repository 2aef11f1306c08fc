"""``datum dinfo``."""

from typing import TYPE_CHECKING

import click

from datum.cli.options import command
from datum.cli.run import Run

if TYPE_CHECKING:
    from collections import Counter

__all__ = ["COMMAND"]


@command(
    "Show what a dataset on disk holds.\n\n"
    "TARGET is PATH or PATH:FORMAT, or a project: DIR, DIR@REV. No project is needed, and none is "
    "changed.",
    examples="datum dinfo coco/\ndatum dinfo labels.json:coco_instances\ndatum dinfo project@v1.0 --all",
    project=False,
)
@click.argument("target")
@click.option("--all", "show_all", is_flag=True, help="Name every label, not the first ten.")
def COMMAND(run: Run, target: str, show_all: bool) -> None:
    """Show a dataset."""
    from datum.cli.infos import summary_json, summary_lines
    from datum.project.describing import count_contents, summarize
    from datum.project.ondisk import open_target

    with (
        run.console.progress("reading") as progress,
        open_target(target, progress=progress) as (dataset, format_name),
    ):
        summary, contents = summarize(dataset), count_contents(dataset)
    if run.as_json:
        run.console.json(
            {
                "format": format_name or None,
                **summary_json(summary),
                "media": dict(sorted(contents.media.items())),
                "annotation types": dict(sorted(contents.annotations.items())),
            }
        )
        return
    if format_name:
        run.console.out(f"format: {format_name}")
    run.console.out(f"media types: {_counted(contents.media)}")
    run.console.out(f"annotation types: {_counted(contents.annotations)}")
    for line in summary_lines(summary, show_all=show_all):
        run.console.out(line)


def _counted(counts: "Counter[str]") -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "none"
