"""Markdown: pages, tables, trees of files."""

from collections.abc import Iterable, Sequence

__all__ = ["GENERATED", "escape", "page", "table", "tree"]

GENERATED = "<!-- Written by scripts/docs; what is changed here is lost. -->"


def page(lines: Iterable[str]) -> str:
    """A page of lines, with a note that it is generated."""
    text = "\n".join(lines).strip()
    return f"{GENERATED}\n\n{text}\n"


def escape(text: str) -> str:
    """Text as it can stand in a cell."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table; cells hold Markdown, bars in code are escaped."""
    lines = [" | ".join(header), " | ".join("---" for _ in header)]
    lines += [
        " | ".join(cell.replace("\\|", "|").replace("|", "\\|") for cell in row) for row in rows
    ]
    return [f"| {line} |" for line in lines]


def tree(paths: Iterable[str]) -> list[str]:
    """Files as an indented tree, folders first named where they begin."""
    lines: list[str] = []
    open_folders: list[str] = []
    for path in sorted(paths):
        *folders, name = path.split("/")
        same = 0
        while same < min(len(folders), len(open_folders)) and folders[same] == open_folders[same]:
            same += 1
        lines += [f"{'  ' * n}{folders[n]}/" for n in range(same, len(folders))]
        open_folders = folders
        lines.append("  " * len(folders) + name)
    return lines
