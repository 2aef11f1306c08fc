"""Values as the text of XML: attributes with their types, numbers, names."""

import json
import math
import re
from decimal import Context, Decimal
from typing import Any

from datum_formats._common.xmlfile import escape

__all__ = [
    "as_text",
    "decode_value",
    "difference",
    "encode_value",
    "finite",
    "input_type_of",
    "is_xml",
    "middle",
    "number",
    "points_of",
    "points_text",
    "total",
]

_INTEGER = re.compile(r"-?[0-9]{1,300}")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# sums of any two doubles are exact: their digits span 1e308 to 1e-324, and 17 more
_CONTEXT = Context(prec=700, Emax=9999, Emin=-9999, traps=[])
_PAIRS = re.compile("[^,;]+,[^,;]+(?:;[^,;]+,[^,;]+)*")
_HALF = Decimal("0.5")


def is_xml(text: str) -> bool:
    """Whether XML can hold the text at all."""
    return _NOT_XML.search(text) is None


def as_text(text: str) -> str:
    """The text as the content of an element, so that it comes back as it is."""
    return escape(text, {"\r": "&#13;"})


def input_type_of(value: object) -> str:
    """The type in which CVAT declares attributes of such values."""
    if isinstance(value, bool):
        return "checkbox"
    return "number" if isinstance(value, int | float) else "text"


def decode_value(text: str, input_type: str, mark: str | None) -> Any:
    """The value of an attribute.

    Args:
        text: As it stands in the file.
        input_type: As the label declares the attribute; empty where it does not.
        mark: The type, where it is not the one that the declaration implies.

    Raises:
        ValueError: The text is not of the type that is marked.
    """
    if mark is None:
        return _declared(text, input_type)
    if mark == "json":
        return json.loads(text)
    readers: dict[str, Any] = {"bool": "true".__eq__, "int": int, "float": float, "str": str}
    if mark not in readers:
        raise ValueError(f"attribute type '{mark:.40}' is unknown")
    return readers[mark](text)


def _declared(text: str, input_type: str) -> Any:
    if input_type == "checkbox":
        return {"true": True, "false": False}.get(text.lower(), text)
    if input_type == "number":
        if _INTEGER.fullmatch(text):
            return int(text)
        try:
            value = float(text)
        except ValueError:
            return text
        return value if math.isfinite(value) else text
    return text


def encode_value(value: object, input_type: str) -> tuple[str, str | None]:
    """The text of an attribute's value, and the mark; see :func:`decode_value`."""
    match value:
        case bool():
            text, mark = ("true" if value else "false"), "bool"
        case int() if -(10**300) < value < 10**300:
            text, mark = str(value), "int"
        case float():
            text, mark = repr(value), "float"
        case str() if is_xml(value):
            text, mark = value, "str"
        case _:
            return json.dumps(value), "json"
    found = _declared(text, input_type)
    same = type(found) is type(value) and found == value
    return text, None if same else mark


def number(text: str | None, what: str) -> Decimal:
    """A number of the file.

    Raises:
        ValueError: It is missing, or no finite number.
    """
    if text is None:
        raise ValueError(f"{what} is missing")
    value = _CONTEXT.create_decimal(text.strip())
    if not value.is_finite():
        raise ValueError(f"{what} is no number: '{text:.40}'")
    return value


def finite(text: str | None, what: str) -> float:
    """As :func:`number`, in binary.

    Raises:
        ValueError: As there, and where it is too large.
    """
    value = float(number(text, what))
    if not math.isfinite(value):
        raise ValueError(f"{what} is too large: '{text:.40}'")
    return value


def difference(upper: Decimal, lower: Decimal) -> float:
    """The difference, rounded once."""
    return float(_CONTEXT.subtract(upper, lower))


def middle(one: Decimal, other: Decimal) -> float:
    """The middle between both, rounded once."""
    return float(_CONTEXT.multiply(_CONTEXT.add(one, other), _HALF))


def total(start: float, extent: float, times: str = "1") -> str:
    """``start + extent × times`` in decimal, so that :func:`difference` gives *extent* back."""
    step = _CONTEXT.multiply(Decimal(repr(extent)), Decimal(times))
    return str(_CONTEXT.add(Decimal(repr(start)), step))


def points_of(text: str | None) -> tuple[float, ...]:
    """x0, y0, x1, … of ``x0,y0;x1,…``.

    Raises:
        ValueError: They are missing, or not pairs of finite numbers.
    """
    if text is None:
        raise ValueError("points are missing")
    if not _PAIRS.fullmatch(text):
        if not text.strip():
            return ()
        raise ValueError(f"points are not pairs: '{text:.60}'")
    try:
        points = tuple(map(float, text.replace(";", ",").split(",")))
    except ValueError as error:
        raise ValueError(f"points are no numbers: '{text:.60}'") from error
    if not math.isfinite(sum(points)) and not all(map(math.isfinite, points)):
        raise ValueError(f"points are not finite: '{text:.60}'")
    return points


def points_text(points: tuple[float, ...]) -> str:
    """The text ``x0,y0;x1,…`` of x0, y0, x1, and so on."""
    return ("%r,%r;" * (len(points) // 2))[:-1] % points
