"""``datum import``."""

from pathlib import Path

import click

from datum.cli.extras import option_lines, parse_extras, wants_help
from datum.cli.options import command, complete_formats
from datum.cli.run import Run

__all__ = ["COMMAND"]


@command(
    "Make a project of a dataset on disk.\n\n"
    "Creates the project, adds the dataset as its source and commits it. Options of the format follow "
    "after --.",
    examples="datum import -i /home/coco_dir -o /home/project_dir -f coco",
    project=False,
)
@click.argument("path", required=False, type=click.Path())
@click.option("-i", "--input-path", type=click.Path(), help="The dataset.")
@click.option("-o", "--output-dir", default=".", type=click.Path(), help="Where the project goes.")
@click.option(
    "-f",
    "--format",
    "format_name",
    shell_complete=complete_formats,
    help="Format of the dataset; recognised if not given.",
)
@click.option("-n", "--name", default="", help="Name of the source.")
@click.option("-m", "--message", default="", help="Message of the commit.")
@click.option(
    "--media",
    type=click.Choice(["store", "reference", "none"]),
    default="store",
    show_default=True,
    help="Take in the images, refer to them where they are, or leave them out.",
)
@click.option("--copy", is_flag=True, help="Take in the images, as --media store does.")
@click.option("--skip-check", is_flag=True, hidden=True, expose_value=False)
@click.option("--overwrite", is_flag=True, help="Replace the project that is there.")
def COMMAND(
    run: Run,
    path: str | None,
    input_path: str | None,
    output_dir: str,
    format_name: str | None,
    name: str,
    message: str,
    media: str,
    copy: bool,
    overwrite: bool,
) -> None:
    """Import a dataset."""
    from datum.detection import detect_one
    from datum.plugins import find_format
    from datum.project.project import Project
    from datum.project.replacing import making_project

    if wants_help(run.extras) and format_name:
        for line in option_lines(find_format(format_name).read_options):
            run.console.out(line)
        return
    source = Path(input_path or path or "")
    if not (input_path or path):
        raise click.UsageError("name the dataset with -i")
    format_name = format_name or detect_one(source).name
    options = parse_extras(find_format(format_name).read_options, run.extras, format_name)
    with making_project(Path(output_dir), replace=overwrite):
        project = Project.create(output_dir, author=run.author(), command=run.command)
        with run.console.progress(f"reading {source.name}") as progress:
            name = project.add(
                source,
                format_name,
                name,
                media="store" if copy else media,  # type: ignore[arg-type] # click checked the choice
                progress=progress,
                **options,
            )
        result = project.commit(message or f"Import {name}")
    dataset = project.session.dataset(result.oid)
    if run.as_json:
        run.console.json(
            {
                "root": str(project.root),
                "source": name,
                "format": format_name,
                "commit": result.oid.hex(),
                "items": len(dataset),
                "annotations": dataset.annotation_count,
            }
        )
        return
    run.console.out(
        f"imported {name} ({format_name}) into {project.root}: {len(dataset)} items, "
        f"{dataset.annotation_count} annotations"
    )
