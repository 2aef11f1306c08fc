"""The columns of a line that stands for an object, which detection and tracking share."""

from pathlib import Path
from typing import Any

from datum.model import Box
from datum_formats._common.columns import read_numbers, read_whole
from datum_formats._common.decimals import number_text
from datum_formats._common.own_fields import OwnFields

__all__ = ["ATTRIBUTES", "COLUMNS", "object_cells", "object_of"]

COLUMNS = 14
"""Beyond the type: two of visibility, alpha, four of the box, seven of the cuboid."""
ATTRIBUTES = frozenset(["alpha", "dimensions", "location", "occluded", "rotation_y", "truncated"])
_UNKNOWN = -1
_NO_ANGLE = -10
_NO_PLACE = [-1000.0] * 3
_NO_SIZE = [-1.0] * 3


def object_of(cells: list[str], label: int | None, path: Path, line: int) -> Box:
    """The box of the columns behind the type, of which a 15th is the score.

    Raises:
        FormatError: One is no number; the error names the line.
    """
    truncated, _, alpha, left, top, right, bottom, *rest = read_numbers(cells, path=path, line=line)
    occluded = read_whole(cells[1], path=path, line=line)
    size, place, angle = rest[:3], rest[3:6], rest[6]
    flat = size == _NO_SIZE  # other tools have -1 in all columns of a cuboid that is unknown
    nothing = (_NO_ANGLE, _UNKNOWN) if flat else (_NO_ANGLE,)
    said: dict[str, tuple[Any, bool]] = {
        "truncated": (truncated, truncated != _UNKNOWN),
        "occluded": (occluded, occluded != _UNKNOWN),
        "alpha": (alpha, alpha not in nothing),
        "dimensions": (size, not flat),
        "location": (place, place != _NO_PLACE and not (flat and place == _NO_SIZE)),
        "rotation_y": (angle, angle not in nothing),
    }
    return Box(
        label=label,
        x=left,
        y=top,
        w=right - left,
        h=bottom - top,
        score=rest[7] if len(rest) > 7 else None,  # noqa: PLR2004 (seven of the cuboid)
        attributes={name: value for name, (value, known) in said.items() if known},
    )


def object_cells(box: Box, fields: OwnFields) -> list[str]:
    """The columns behind the type; what is unknown is written as in lines of DontCare."""

    def number(name: str, unknown: float) -> float:
        value = fields.number(box, name)
        return unknown if value is None else value

    occluded = fields.whole(box, "occluded", 0, 3)
    values: list[float] = [
        number("truncated", _UNKNOWN),
        _UNKNOWN if occluded is None else occluded,
        number("alpha", _NO_ANGLE),
        *(box.x, box.y, box.x + box.w, box.y + box.h),
        *(fields.numbers(box, "dimensions", 3) or _NO_SIZE),
        *(fields.numbers(box, "location", 3) or _NO_PLACE),
        number("rotation_y", _NO_ANGLE),
    ]
    if box.score is not None:
        values.append(box.score)
    return [number_text(value) for value in values]
