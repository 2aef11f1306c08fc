"""Labels by name: the list of them in a file of its own, and the index of each."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from datum.errors import FormatError
from datum.model import Annotation, Categories
from datum_formats._common.files import read_text

__all__ = ["LABELS", "LabelTable", "labels_text", "name_of", "read_labels"]

LABELS = "labels.txt"
"""A line for each label, in order; for formats that say labels by name where they are used."""


class LabelTable:
    """The labels of a dataset: those that it declares, then all others that it uses, sorted."""

    def __init__(self, declared: Iterable[str], used: Iterable[str] = ()) -> None:
        """Number the labels.

        Args:
            declared: In order; a name that comes again is left out.
            used: In any order.
        """
        names = dict.fromkeys(declared)
        names.update(dict.fromkeys(sorted(set(used) - set(names))))
        self.names = tuple(names)
        self._index = {name: label for label, name in enumerate(self.names)}

    @property
    def categories(self) -> Categories:
        """The labels alone."""
        return Categories.of(self.names)

    def find(self, name: str | None) -> int | None:
        """The index of a label; None for no name, or an empty one.

        Raises:
            ValueError: There is no such label.
        """
        if not name:
            return None
        label = self._index.get(name)
        if label is None:
            raise ValueError(f"label '{name}' is not declared")
        return label


def read_labels(path: Path) -> list[str]:
    """The labels that the list in a folder, or beside a file, declares; nothing where there is none."""
    listed = (path if path.is_dir() else path.parent) / LABELS
    if not listed.is_file():
        return []
    lines = (line.removesuffix("\r") for line in read_text(listed).split("\n"))
    return [line for line in lines if line.strip()]


def labels_text(names: Iterable[str]) -> bytes:
    """The list of labels.

    Raises:
        FormatError: A name cannot be a line of it; the message has the name.
    """
    lines = list(names)
    for name in lines:
        if not name or name != name.strip() or "\n" in name or "\r" in name:
            raise FormatError(f"label {name!r} cannot be a line of {LABELS}")
    return "".join(f"{name}\n" for name in lines).encode()


def name_of(one: Annotation, names: Sequence[str]) -> str:
    """The name of an annotation's label; empty where it has none that is declared."""
    label = one.label
    return names[label] if label is not None and 0 <= label < len(names) else ""
