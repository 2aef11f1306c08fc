"""``datum convert``."""

from pathlib import Path

import click

from datum.cli.exporting import MEDIA_OPTIONS, export_help, export_plan, free_folder
from datum.cli.options import command, complete_formats
from datum.cli.run import Run

__all__ = ["COMMAND"]


@command(
    "Turn a dataset from one format into another.\n\n"
    "Needs no project and leaves none. Options of the output format follow after --.",
    examples=(
        "datum convert --input-format voc --input-path VOCdevkit/ --output-format coco\n"
        "datum convert -i coco/ -f yolo -o yolo/ --save-media"
    ),
    project=False,
)
@click.option("-i", "--input-path", default=".", type=click.Path(), help="The dataset.")
@click.option(
    "-if",
    "--input-format",
    shell_complete=complete_formats,
    help="Its format; recognised if not given.",
)
@click.option("-o", "--output-dir", type=click.Path(), help="Where; INPUT-FORMAT if not given.")
@click.option(
    "-f",
    "--output-format",
    required=True,
    shell_complete=complete_formats,
    help="The format to write.",
)
@click.option("-e", "--filter", "expression", default="", help="Write what this XPath picks alone.")
@click.option("--filter-mode", default="i", show_default=True, help="As `datum filter --mode`.")
@click.option(
    "--strict",
    is_flag=True,
    help="Refuse, before anything is written, to lose anything but annotation ids.",
)
@click.option(
    "--overwrite",
    is_flag=True,
    help="Replace what is there; never the dataset read, nor a project.",
)
@MEDIA_OPTIONS
def COMMAND(
    run: Run,
    input_path: str,
    input_format: str | None,
    output_dir: str | None,
    output_format: str,
    expression: str,
    filter_mode: str,
    strict: bool,
    overwrite: bool,
    save_media: bool,
    image_ext: str,
) -> None:
    """Convert."""
    from datum.detection import detect_one
    from datum.project.converting import convert

    if export_help(run, output_format):
        return
    source = Path(input_path)
    plan = export_plan(output_format, run.extras, save_media=save_media, image_ext=image_ext)
    input_format = input_format or detect_one(source).name
    folder = (
        Path(output_dir) if output_dir else free_folder(f"{source.resolve().name}-{output_format}")
    )
    with run.console.progress(f"{input_format} to {output_format}") as progress:
        count, losses = convert(
            source,
            input_format,
            folder,
            plan,
            expression=expression,
            mode=filter_mode,
            strict=strict,
            overwrite=overwrite,
            progress=progress,
        )
    if run.as_json:
        run.console.json(
            {
                "path": str(folder),
                "from": input_format,
                "to": output_format,
                "items": count,
                "losses": losses.to_json(),
            }
        )
        return
    run.console.out(f"wrote {count} items as {output_format} to {folder}")
    run.report_losses(losses, output_format)
