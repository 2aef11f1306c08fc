"""The lines of a label file, as annotations."""

import math
import re
from pathlib import Path

import msgspec

from datum.errors import FormatError
from datum.model import Annotation, Box, Polygon
from datum_formats._common.files import read_lines
from datum_formats.yolo.decimals import box_of, points_of

__all__ = ["LabelReader"]

_NUMBERS = re.compile(r"[-+.0-9eE \t]+")
_BOX = 5
"""Columns of a line with a box: class, centre, size."""
_OUTLINE = 7
"""The fewest columns of a line with an outline: class, three corners."""


class LabelReader(msgspec.Struct, frozen=True, kw_only=True):
    """Reads label files of one dataset."""

    labels: int
    """How many labels there are."""
    outlines: bool
    """Whether lines may be longer than a box and its score."""

    def read(self, path: Path, size: tuple[int, int] | None) -> tuple[Annotation, ...]:
        """The annotations of one label file; none where there is no such file.

        Args:
            path: The label file.
            size: Height and width of the image; None where unknown.

        Raises:
            FormatError: A line is wrong, or there are lines and no size.
        """
        if not path.is_file():
            return ()
        found: list[Annotation] = []
        for line, text in read_lines(path):
            if size is None:
                raise _no_size(path)
            try:
                found.append(self._row(text, size))
            except ValueError as error:
                raise FormatError(str(error), path=path, line=line) from error
        return tuple(found)

    def _row(self, text: str, size: tuple[int, int]) -> Annotation:
        if not _NUMBERS.fullmatch(text):
            raise ValueError(f"'{text[:60]}' is not a row of numbers")
        words = text.split()
        columns = len(words)
        is_box = columns in (_BOX, _BOX + 1)
        if not is_box and (columns < _OUTLINE or not self.outlines):
            wanted = "5, 6, or 7 and more" if self.outlines else "5 or 6"
            raise ValueError(f"{columns} columns, where {wanted} are expected")
        score = _score(words.pop()) if columns % 2 == 0 else None
        label = self._label(words[0])
        if is_box:
            x, y, w, h = box_of(words[1:], *size)
            if not math.isfinite(x + y + w + h):
                raise ValueError(f"'{text[:60]}' has no box of finite numbers")
            return Box(x=x, y=y, w=w, h=h, label=label, score=score)
        points = points_of(words[1:], *size)
        if not all(map(math.isfinite, points)):
            raise ValueError(f"'{text[:60]}' has no outline of finite numbers")
        return Polygon(points=points, label=label, score=score)

    def _label(self, word: str) -> int:
        value = float(word)
        if not value.is_integer():
            raise ValueError(f"class '{word}' is not a whole number")
        if not 0 <= value < self.labels:
            raise ValueError(f"class {word} is not one of the {self.labels} declared labels")
        return int(value)


def _score(word: str) -> float:
    score = float(word)
    if not math.isfinite(score):
        raise ValueError(f"score '{word}' is not finite")
    return score


def _no_size(path: Path) -> FormatError:
    return FormatError(
        f"the size of the image of '{path.stem}' is unknown, and its labels are fractions of it",
        path=path,
        hint='put the image beside its labels, or a line `"<id>" height width` into images.meta',
    )
