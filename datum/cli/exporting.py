"""What export, convert and checkout have in common: the media options, and where output goes."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datum.cli.extras import option_lines, parse_extras, wants_help
from datum.cli.run import Run

if TYPE_CHECKING:
    from datum.project.exporting import Export

__all__ = ["MEDIA_OPTIONS", "export_help", "export_plan", "free_folder"]


def MEDIA_OPTIONS(function: Callable[..., Any]) -> Callable[..., Any]:  # noqa: N802 (used as a decorator, like a constant)
    """``--save-media`` and ``--image-ext``."""
    function = click.option(
        "--image-ext", default="", metavar="EXT", help="Extension that images are to get."
    )(function)
    return click.option(
        "--save-media", "--save-images", is_flag=True, help="Write the images too."
    )(function)


def export_help(run: Run, format_name: str) -> bool:
    """Show the options of a format's writer, if they are asked for."""
    from datum.plugins import find_format

    card = find_format(format_name)
    if not wants_help(run.extras):
        return False
    run.console.out(f"{card.title}: options for writing, after --")
    for line in [
        *option_lines(card.write_options),
        "  --save-media    write the images too",
        "  --image-ext EXT extension that images are to get",
    ]:
        run.console.out(line)
    return True


def export_plan(
    format_name: str, extras: list[str], *, save_media: bool = False, image_ext: str = ""
) -> "Export":
    """How to write, from the command's options and what stands after ``--``."""
    from datum.plugins import Option, find_format
    from datum.project.exporting import Export

    common = (
        Option(name="save_media", type=bool, default=False, short=("--save-images",)),
        Option(name="image_ext", default=""),
    )
    card = find_format(format_name)
    values = parse_extras((*card.write_options, *common), extras, format_name)
    wanted = str(values.pop("save_media", "false")).lower() in ("true", "1", "yes")
    ext = values.pop("image_ext", "") or image_ext
    return Export(
        format=format_name, options=values, save_media=save_media or wanted, image_ext=ext
    )


def free_folder(name: str) -> Path:
    """A folder that is not there yet: NAME, else NAME.1, NAME.2 and so on."""
    folder, number = Path(name), 1
    while folder.exists():
        folder, number = Path(f"{name}.{number}"), number + 1
    return folder
