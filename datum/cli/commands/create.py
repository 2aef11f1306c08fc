"""``datum create``."""

from pathlib import Path

import click

from datum.cli.options import command
from datum.cli.run import Run

__all__ = ["COMMAND"]


@command(
    "Make an empty project.\n\nThe folder may hold files already; they stay as they are.",
    examples="datum create\ndatum create -o my_dataset/\ndatum create --hash blake3",
    project=False,
)
@click.option(
    "-o", "--output-dir", default=".", type=click.Path(), help="Where; the working directory."
)
@click.option("-n", "--name", help="Name of the project: that of its folder if not given.")
@click.option(
    "--hash",
    "hash_name",
    type=click.Choice(["xxh3-128", "blake3", "sha256"]),
    default="xxh3-128",
    show_default=True,
    help="How object ids are made; blake3 and sha256 resist people who want them to collide.",
)
@click.option("--overwrite", is_flag=True, help="Replace the project that is there.")
def COMMAND(run: Run, output_dir: str, name: str | None, hash_name: str, overwrite: bool) -> None:
    """Make a project."""
    from datum.project.creating import create_project
    from datum.project.replacing import making_project

    folder = Path(output_dir)
    with making_project(folder, replace=overwrite):
        layout = create_project(folder, name=name or "", hash_name=hash_name)
    if run.as_json:
        run.console.json({"root": str(layout.root), "hash": hash_name})
    else:
        run.console.out(f"made a project in {layout.root}")
