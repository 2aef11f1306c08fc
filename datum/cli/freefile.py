"""Files of the next free name."""

from itertools import count
from pathlib import Path

__all__ = ["write_free"]


def write_free(name: str, text: str, ext: str = ".json") -> Path:
    """Make ``name.json``, else ``name.1.json`` and so on; a file that is there is never replaced.

    Args:
        name: Without its extension.
        text: What it holds.
        ext: The extension.
    """
    for number in count():
        path = Path(f"{name}.{number}{ext}" if number else f"{name}{ext}")
        try:
            # as UTF-8, with the same line ends everywhere; a lone surrogate has none
            with path.open("x", encoding="utf-8", errors="replace", newline="\n") as file:
                file.write(text)
        except FileExistsError:
            continue
        return path
    raise AssertionError  # pragma: no cover (count does not end)
