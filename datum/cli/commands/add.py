"""``datum add``."""

from pathlib import Path

import click

from datum.cli.extras import option_lines, parse_extras, wants_help
from datum.cli.options import command, complete_formats
from datum.cli.run import Run

__all__ = ["COMMAND"]


@command(
    "Add a source: a dataset on disk, in any format.\n\n"
    "The word `path` before the path may be left out. The source is read at once; `datum commit` takes "
    "it into the branch. Options of the format follow after --.",
    examples=(
        "datum add path annotations/instances_train.json -f coco_instances\n"
        "datum add /data/voc -n streets\n"
        "datum add path /data/coco -f coco --media reference"
    ),
)
@click.argument("words", nargs=-1, required=True, metavar="[path] PATH")
@click.option(
    "-f",
    "--format",
    "format_name",
    shell_complete=complete_formats,
    help="Format of the dataset; recognised if not given.",
)
@click.option("-n", "--name", default="", help="Name of the source: that of the path if not given.")
@click.option(
    "--media",
    type=click.Choice(["store", "reference", "none"]),
    default="store",
    show_default=True,
    help="Take in the images, refer to them where they are, or leave them out.",
)
@click.option("--copy", is_flag=True, help="Take in the images, as --media store does.")
@click.option("--skip-check", is_flag=True, hidden=True)
def COMMAND(
    run: Run,
    words: tuple[str, ...],
    format_name: str | None,
    name: str,
    media: str,
    copy: bool,
    skip_check: bool,  # noqa: ARG001 (an older spelling: the source is read, and so checked, anyway)
) -> None:
    """Add a source."""
    from datum.detection import detect_one
    from datum.plugins import find_format

    path = _path(words)
    format_name = format_name or detect_one(path).name
    card = find_format(format_name)
    if wants_help(run.extras):
        run.console.out(f"Options of {format_name} for reading:")
        for line in option_lines(card.read_options):
            run.console.out(line)
        return
    options = parse_extras(card.read_options, run.extras, format_name)
    project = run.project()
    with run.console.progress(f"reading {path.name}") as progress:
        name = project.add(
            path,
            format_name,
            name,
            media="store" if copy else media,  # type: ignore[arg-type] # click checked the choice
            progress=progress,
            **options,
        )
    dataset = project.dataset(f"sources/{name}")
    found = {"source": name, "format": format_name, "items": len(dataset)}
    found["annotations"] = dataset.annotation_count
    if run.as_json:
        run.console.json(found)
        return
    run.console.out(
        f"added source {name} ({format_name}): {len(dataset)} items, "
        f"{dataset.annotation_count} annotations"
    )
    run.console.note("`datum commit -m MESSAGE` takes it into the branch")


def _path(words: tuple[str, ...]) -> Path:
    if len(words) == 2 and words[0] == "path":  # noqa: PLR2004 (the word and the path)
        return Path(words[1])
    if len(words) == 1:
        return Path(words[0])
    raise click.UsageError(f"one path is expected, not {' '.join(words)}")
