"""Files of the next free name."""

from itertools import count
from pathlib import Path

__all__ = ["write_free"]


def write_free(name: str, text: str) -> Path:
    """Make ``name.json``, else ``name.1.json`` and so on; a file that is there is never replaced."""
    for number in count():
        path = Path(f"{name}.{number}.json" if number else f"{name}.json")
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            continue
        return path
    raise AssertionError  # pragma: no cover (count does not end)
