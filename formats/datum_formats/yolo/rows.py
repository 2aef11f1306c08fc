"""The lines of a label file, as annotations."""

import math
import re
from collections.abc import Callable
from pathlib import Path

import msgspec

from datum.errors import FormatError
from datum.model import Annotation, Box, Polygon, RotatedBox
from datum_formats._common.files import read_lines
from datum_formats._common.shapes import is_finite, rotated_box
from datum_formats.yolo.decimals import box_of, points_of

__all__ = ["LabelReader", "Row", "any_row", "box_row", "quad_row", "score_of"]

_NUMBERS = re.compile(r"[-+.0-9eE \t]+")
_BOX = 4
"""Numbers of a box: centre, size."""
_TRIANGLE = 6
"""The fewest numbers of an outline: three corners."""
_QUAD = 8
"""Numbers of a turned box: four corners."""
_SLACK = 2e-6
"""How far a corner written with six digits may be off, in parts of the image."""

Size = tuple[int, int]
"""Height and width."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A line: the label, and the numbers behind it, as they are written."""

    label: int
    words: list[str]
    size: Size
    group: int
    """For annotations that belong together."""


class LabelReader(msgspec.Struct, frozen=True, kw_only=True):
    """Reads label files of one dataset."""

    labels: int
    """How many labels there are."""
    row: Callable[[Row], tuple[Annotation, ...]]
    """What a line says; raises ValueError where it is wrong."""

    def read(self, path: Path, size: Size | None) -> tuple[Annotation, ...]:
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
                found += self.line(text, size, line)
            except ValueError as error:
                raise FormatError(str(error), path=path, line=line) from error
        return tuple(found)

    def line(self, text: str, size: Size, group: int) -> tuple[Annotation, ...]:
        """What one line says.

        Args:
            text: The label and its numbers.
            size: Height and width of the image.
            group: For annotations that belong together.

        Raises:
            ValueError: It is wrong.
        """
        if not _NUMBERS.fullmatch(text):
            raise ValueError(f"'{text[:60]}' is not a row of numbers")
        label, *words = text.split()
        return self.row(Row(label=self._label(label), words=words, size=size, group=group))

    def _label(self, word: str) -> int:
        value = float(word)
        if not value.is_integer():
            raise ValueError(f"class '{word}' is not a whole number")
        if not 0 <= value < self.labels:
            raise ValueError(f"class {word} is not one of the {self.labels} declared labels")
        return int(value)


def box_row(row: Row) -> tuple[Annotation, ...]:
    """Centre and size, and maybe a score."""
    if len(row.words) not in (_BOX, _BOX + 1):
        raise ValueError(f"{len(row.words) + 1} columns, where 5 or 6 are expected")
    score = score_of(row.words, _BOX)
    x, y, w, h = box_of(row.words[:_BOX], *row.size)
    if not math.isfinite(x + y + w + h):
        raise ValueError(f"'{' '.join(row.words)[:60]}' has no box of finite numbers")
    return (Box(x=x, y=y, w=w, h=h, label=row.label, score=score),)


def any_row(row: Row) -> tuple[Annotation, ...]:
    """A box, or the corners of an outline, and maybe a score."""
    columns = len(row.words)
    if columns in (_BOX, _BOX + 1):
        return box_row(row)
    if columns < _TRIANGLE:
        raise ValueError(f"{columns + 1} columns, where 5, 6, or 7 and more are expected")
    even = columns - columns % 2
    score = score_of(row.words, even)
    return (Polygon(points=_outline(row, even), label=row.label, score=score),)


def quad_row(row: Row) -> tuple[Annotation, ...]:
    """Four corners, and maybe a score: a rectangle, or an outline where they are not one's."""
    if len(row.words) not in (_QUAD, _QUAD + 1):
        raise ValueError(f"{len(row.words) + 1} columns, where 9 or 10 are expected")
    score = score_of(row.words, _QUAD)
    points = _outline(row, _QUAD)
    fields = rotated_box(points, _SLACK * max(row.size))
    if fields is None:
        return (Polygon(points=points, label=row.label, score=score),)
    cx, cy, w, h, angle = fields
    return (RotatedBox(cx=cx, cy=cy, w=w, h=h, angle=angle, label=row.label, score=score),)


def _outline(row: Row, count: int) -> tuple[float, ...]:
    points = points_of(row.words[:count], *row.size)
    if not is_finite(points):
        raise ValueError(f"'{' '.join(row.words)[:60]}' has no outline of finite numbers")
    return points


def score_of(words: list[str], at: int) -> float | None:
    """The score behind the other numbers, which need not be there."""
    if len(words) == at:
        return None
    score = float(words[at])
    if not math.isfinite(score):
        raise ValueError(f"score '{words[at]}' is not finite")
    return score


def _no_size(path: Path) -> FormatError:
    return FormatError(
        f"the size of the image of '{path.stem}' is unknown, and its labels are fractions of it",
        path=path,
        hint='put the image beside its labels, or a line `"<id>" height width` into images.meta',
    )
