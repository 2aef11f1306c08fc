"""Numbers as text: shortest, and whole ones without a point."""

import math

from datum.errors import FormatError

__all__ = ["finite", "number_text", "read_number"]

_LARGEST = 1e15
"""Whole numbers above it are written as floats."""


def number_text(value: float) -> str:
    """The shortest text that gives the number back to the last bit."""
    if math.isfinite(value) and value == int(value) and abs(value) < _LARGEST:
        return str(int(value))
    return repr(float(value))


def read_number(text: str, *, path: object, line: int) -> float:
    """A finite number.

    Raises:
        FormatError: It is none; the error names the line.
    """
    value = finite(text)
    if value is None:
        raise FormatError(f"'{text}' is no number", path=str(path), line=line)
    return value


def finite(text: str) -> float | None:
    """A finite number; None where the text is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
