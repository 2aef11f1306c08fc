"""``datum transform``."""

import click

from datum.cli.extras import option_lines, parse_extras, wants_help
from datum.cli.operating import OPERATION_OPTIONS, print_placed, write_reports
from datum.cli.options import command, complete_revisions, complete_transforms
from datum.cli.run import Run

__all__ = ["COMMAND"]


@command(
    "Change items and annotations by a transform.\n\n"
    "`datum transform -l` lists the transforms, `datum transform -t NAME -- -h` explains one. Options of "
    "the transform follow after --. Without -o the result is committed to the current branch.",
    examples=(
        "datum transform -t random_split -- --subset train:.67 --subset test:.33\n"
        "datum transform -t remap_labels -- -l person:car -l bus:bus --default delete\n"
        "datum transform -t rename -o renamed -- -e '|frame_(\\d+)|\\1|'"
    ),
)
@click.argument("target", required=False, default="", shell_complete=complete_revisions)
@click.option("-t", "--transform", "name", shell_complete=complete_transforms, help="Its name.")
@click.option("-l", "--list", "list_all", is_flag=True, help="List the transforms.")
@OPERATION_OPTIONS
def COMMAND(
    run: Run, target: str, name: str | None, list_all: bool, output: str, overwrite: bool
) -> None:
    """Transform."""
    from datum.plugins import find_transform

    if list_all:
        _list(run)
        return
    if not name:
        raise click.UsageError("name the transform with -t; -l lists them")
    card = find_transform(name)
    if wants_help(run.extras):
        for line in [card.help.strip(), "", "Options, after --", *option_lines(card.options)]:
            run.console.out(line)
        return
    options = parse_extras(card.options, run.extras, card.name)
    project = run.project()
    with run.console.progress(card.name) as progress:
        placed = project.transform(
            card.name,
            options,
            target=target,
            output=output,
            overwrite=overwrite,
            progress=progress,
        )
    write_reports(placed)
    print_placed(run, placed, f"transform {card.name}")


def _list(run: Run) -> None:
    from datum.plugins import find_transform, transform_names

    rows = [(name, find_transform(name).title) for name in transform_names()]
    if run.as_json:
        run.console.json([{"name": name, "title": title} for name, title in rows])
    else:
        run.console.table(("transform", "what it does"), rows)
