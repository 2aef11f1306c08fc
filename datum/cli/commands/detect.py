"""``datum detect``."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datum.cli.options import command
from datum.cli.run import Run

if TYPE_CHECKING:
    from datum.detection import Detection

__all__ = ["COMMAND"]


@command(
    "Recognise the format of a dataset.\n\n"
    "The first line is what import takes; the others fit less well. Ends with an error where nothing "
    "fits, or several formats fit equally well.",
    examples=(
        "datum detect coco/\ndatum detect labels.json --show-rejections\n"
        "datum detect-format coco/ --json-report report.json"
    ),
    project=False,
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--show-rejections", is_flag=True, help="Say why other formats do not fit.")
@click.option(
    "--json-report",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write what was found into a file.",
)
@click.option("--depth", type=int, hidden=True)
def COMMAND(
    run: Run,
    path: Path,
    show_rejections: bool,
    json_report: Path | None,
    depth: int | None,  # noqa: ARG001 (an older spelling: each format knows how deep to look)
) -> None:
    """Recognise a format."""
    from datum.detection import detect, detect_one

    found = detect(path)
    if json_report is not None:
        json_report.write_text(json.dumps(_report(found), indent=2) + "\n", encoding="utf-8")
    if run.as_json:
        run.console.json(_report(found))
    elif run.quiet:
        run.console.out(detect_one(path).name)
    else:
        _print(run, found)
    if show_rejections and not run.as_json:
        for name, reason in found.rejections:
            run.console.out(f"- {name}: {reason}")
    detect_one(path)


def _print(run: Run, found: "Detection") -> None:
    from datum.detection import detect_one
    from datum.errors import DetectionError

    try:
        taken = detect_one(found.path).name
    except DetectionError:
        taken = ""
    for match in sorted(found.matches, key=lambda match: match.name != taken):
        run.console.out(f"{match.name}  {match.reason}", bold=match.name == taken)


def _report(found: "Detection") -> dict[str, Any]:
    """What was found, with the keys that scripts know."""
    best = found.matches[0].score if found.matches else 0
    return {
        "detected_formats": [match.name for match in found.matches if match.score == best],
        "matches": [
            {"name": match.name, "score": match.score, "reason": match.reason}
            for match in found.matches
        ],
        "rejected_formats": {
            name: {"reason": "does not fit", "message": reason} for name, reason in found.rejections
        },
    }
