"""Files of labels: a name on each line, in the order of the class ids."""

from collections.abc import Sequence
from pathlib import Path

from datum.errors import FormatError
from datum_formats._common.files import read_text

__all__ = ["label_lines", "read_labels"]


def read_labels(path: Path) -> tuple[str, ...]:
    """The labels of a file; blank lines at its end are none.

    Raises:
        FormatError: It is missing, no text, or a label is there twice.
    """
    names = [line.strip() for line in read_text(path).rstrip().splitlines()]
    seen: set[str] = set()
    for number, name in enumerate(names, start=1):
        if name in seen:
            raise FormatError(f"label '{name}' is there twice", path=path, line=number)
        seen.add(name)
    return tuple(names)


def label_lines(labels: Sequence[str]) -> tuple[bytes, bool]:
    """The bytes of a file of labels, and whether they come back as they are."""
    shown = [" ".join(name.split()) for name in labels]
    plain = all(shown) and shown == list(labels)
    return "".join(f"{name}\n" for name in shown).encode(), plain
