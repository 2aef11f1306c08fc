"""The picture of a diff: real output of ``datum diff``, as the terminal shows it."""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

__all__ = ["draw_diff"]

_COMMAND = ["diff", "HEAD", "shapes:coco_instances"]
_WIDTH = 96
_CELL = 12.2
"""Units of the picture that rich gives to a character."""
_INDENTED = re.compile(
    r'x="0" (?P<y>y="[^"]*") textLength="(?P<length>[^"]*)" (?P<clip>[^>]*)>(?P<spaces>(&#160;)+)'
)
_SVG = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px;
  line-height: {line_height}px;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
  <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
"""Fonts of the machine that shows the picture; nothing is fetched."""


def draw_diff(path: Path) -> None:
    """Draw the dataset of the demo, edit it as a reviewer would, and keep the diff as SVG."""
    with tempfile.TemporaryDirectory() as folder:
        scripts = Path(__file__).resolve().parents[1]
        _run([sys.executable, str(scripts / "demo_data.py"), "."], folder)
        _datum(["create"], folder)
        _datum(["add", "path", "shapes", "-f", "coco_instances"], folder)
        _datum(["commit", "-m", "First labels"], folder)
        _edit(Path(folder) / "shapes/annotations/instances_train.json")
        shown = _datum([*_COMMAND, "--color", "always"], folder)
    console = Console(record=True, width=_WIDTH, file=open(os.devnull, "w"), force_terminal=True)  # noqa: SIM115, PTH123 (closed with the process)
    console.print(Text.assemble(("$ ", "bold green"), " ".join(["datum", *_COMMAND])))
    console.print(Text.from_ansi(shown), soft_wrap=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    svg = console.export_svg(title="datum diff", code_format=_SVG, unique_id="diff")
    path.write_text(_INDENTED.sub(_shifted, svg), encoding="utf-8")


def _shifted(match: re.Match[str]) -> str:
    """A line that begins further right, in place of one that begins with spaces: some viewers trim them."""
    spaces = len(match["spaces"]) // len("&#160;")
    length = round(float(match["length"]) - spaces * _CELL, 1)
    x = round(spaces * _CELL, 1)
    return f'x="{x}" {match["y"]} textLength="{length}" {match["clip"]}>'


def _edit(file: Path) -> None:
    """A box is moved, a label corrected, an object deleted, one drawn, one given an attribute."""
    document = json.loads(file.read_text())
    annotations = document["annotations"]
    annotations[2]["bbox"][0] += 6
    annotations[3]["category_id"] = 1
    document["annotations"] = [one for one in annotations if one["id"] != 6]  # noqa: PLR2004 (an id)
    annotations[7]["attributes"] = {"occluded": True}
    document["annotations"].append(
        {
            "id": 900,
            "image_id": 4,
            "category_id": 3,
            "bbox": [12, 150, 48, 40],
            "segmentation": [],
            "area": 1920,
            "iscrowd": 0,
        }
    )
    file.write_text(json.dumps(document))


def _datum(arguments: list[str], folder: str) -> str:
    return _run([sys.executable, "-m", "datum", *arguments], folder)


def _run(command: list[str], folder: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 (our own commands)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr}")
    return done.stdout
