"""Labels that stand in files as single words."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from datum.errors import FormatError
from datum.model import Categories
from datum_formats._common.columns import word_labels
from datum_formats._common.labels import LABELS

__all__ = ["WordTable"]


class WordTable(msgspec.Struct, frozen=True):
    """The labels, and the index of each by the word that stands for it."""

    categories: Categories
    index: dict[str, int]

    @classmethod
    def of(cls, declared: Sequence[str], used: Callable[[], Iterable[str]]) -> "WordTable":
        """The table of the labels that are declared, or else of all that are used, sorted.

        Args:
            declared: In order; a name that comes again is left out.
            used: Gives the words in the files; asked only where no label is declared.

        Raises:
            FormatError: Two labels are the same word.
        """
        names = list(dict.fromkeys(declared)) or sorted(set(used()))
        words = word_labels(names)
        index = {words[name]: label for label, name in enumerate(names)}
        return cls(Categories.of(names), index)

    def find(self, word: str, *, path: Path, line: int) -> int:
        """The label of a word.

        Raises:
            FormatError: There is none; the error names the line.
        """
        label = self.index.get(word)
        if label is None:
            raise FormatError(f"label '{word}' is not in {LABELS}", path=path, line=line)
        return label
