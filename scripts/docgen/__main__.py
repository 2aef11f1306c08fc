"""Writes the generated pages, or says which are not up to date."""

import sys
from pathlib import Path

from docgen.commands import command_pages
from docgen.formats import format_pages, format_table
from docgen.layers import layer_picture, layer_table
from docgen.picture import draw_diff
from docgen.transforms import transform_page
from docgen.validators import validator_page

_ROOT = Path(__file__).resolve().parents[2]
_FOLDERS = ("docs/commands", "docs/formats")
"""Folders that hold generated pages alone, so that what is not generated is left over."""


def pages() -> dict[str, str]:
    """Every generated file by its path from the root."""
    found = {**command_pages(), **format_pages(), **transform_page(), **validator_page()}
    found["README.md"] = _between("README.md", "formats", format_table("docs/formats/"))
    found["docs/architecture.md"] = _between("docs/architecture.md", "layers", layer_table())
    found["docs/images/layers.svg"] = layer_picture()
    return found


def _between(path: str, name: str, text: str) -> str:
    """A page with new text between the marks of that name."""
    old = (_ROOT / path).read_text(encoding="utf-8")
    begin, end = f"<!-- {name}: written by scripts/docs -->\n", f"<!-- end of {name} -->"
    if old.count(begin) != 1 or old.count(end) != 1:
        raise SystemExit(f"{path}: the marks around the {name} are gone")
    head, _, rest = old.partition(begin)
    return f"{head}{begin}\n{text}\n{end}{rest.partition(end)[2]}"


def stale(found: dict[str, str]) -> list[str]:
    """Paths of files that differ, are missing, or are left over."""
    wrong = [path for path, text in found.items() if _read(_ROOT / path) != text]
    there = {page.relative_to(_ROOT).as_posix() for folder in _FOLDERS for page in _files(folder)}
    return sorted([*wrong, *(there - set(found))])


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _files(folder: str) -> list[Path]:
    return sorted(path for path in (_ROOT / folder).rglob("*") if path.is_file())


def main(arguments: list[str]) -> int:
    """Run; the exit code."""
    if unknown := set(arguments) - {"--check", "--picture"}:
        print(f"unknown: {' '.join(sorted(unknown))}; usage: scripts/docs [--check] [--picture]")
        return 2
    found = pages()
    wrong = stale(found)
    if "--check" in arguments:
        for path in wrong:
            print(f"{path} is not up to date; run scripts/docs")
        return 1 if wrong else 0
    for path in wrong:
        file = _ROOT / path
        if path in found:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(found[path], encoding="utf-8")
        else:
            file.unlink()
        print(f"{'wrote' if path in found else 'removed'} {path}")
    if "--picture" in arguments:
        draw_diff(_ROOT / "docs/images/diff.svg")
        print("drew docs/images/diff.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
