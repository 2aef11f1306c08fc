"""``datum diff``."""

from typing import Any

import click

from datum.cli.comparing import COMPARE_OPTIONS, compare_targets, method_of
from datum.cli.options import command, complete_revisions
from datum.cli.run import Run

__all__ = ["COMMAND"]


@command(
    "Show what differs between two datasets, or measure how well one finds the other.\n\n"
    "OLD and NEW are revisions, projects (DIR, DIR@REV) or datasets on disk (PATH:FORMAT). With one of "
    "them, it is compared with HEAD; with none, HEAD is compared with the commit before. Two equal "
    "snapshots are told by their ids alone.\n\n"
    "With -o or -m this is a comparison of two datasets: the first is the truth, and where one is named "
    "it is compared with the current dataset, which then is the truth. Distance gives precision, recall, "
    "the average precision of COCO, the confusion matrix, and what was missed, extra or mislabelled; "
    "equality compares all fields; table counts. It prints tables, and with -o it writes diff.json, CSV "
    "files, pictures and a page, index.html, to look through. Without -m, options of equality mean "
    "equality, and all others distance.",
    examples=(
        "datum diff\ndatum diff HEAD~1\ndatum diff main labels --stat\n"
        "datum diff sources/coco main\ndatum diff HEAD new.json:coco_instances --exit-code\n"
        "datum diff inference -o diff\n"
        "datum diff main inference -m distance --iou-thresh 0.75\n"
        "datum diff ../other_project -m equality --match-images -ia occluded\n"
        "datum diff v1.0 v2.0 -m table"
    ),
)
@click.argument("old", required=False, shell_complete=complete_revisions)
@click.argument("new", required=False, shell_complete=complete_revisions)
@click.option("--stat", is_flag=True, help="Count by label and kind.")
@click.option("--name-only", is_flag=True, help="The names of the items alone.")
@click.option("--exit-code", is_flag=True, help="End with 1 where they differ.")
@COMPARE_OPTIONS
def COMMAND(
    run: Run,
    old: str | None,
    new: str | None,
    stat: bool,
    name_only: bool,
    exit_code: bool,
    **options: Any,
) -> None:
    """Show a diff, or compare."""
    from datum.errors import UsageError

    method = method_of(options)
    if not method:
        _show(run, old, new, stat=stat, name_only=name_only, exit_code=exit_code)
        return
    if stat or name_only:
        raise UsageError("--stat and --name-only are not for comparisons", hint="try -m table")
    sides = (old or "HEAD~1", new or "HEAD") if new or not old else ("", old)
    compare_targets(run, sides[0], sides[1], method, options, exit_code=exit_code)


def _show(
    run: Run, old: str | None, new: str | None, *, stat: bool, name_only: bool, exit_code: bool
) -> None:
    """The changes from one dataset to the other."""
    from datum.cli.stat import print_stat

    project = run.project()
    if new is None:
        old, new = (old or "HEAD~1", "HEAD")
    found = project.diff(old or "HEAD~1", new)
    console = run.console
    if run.as_json:
        console.json({**found.to_json(), "stat": found.stat()} if not stat else found.stat())
    elif name_only:
        for change in found:
            console.out(change.name)
    elif stat:
        print_stat(console, iter(found))
    else:
        for line in found.lines():
            console.signed(line)
    run.finish(1 if exit_code and found else 0)
