"""Pixels to fractions of the image and back, in decimal arithmetic.

Binary floats would lose the last bits in each direction: a folder that was written and read again
would look edited. Shortest decimals divide without a remainder for most sizes, which also keeps the
files short: 252.4 of 640 is 0.394375. Where there is a remainder, left and width are cut to 24
digits, and the centre is their exact sum, so that what is at the edge of the image stays there.
"""

from collections.abc import Sequence
from decimal import Context, Decimal
from itertools import repeat

__all__ = ["box_of", "box_text", "points_of", "points_text"]

_EXACT = Context(prec=700, Emax=9999, Emin=-9999, traps=[])
_parse = _EXACT.create_decimal
_add = _EXACT.add
_subtract = _EXACT.subtract
_multiply = _EXACT.multiply
_half = _EXACT.divide
_fraction = Context(prec=24, Emax=9999, Emin=-9999, traps=[]).divide


def box_of(words: Sequence[str], height: int, width: int) -> tuple[float, float, float, float]:
    """Left, top, width, height in pixels, of the words centre x, centre y, width, height.

    What is no number, or too large, comes out as NaN or infinity.
    """
    xc, yc, w, h = map(_parse, words)
    return (
        float(_multiply(_subtract(xc, _half(w, 2)), width)),
        float(_multiply(_subtract(yc, _half(h, 2)), height)),
        float(_multiply(w, width)),
        float(_multiply(h, height)),
    )


def box_text(box: tuple[float, float, float, float], height: int, width: int) -> str:
    """Centre x, centre y, width, height as fractions, of left, top, width, height in pixels."""
    x, y, w, h = (_parse(repr(value)) for value in box)
    wide, high = _fraction(w, width), _fraction(h, height)
    xc = _add(_fraction(x, width), _half(wide, 2))
    yc = _add(_fraction(y, height), _half(high, 2))
    return f"{_text(xc)} {_text(yc)} {_text(wide)} {_text(high)}"


def _text(value: Decimal) -> str:
    """The shortest text: sums end in zeros, and 0.0 says no more than 0."""
    text = str(value)
    if text[-1] == "0" and "." in text and "E" not in text:
        return text.rstrip("0").rstrip(".")
    return text


def points_of(words: Sequence[str], height: int, width: int) -> tuple[float, ...]:
    """x0, y0, x1, … in pixels, of the words for them as fractions; NaN as in :func:`box_of`."""
    points = [0.0] * len(words)
    for axis, extent in enumerate((width, height)):
        fractions = map(_parse, words[axis::2])
        points[axis::2] = map(float, map(_multiply, fractions, repeat(extent)))
    return tuple(points)


def points_text(points: Sequence[float], height: int, width: int) -> str:
    """x0 y0 x1 … as fractions, of the same in pixels."""
    words = [""] * len(points)
    for axis, extent in enumerate((width, height)):
        pixels = map(_parse, map(repr, points[axis::2]))
        words[axis::2] = map(str, map(_fraction, pixels, repeat(extent)))
    return " ".join(words)
