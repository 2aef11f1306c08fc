"""Values as XML text: attributes keep their type, any string survives, plain ones stay plain.

A value has a ``type``: bool, int, float, none, str, or json for lists, maps and strings that XML
cannot hold. Without it, as in files of other tools, ``true`` and ``false`` are bools and all else
is a string.
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

__all__ = [
    "attribute_lines",
    "native",
    "read_attribute",
    "read_text",
    "read_tree",
    "text_element",
    "xml_text",
]

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAG = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_RETURN = {"\r": "&#13;"}


def xml_text(text: str) -> str:
    """*text* as character data."""
    return escape(text, _RETURN)


def text_element(tag: str, text: str) -> str:
    """An element that holds a string: plain where it can be, as JSON where XML cannot hold it."""
    if _NOT_XML.search(text):
        return f'<{tag} type="json">{xml_text(json.dumps(text))}</{tag}>'
    kind = "" if text == text.strip() else ' type="str"'
    return f"<{tag}{kind}>{xml_text(text)}</{tag}>"


def read_text(element: Any) -> str:
    """The string of an element made by :func:`text_element`, or by another tool.

    Raises:
        ValueError: It is marked as JSON and is none.
    """
    text = element.text or ""
    kind = element.get("type")
    if kind is None:
        return str(text.strip())
    value = json.loads(text) if kind == "json" else text
    if not isinstance(value, str):
        raise ValueError(f"<{element.tag}> is no string")  # noqa: TRY004 (the text of a file)
    return value


def attribute_lines(attributes: Mapping[str, Any], indent: str) -> list[str]:
    """Lines of an ``<attributes>`` element; none for no attributes."""
    if not attributes:
        return []
    lines = [f"{indent}<attributes>"]
    for name, value in attributes.items():
        often = isinstance(value, bool | str | int) or value is None
        lines.append(f"{indent}  {(_often if often else _attribute)(name, value)}")
    return [*lines, f"{indent}</attributes>"]


def _attribute(name: str, value: Any) -> str:
    kind, text = _spell(value)
    mark = f' type="{kind}"' if kind else ""
    value_text = f"<value{mark}>{xml_text(text)}</value>"
    return f"<attribute>{text_element('name', name)}{value_text}</attribute>"


_often = lru_cache(maxsize=4096, typed=True)(_attribute)
"""The same few attributes stand at most objects."""


def _spell(value: Any) -> tuple[str, str]:
    match value:
        case None:
            return ("none", "")
        case bool():
            return ("bool", "true" if value else "false")
        case int():
            return ("int", str(value))
        case float():
            return ("float", repr(value))
        case str() if not _NOT_XML.search(value):
            plain = value == value.strip() and value and value.lower() not in ("true", "false")
            return ("" if plain else "str", value)
        case _:
            return ("json", json.dumps(value))


def read_attribute(element: Any) -> tuple[str, Any]:
    """Name and value of an ``<attribute>`` element.

    Raises:
        ValueError: The name is missing, or the value is not of the type that it states.
    """
    name, value = element.find("name"), element.find("value")
    if name is None:
        raise ValueError("<attribute> has no <name>")
    return (read_text(name), None if value is None else _read_value(value))


def _read_value(element: Any) -> Any:
    text = element.text or ""
    match element.get("type"):
        case "none":
            return None
        case "bool":
            return text == "true"
        case "int":
            return int(text)
        case "float":
            return float(text)
        case "str":
            return text
        case "json":
            return _read_json(text)
        case _:
            return _read_plain(text)


def _read_plain(text: str) -> Any:
    plain = text.strip()
    return {"true": True, "false": False}.get(plain.lower(), plain)


def _read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("JSON nested too deep") from error


def read_tree(element: Any) -> Any:
    """Text of an element, or a map of its children by name where it has any."""
    tree: dict[str, Any] = {}
    for child in element:
        if isinstance(child.tag, str):
            tree[child.tag] = read_tree(child)
    return tree or (element.text or "").strip()


def native(tag: str, value: Any, indent: str) -> list[str] | None:
    """Lines of an element that :func:`read_tree` reads as *value*; None where there is none."""
    if isinstance(value, str):
        plain = value == value.strip() and not _NOT_XML.search(value)
        return [f"{indent}<{tag}>{xml_text(value)}</{tag}>"] if plain else None
    if not isinstance(value, dict) or not value:
        return None
    lines = [f"{indent}<{tag}>"]
    for name, inner in value.items():
        below = native(name, inner, indent + "  ") if _TAG.fullmatch(name) else None
        if below is None:
            return None
        lines += below
    return [*lines, f"{indent}</{tag}>"]
