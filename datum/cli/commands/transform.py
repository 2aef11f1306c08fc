"""``datum transform``."""

from typing import TYPE_CHECKING

import click

from datum.cli.extras import option_lines
from datum.cli.operating import (
    DRY_RUN_OPTIONS,
    OPERATION_OPTIONS,
    print_placed,
    print_preview,
    write_reports,
)
from datum.cli.options import command, complete_revisions, complete_transforms
from datum.cli.run import Run

if TYPE_CHECKING:
    from datum.plugins import Transform

__all__ = ["COMMAND"]


@command(
    "Change items and annotations by a transform, or by several in a row.\n\n"
    "`datum transform -l` lists the transforms, `datum transform -t NAME -- -h` explains one. Options of "
    "a transform follow after --, and then -t with the next transform and its options; each is a commit "
    "with a recipe of its own. (A second -- ends the options of a transform that has a -t itself.) "
    "Without -o the result is committed to the current branch. --dry-run says what would change.",
    examples=(
        "datum transform -t random_split -- --subset train:.67 --subset test:.33\n"
        "datum transform -t remap_labels --dry-run -- -l person:car -l bus:bus --default delete\n"
        "datum transform -t rename -o renamed -- -e '|frame_(\\d+)|\\1|'\n"
        "datum transform -t shapes_to_boxes -t remap_labels -- -l bus:car -t random_split -- --seed 3"
    ),
)
@click.argument("target", required=False, default="", shell_complete=complete_revisions)
@click.option(
    "-t",
    "--transform",
    "names",
    multiple=True,
    metavar="NAME",
    shell_complete=complete_transforms,
    help="Its name; several run in their order.",
)
@click.option("-l", "--list", "list_all", is_flag=True, help="List the transforms.")
@DRY_RUN_OPTIONS
@OPERATION_OPTIONS
def COMMAND(
    run: Run,
    target: str,
    names: tuple[str, ...],
    list_all: bool,
    dry_run: bool,
    stat: bool,
    output: str,
    overwrite: bool,
) -> None:
    """Transform."""
    from datum.cli.chain import parse_chain
    from datum.lineage.operations import transform_operation

    if list_all:
        _list(run)
        return
    if not names:
        raise click.UsageError("name the transform with -t; -l lists them")
    chain = parse_chain(names, run.extras)
    if chain[-1].wants_help:
        _explain(run, chain[-1].card)
        return
    operations = [transform_operation(link.card.name, link.options) for link in chain]
    what = ", ".join(operation.name for operation in operations)
    project = run.project()
    with run.console.progress(what) as progress:
        if dry_run:
            preview = project.preview(operations, target=target, progress=progress)
        else:
            placed = project.run(
                operations, target=target, output=output, overwrite=overwrite, progress=progress
            )
    if dry_run:
        print_preview(run, preview, what, stat=stat)
        return
    write_reports(placed)
    print_placed(run, placed, what)


def _explain(run: Run, card: "Transform") -> None:
    for line in [card.help.strip(), "", "Options, after --", *option_lines(card.options)]:
        run.console.out(line)


def _list(run: Run) -> None:
    from datum.plugins import find_transform, transform_names

    rows = [(name, find_transform(name).title) for name in transform_names()]
    if run.as_json:
        run.console.json([{"name": name, "title": title} for name, title in rows])
    else:
        run.console.table(("transform", "what it does"), rows)
