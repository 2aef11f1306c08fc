"""Coordinates: two edges in the file, a place and a length in the model, without a bit lost.

Binary floats do not keep ``(x + w) - x == w``. Edges are therefore added and subtracted as the
decimals that are written, which is exact, and the file stays short: 0.1 and 0.3, not 0.30000000000000004.
"""

from decimal import Context, Decimal, DecimalException
from math import isfinite

__all__ = ["edges", "span"]

_EXACT = Context(prec=1600)
"""More digits than the exact sum of any two doubles has."""
_WHOLE = 2.0**53
"""Below it every whole double is an int without loss."""


def span(near: str, far: str, offset: int) -> tuple[float, float]:
    """Place and length between two edges.

    Args:
        near: The smaller edge, as the file has it.
        far: The larger edge.
        offset: 1 where edges count pixels from 1 and the far one is included; else 0.

    Raises:
        ValueError: One is no finite number.
    """
    if near.isdecimal() and far.isdecimal() and len(near) < 16 and len(far) < 16:  # noqa: PLR2004 (exact as doubles)
        start = int(near) - offset
        return (float(start), float(int(far) - start))
    if not (isfinite(float(near)) and isfinite(float(far))):
        raise ValueError(near, far)
    try:
        place = _EXACT.subtract(Decimal(near.strip()), Decimal(offset))
        length = _EXACT.subtract(Decimal(far.strip()), place)
    except DecimalException as error:
        raise ValueError(near, far) from error
    return (float(place), float(length))


def edges(start: float, length: float, offset: int) -> tuple[str, str]:
    """The inverse of :func:`span`.

    Raises:
        ValueError: One is not finite.
    """
    if not (isfinite(start) and isfinite(length)):
        raise ValueError(start, length)
    start, length = float(start), float(length)
    if start.is_integer() and length.is_integer() and abs(start) + abs(length) < _WHOLE:
        return (str(int(start) + offset), str(int(start) + int(length)))
    place = Decimal(repr(start))
    near = _EXACT.add(place, Decimal(offset))
    return (_plain(near), _plain(_EXACT.add(place, Decimal(repr(length)))))


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
