"""The line of attributes: ``name=value, name``, with quotes where they are needed."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["attributes_text", "is_scalar", "parse_attributes"]

_PLAIN = re.compile(r"[^\s\"\\,=](?:[^\"\\,=\n\r\t]*[^\s\"\\,=])?")
_INT = re.compile(r"[-+]?\d{1,18}")
_FLOAT = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|((?:[^,="\\]|\\.)+)|([,=])', re.DOTALL)


def is_scalar(value: Any) -> bool:
    """Whether a value has a spelling in the line."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return isinstance(value, bool) or bool(_INT.fullmatch(str(value)))
    return isinstance(value, str)


def attributes_text(attributes: Mapping[str, Any]) -> str:
    """The line for attributes whose values are all scalars."""
    return ", ".join(f"{_quoted(name)}={_text(value)}" for name, value in attributes.items())


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _quoted(value) if isinstance(value, str) else repr(value)


def _quoted(text: str) -> str:
    plain = bool(_PLAIN.fullmatch(text)) and text.isprintable() and _value(text) == text
    return text if plain else json.dumps(text)


def parse_attributes(line: str) -> dict[str, Any]:
    """The attributes of a line."""
    found: dict[str, Any] = {}
    for name, value in _pairs(line):
        if name != "":
            found[str(name)] = True if value is None else value
    return found


def _pairs(line: str) -> Iterator[tuple[Any, Any]]:
    """Names and values; None where there is no value."""
    pair: list[Any] = [""]
    for match in _TOKEN.finditer(line):
        quoted, bare, sign = match.groups()
        if sign == ",":
            yield pair[0], pair[1] if len(pair) > 1 else None
            pair = [""]
        elif sign == "=" and len(pair) == 1:
            pair.append("")
        elif quoted is not None:
            pair[-1] = _unquoted(quoted)
        elif (bare or "").strip():
            text = re.sub(r"\\(.)", r"\1", bare.strip(), flags=re.DOTALL)
            pair[-1] = _value(text) if len(pair) > 1 and "\\" not in bare else text
    yield pair[0], pair[1] if len(pair) > 1 else None


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _value(text: str) -> Any:
    """A word as what it looks like."""
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text
