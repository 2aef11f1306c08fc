"""Pixels to fractions of the image and back, in decimal arithmetic of 28 digits.

Binary floats would lose the last bits in each direction: a folder that was written and read again
would look edited. Shortest decimals divide without a remainder for most sizes, which also keeps the
files short: 252.4 of 640 is 0.394375.
"""

from collections.abc import Sequence
from decimal import Context, Decimal

__all__ = ["box_of", "box_text", "points_of", "points_text"]

_CONTEXT = Context(prec=28, Emax=9999, Emin=-9999, traps=[])
_HALF = Decimal("0.5")
_parse = _CONTEXT.create_decimal
_add = _CONTEXT.add
_subtract = _CONTEXT.subtract
_multiply = _CONTEXT.multiply
_divide = _CONTEXT.divide


def box_of(words: Sequence[str], height: int, width: int) -> tuple[float, float, float, float]:
    """Left, top, width, height in pixels, of the words centre x, centre y, width, height.

    What is no number, or too large, comes out as NaN or infinity.
    """
    xc, yc, w, h = map(_parse, words)
    return (
        float(_multiply(_subtract(xc, _multiply(w, _HALF)), width)),
        float(_multiply(_subtract(yc, _multiply(h, _HALF)), height)),
        float(_multiply(w, width)),
        float(_multiply(h, height)),
    )


def box_text(box: tuple[float, float, float, float], height: int, width: int) -> str:
    """Centre x, centre y, width, height as fractions, of left, top, width, height in pixels."""
    x, y, w, h = (_parse(repr(value)) for value in box)
    return (
        f"{_divide(_add(x, _multiply(w, _HALF)), width)} "
        f"{_divide(_add(y, _multiply(h, _HALF)), height)} "
        f"{_divide(w, width)} {_divide(h, height)}"
    )


def points_of(words: Sequence[str], height: int, width: int) -> tuple[float, ...]:
    """x0, y0, x1, … in pixels, of the words for them as fractions; NaN as in :func:`box_of`."""
    points = [0.0] * len(words)
    points[0::2] = [float(_multiply(_parse(word), width)) for word in words[0::2]]
    points[1::2] = [float(_multiply(_parse(word), height)) for word in words[1::2]]
    return tuple(points)


def points_text(points: Sequence[float], height: int, width: int) -> str:
    """x0 y0 x1 … as fractions, of the same in pixels."""
    words = [""] * len(points)
    words[0::2] = [str(_divide(_parse(repr(x)), width)) for x in points[0::2]]
    words[1::2] = [str(_divide(_parse(repr(y)), height)) for y in points[1::2]]
    return " ".join(words)
