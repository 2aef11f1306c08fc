"""Equality of values to the last bit of what is stored, where Python's own is not exact."""

from typing import Any

import msgspec

__all__ = ["same"]


def same(a: Any, b: Any) -> bool:
    """Whether two values of a dataset are the same content.

    Unlike ``==``, an attribute of 1 differs from 1.0 and from True, and NaN is the same as NaN.
    Numbers of geometry have one type, so there 1 is 1.0. The order of a dict's keys does not matter.
    """
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, msgspec.Struct):
        names = a.__struct_fields__
        return all(_same_field(getattr(a, name), getattr(b, name)) for name in names)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(value, b[name]) for name, value in a.items())
    return bool(a == b) or (a != a and b != b)  # noqa: PLR0124 (NaN differs from itself)


def _same_field(a: Any, b: Any) -> bool:
    """Two values of one field of a struct, whose type is declared unless it holds JSON."""
    if isinstance(a, int | float) and isinstance(b, int | float):
        return a == b or (a != a and b != b)  # noqa: PLR0124 (NaN differs from itself)
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(_same_field, a, b))
    return same(a, b)
