"""The examples of docs/python-api.md run, in order, and those of README.md too."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def blocks(page: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


@pytest.fixture
def shapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The dataset of the demo, in the working directory."""
    script = ROOT / "scripts/demo_data.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True, capture_output=True)  # noqa: S603 (our own script)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "shapes"


def test_the_examples_of_the_python_page_run(shapes: Path, capsys: pytest.CaptureFixture[str]):
    """Every block runs after the ones before it, and prints what a reader expects."""
    names: dict[str, object] = {}
    found = blocks("docs/python-api.md")
    assert found
    for code in found:
        exec(compile(code, "docs/python-api.md", "exec"), names)  # noqa: S102 (our own page)
    said = capsys.readouterr().out
    assert "12 62 ['train', 'val']" in said
    assert "removed val/val_04" in said
    assert "derived/circles" in said
    assert "unknown format 'yolov5'" in said


def test_the_examples_of_the_readme_run(shapes: Path, capsys: pytest.CaptureFixture[str]):
    """The snippet of the README runs on a project with two commits."""
    names: dict[str, object] = {}
    setup = blocks("docs/python-api.md")
    wanted = [code for code in setup if "datum.create" in code or "project.edit" in code]
    item = "item = project.dataset('main')['train', 'train_01']"
    for code in [wanted[0], item, wanted[1], *blocks("README.md")]:
        exec(compile(code, "README.md", "exec"), names)  # noqa: S102 (our own page)
    assert "changed train/train_01" in capsys.readouterr().out
