"""Coordinates: two edges in the file, a place and a length in the model, without a bit lost.

Binary floats do not keep ``(x + w) - x == w``. Edges are therefore added and subtracted as the
decimals that are written, which is exact, and the file stays short: 0.1 and 0.3, not 0.30000000000000004.
"""

from decimal import Context, Decimal, DecimalException
from math import isfinite

__all__ = ["edges", "has_edges", "span"]

_EXACT = Context(prec=1600)
"""More digits than the exact sum of any two doubles has."""
_FEW_DIGITS = 6
_LARGEST = (*(10.0 ** (14 - digits) for digits in range(_FEW_DIGITS + 1)), 0.0)
"""By digits behind the point: numbers below it are exact enough to be rounded to these digits."""
_HUGE = 1e300
"""Below it all sums are finite."""
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
        whole = int(near) - offset
        return (float(whole), float(int(far) - whole))
    first, second = float(near), float(far)
    if not (isfinite(first) and isfinite(second)):
        raise ValueError(near, far)
    digits = max(_digits(near), _digits(far))
    if abs(first) + abs(second) < _LARGEST[digits]:
        start = round(first - offset, digits) if offset else first
        return (start, round(second - start, digits))
    try:
        place = _EXACT.subtract(Decimal(near.strip()), Decimal(offset))
        length = _EXACT.subtract(Decimal(far.strip()), place)
    except DecimalException as error:
        raise ValueError(near, far) from error
    return (float(place), float(length))


def has_edges(start: float, length: float) -> bool:
    """Whether both edges are finite."""
    return abs(start) < _HUGE and abs(length) < _HUGE


def edges(start: float, length: float, offset: int) -> tuple[str, str]:
    """The inverse of :func:`span`.

    Raises:
        ValueError: One is not finite, or too large for their sum to be.
    """
    if not has_edges(start, length):
        raise ValueError(start, length)
    start, length = float(start), float(length)
    if start.is_integer() and length.is_integer() and abs(start) + abs(length) < _WHOLE:
        return (str(int(start) + offset), str(int(start) + int(length)))
    few = round(start, _FEW_DIGITS) == start and round(length, _FEW_DIGITS) == length
    if few and abs(start) + abs(length) < _LARGEST[_FEW_DIGITS]:
        first = repr(round(start + offset, _FEW_DIGITS) if offset else start)
        second = repr(round(start + length, _FEW_DIGITS))
        if "e" not in first and "e" not in second:
            return (first.removesuffix(".0"), second.removesuffix(".0"))
    near_text, length_text = repr(start), repr(length)
    digits = max(_digits(near_text), _digits(length_text))
    if abs(start) + abs(length) < _LARGEST[digits]:
        first = repr(round(start + offset, digits)) if offset else near_text
        second = repr(round(start + length, digits))
        if "e" not in first and "e" not in second:
            return (first.removesuffix(".0"), second.removesuffix(".0"))
    place = Decimal(near_text)
    near = _EXACT.add(place, Decimal(offset))
    return (_plain(near), _plain(_EXACT.add(place, Decimal(length_text))))


def _digits(text: str) -> int:
    """Digits behind the point; one more than few for many digits, and for other spellings.

    A sum of doubles errs far less than by their last digit, if they have few digits in all.
    Rounding it to that digit then gives what decimals would.
    """
    whole, _, rest = text.partition(".")
    plain = len(rest) <= _FEW_DIGITS and (whole + rest).removeprefix("-").isdigit()
    return len(rest) if plain else _FEW_DIGITS + 1


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
