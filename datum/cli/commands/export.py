"""``datum export``."""

from pathlib import Path

import click

from datum.cli.exporting import MEDIA_OPTIONS, export_help, export_plan, free_folder
from datum.cli.options import command, complete_formats, complete_revisions
from datum.cli.run import Run

__all__ = ["COMMAND"]


@command(
    "Write a dataset in a format.\n\n"
    "TARGET is a revision, a project or a dataset on disk; HEAD if not given, and the sources where "
    "nothing was committed yet. What the format cannot keep is counted at the end. Options of the "
    "format follow after --, as do --save-media and --image-ext.",
    examples=(
        "datum export -f yolo -o train/ --save-media\n"
        "datum export v1.0 -f coco -o v1/ --strict\n"
        "datum export -p test_project -o test_project-export -f voc -- --save-images --image-ext='.png'"
    ),
)
@click.argument("target", required=False, default="", shell_complete=complete_revisions)
@click.option(
    "-f",
    "--format",
    "format_name",
    required=True,
    shell_complete=complete_formats,
    help="The format to write.",
)
@click.option(
    "-o",
    "--output-dir",
    type=click.Path(),
    help="Where; PROJECT-FORMAT in the working directory if not given.",
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
    help="Replace what is there; never a project, source or working copy.",
)
@MEDIA_OPTIONS
def COMMAND(
    run: Run,
    target: str,
    format_name: str,
    output_dir: str | None,
    expression: str,
    filter_mode: str,
    strict: bool,
    overwrite: bool,
    save_media: bool,
    image_ext: str,
) -> None:
    """Export."""
    from datum.dataset.dataset import Dataset
    from datum.project.exporting import export_dataset
    from datum.project.guarding import closed_folders
    from datum.project.operations import filter_dataset
    from datum.project.taking import take_dataset

    if export_help(run, format_name):
        return
    plan = export_plan(format_name, run.extras, save_media=save_media, image_ext=image_ext)
    project = run.project()
    folder = Path(output_dir) if output_dir else free_folder(f"{project.name}-{format_name}")
    writer = project.session.store.writer()
    with run.console.progress("reading") as progress:
        dataset = project.target(target, writer=writer, progress=progress).dataset
    if expression:
        made = filter_dataset(writer, take_dataset(writer, dataset), expression, filter_mode)
        dataset = Dataset(writer, made.snapshot)
    with run.console.progress(f"writing {format_name}", len(dataset)) as progress:
        losses = export_dataset(
            dataset.store,
            dataset,
            folder,
            plan,
            strict=strict,
            overwrite=overwrite,
            closed=closed_folders(project.session),
            progress=progress,
        )
    if run.as_json:
        run.console.json(
            {
                "path": str(folder),
                "format": format_name,
                "items": len(dataset),
                "losses": losses.to_json(),
            }
        )
        return
    run.console.out(f"wrote {len(dataset)} items as {format_name} to {folder}")
    run.report_losses(losses, format_name)
