"""Writes the generated pages, or says which are not up to date."""

import sys
from pathlib import Path

from docgen.commands import command_pages
from docgen.formats import format_pages, format_table
from docgen.picture import draw_diff
from docgen.transforms import transform_page

_ROOT = Path(__file__).resolve().parents[2]
_BEGIN = "<!-- formats: written by scripts/docs -->\n"
_END = "<!-- end of formats -->"
_FOLDERS = ("docs/commands", "docs/formats")
"""Folders that hold generated pages alone, so that what is not generated is left over."""


def pages() -> dict[str, str]:
    """Every generated file by its path from the root."""
    found = {**command_pages(), **format_pages(), **transform_page()}
    readme = (_ROOT / "README.md").read_text(encoding="utf-8")
    head, begin, rest = readme.partition(_BEGIN)
    _, end, tail = rest.partition(_END)
    if not begin or not end:
        raise SystemExit("README.md: the marks around the table of formats are gone")
    found["README.md"] = head + begin + "\n" + format_table("docs/formats/") + "\n" + end + tail
    return found


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
