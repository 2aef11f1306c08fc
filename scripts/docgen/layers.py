"""The layers of the code: a picture and a table, from the contract that import-linter enforces."""

import tomllib
from pathlib import Path
from xml.sax.saxutils import escape

from docgen.text import table

__all__ = ["layer_picture", "layer_table"]

_WHAT = {
    "__main__": "`python -m datum`",
    "testing": "suites for formats, stores and logs, for us and for authors of plugins",
    "cli": "one module for each command; the only place that knows click and the terminal",
    "project": "sources, working copies, settings, the verbs; wires the layers",
    "lineage": "recipes: how a snapshot came about",
    "analysis": "statistics and validation of datasets",
    "comparison": "two datasets held against each other: by distance, by equality, by counts",
    "merge": "three-way merge of datasets; conflicts are values",
    "diff": "what differs, down to the field",
    "filtering": "expressions that pick items and annotations, asked of arrays or of XML",
    "transforms": "functions from dataset to dataset, one module each",
    "outputs": "where exports are written: a folder that appears whole, memory, nowhere",
    "detection": "which format a path is in",
    "validators": "the contract of validators, found by entry point",
    "plugins": "the contracts of formats and transforms, found by entry point",
    "dataset": "a snapshot as a dataset; the only place that knows both values and objects",
    "refs": "names, commits, the operation log, revisions",
    "images": "image files to pixels and back",
    "model": "values: items, annotations, categories, media; no I/O",
    "objects": "bytes and trees under their ids; knows nothing of datasets",
    "options": "options of plugins, and checked values of them",
    "advice": "what to do where the system refuses",
    "errors": "the one tree of errors",
    "html": "tables for notebooks",
    "losses": "the loss report",
    "report": "pages for people: HTML, charts, tables, CSV; knows nothing of datasets",
}
_SEEN = frozenset(["errors", "losses", "model", "plugins"])
"""What formats may import, by a contract of its own."""
_BLUE = "#dbe9f6"
_EDGE = 'stroke="#b5701d" stroke-width="2.5"'
_FONT = 'font-family="system-ui, sans-serif" font-size="15"'
_INK = 'fill="#222222"'
_NOTE = 'text-anchor="middle" fill="#555555"'
_TITLE = "Each layer may import the layers below it, never one beside or above"
_WIDTH, _ROW, _GAP, _TOP = 860, 46, 12, 64


def _layers() -> list[list[str]]:
    """Modules by layer, the highest first."""
    text = (Path(__file__).resolve().parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    contracts = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    rows: list[str] = next(one["layers"] for one in contracts if one["type"] == "layers")
    found = [[name.strip() for name in row.split("|")] for row in rows]
    if unknown := {name for row in found for name in row} - set(_WHAT):
        raise SystemExit(f"scripts/docgen/layers.py does not say what {sorted(unknown)} are")
    return found


def layer_table() -> str:
    """The layers, the highest first."""
    rows = [
        (str(number), f"`datum.{name}`", _WHAT[name])
        for number, row in reversed(list(enumerate(reversed(_layers()), start=1)))
        for name in row
    ]
    return "\n".join(table(("layer", "package", "what it is"), rows)) + "\n"


def layer_picture() -> str:
    """The same as SVG: each layer may import those below it."""
    layers = _layers()
    height = _TOP + len(layers) * (_ROW + _GAP) + 16
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" {_FONT}>',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="24" y="36" font-size="18" font-weight="bold" {_INK}>{_TITLE}</text>',
    ]
    for place, names in enumerate(layers):
        lines += _row(names, _TOP + place * (_ROW + _GAP))
    lines += _formats(layers)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _row(names: list[str], y: int) -> list[str]:
    left, right = 24, 620
    width = (right - left - _GAP * (len(names) - 1)) / len(names)
    lines = []
    for number, name in enumerate(names):
        lines += _box(name, round(left + number * (width + _GAP)), y, round(width), _BLUE)
    return lines


def _box(name: str, x: int, y: int, width: int, color: str) -> list[str]:
    edge = _EDGE if name in _SEEN or color != _BLUE else 'stroke="#9bb4cc"'
    middle, line = x + width // 2, y + _ROW // 2 + 5
    return [
        f'<rect x="{x}" y="{y}" width="{width}" height="{_ROW}" rx="6" fill="{color}" {edge}/>',
        f'<text x="{middle}" y="{line}" text-anchor="middle" {_INK}>{escape(name)}</text>',
    ]


def _formats(layers: list[list[str]]) -> list[str]:
    """The second root, and what it may import."""
    row = next(number for number, names in enumerate(layers) if "plugins" in names)
    y = _TOP + row * (_ROW + _GAP)
    lines = _box("datum_formats", 660, y, 176, "#f6e6d3")
    for number, text in enumerate(
        ("imports what has", "an edge of its colour", "and nothing else")
    ):
        place = y + _ROW + 24 + 20 * number
        lines.append(f'<text x="748" y="{place}" font-size="13" {_NOTE}>{text}</text>')
    return lines
