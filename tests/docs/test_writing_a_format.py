"""The format of docs/writing-a-format.md is complete: it passes the suite, and is found by name."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from datum.outputs import FolderOutput, write_dataset
from datum.plugins import Format
from datum.testing.datasets import detection_dataset
from datum.testing.formats import FormatSuite

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/writing-a-format.md").read_text(encoding="utf-8")


def block(language: str, marker: str) -> str:
    """The code block of a language that holds *marker*."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    (found,) = [text for text in blocks if marker in text]
    return found


def load(name: str, code: str) -> ModuleType:
    module = ModuleType(name)
    sys.modules[name] = module
    exec(compile(code, f"{name}.py", "exec"), module.__dict__)  # noqa: S102 (our own page)
    return module


MODULE = block("python", "# csv_boxes.py")
CARD: Format = load("csv_boxes", MODULE).CSV_BOXES
SUITE: type[FormatSuite] = load("test_csv_boxes", block("python", "# test_csv_boxes")).TestCsvBoxes


class TestCsvBoxes(SUITE):  # type: ignore[valid-type, misc] # a class that the page defines
    """The suite, as the page says it is used."""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder as pip would fill it: the module, and metadata with the page's entry point."""
    site = tmp_path / "site"
    info = site / "csv_boxes-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "csv_boxes.py").write_text(MODULE, encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: csv-boxes\nVersion: 1.0\n")
    line = block("toml", "entry-points").splitlines()[-1].replace('"', "")
    (info / "entry_points.txt").write_text(f"[datum.formats]\n{line}\n")
    return site


def test_the_entry_point_of_the_page_makes_the_format_known(installed: Path, tmp_path: Path):
    """The command line converts to and from the format, and recognises it."""
    with FolderOutput(tmp_path / "in") as output:
        write_dataset(CARD, detection_dataset(), output, save_media=True)
    command = [sys.executable, "-m", "datum", "convert", "-i", "in", "-f", "coco", "-o", "out"]
    env = {**os.environ, "PYTHONPATH": str(installed)}
    done = subprocess.run(  # noqa: S603 (our own command)
        command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "wrote 3 items as coco" in done.stdout
