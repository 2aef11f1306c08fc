"""label_map.pbtxt: ``item { id: 1 name: 'cat' }`` in the text format of protocol buffers.

https://protobuf.dev/reference/protobuf/textformat-spec. A label whose id is not its place, counted
from 1, has it in its infos as ``id``; a ``display_name`` is there too.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.model import Categories, LabelCategory
from datum_formats._common.files import read_text

__all__ = ["LabelMap", "encode_label_map", "label_ids", "read_label_map"]

_TOKEN = re.compile(
    r"""(?P<space>[\s,;]+|\#[^\n]*)
    |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<word>[\w.+-]+|\[[^\]]*\])
    |(?P<mark>[:{}<>])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(
    rb"\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL
)
_LETTERS = {
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"v": b"\v",
}
_DEEPEST = 50

Token = tuple[str, str, int]


class LabelMap(msgspec.Struct, frozen=True, kw_only=True):
    """Labels in the order of their ids, and what a record may call them."""

    categories: Categories
    by_id: dict[int, int]
    """Index of each id."""
    by_text: dict[str, int]
    """Index of each name and, where no label has it for a name, of each display name."""

    @classmethod
    def of(cls, entries: Sequence[tuple[int, str, str]], path: Path) -> "LabelMap":
        """The map of (id, name, display name), in any order.

        Raises:
            FormatError: An id or a name is there twice.
        """
        labels: list[LabelCategory] = []
        by_id: dict[int, int] = {}
        by_text: dict[str, int] = {}
        for index, (number, name, display) in enumerate(sorted(entries)):
            if number in by_id or name in by_text:
                raise FormatError(f"label {number} '{name}' is there twice", path=path)
            by_id[number] = by_text[name] = index
            infos: dict[str, Any] = {} if number == index + 1 else {"id": number}
            if display:
                infos["display_name"] = display
            labels.append(LabelCategory(name=name, infos=infos))
        for index, label in enumerate(labels):
            by_text.setdefault(label.infos.get("display_name", label.name), index)
        return cls(categories=Categories(labels=tuple(labels)), by_id=by_id, by_text=by_text)


def read_label_map(paths: Sequence[Path]) -> LabelMap:
    """The labels of the files; a label that several have alike is one.

    Raises:
        FormatError: A file is no label map, or they contradict each other.
    """
    entries: dict[tuple[int, str, str], None] = {}
    for path in paths:
        entries.update(dict.fromkeys(_items(path)))
    return LabelMap.of(list(entries), paths[-1])


def _items(path: Path) -> Iterator[tuple[int, str, str]]:
    tokens = list(_tokens(read_text(path), path))
    at = 0
    while at < len(tokens):
        name, line = tokens[at][1], tokens[at][2]
        fields, at = _field(tokens, at, path, 0)
        if name == "item":
            yield _item(fields, path, line)


def _item(fields: Any, path: Path, line: int) -> tuple[int, str, str]:
    if not isinstance(fields, dict):
        raise FormatError("an item is no message", path=path, line=line)
    display = fields.get("display_name", "")
    name = fields.get("name", display)
    number = fields.get("id")
    if not isinstance(number, str) or not re.fullmatch(r"-?\d{1,18}", number):
        raise FormatError("an item has no id", path=path, line=line)
    if not ("name" in fields or display) or not isinstance(name, bytes | str):
        raise FormatError("an item has no name", path=path, line=line)
    return int(number), _text(name, path, line), _text(display, path, line)


def _text(value: Any, path: Path, line: int) -> str:
    if not isinstance(value, bytes):
        return str(value)
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise FormatError("a name is not UTF-8", path=path, line=line) from error


def _tokens(text: str, path: Path) -> Iterator[Token]:
    """Kind, text and line of each token."""
    at, line = 0, 1
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise FormatError(f"unexpected {text[at]!r}", path=path, line=line)
        if found.lastgroup != "space":
            yield str(found.lastgroup), found.group(), line
        line += text.count("\n", at, found.end())
        at = found.end()


def _field(tokens: list[Token], at: int, path: Path, depth: int) -> tuple[Any, int]:
    """The value of the field at *at*, and where the next one is.

    A message is a dict by name, where the last of a name wins; strings are bytes, other scalars text.
    """
    kind, _, line = tokens[at]
    at += 1
    if kind != "word" or at >= len(tokens) or depth > _DEEPEST:
        raise FormatError("not a field", path=path, line=line)
    if tokens[at][1] == ":":
        at += 1
    if at < len(tokens) and tokens[at][1] in ("{", "<"):
        return _message(tokens, at + 1, path, depth)
    if at < len(tokens) and tokens[at][0] in ("string", "word"):
        return _scalar(tokens, at)
    raise FormatError("a field has no value", path=path, line=line)


def _scalar(tokens: list[Token], at: int) -> tuple[bytes | str, int]:
    """A string, which may be in several parts, or a word or number."""
    if tokens[at][0] == "word":
        return tokens[at][1], at + 1
    parts: list[bytes] = []
    while at < len(tokens) and tokens[at][0] == "string":
        parts.append(_unescape(tokens[at][1][1:-1].encode()))
        at += 1
    return b"".join(parts), at


def _message(tokens: list[Token], at: int, path: Path, depth: int) -> tuple[dict[str, Any], int]:
    start = tokens[at - 1][2]
    fields: dict[str, Any] = {}
    while at < len(tokens):
        name = tokens[at][1]
        if name in ("}", ">"):
            return fields, at + 1
        fields[name], at = _field(tokens, at, path, depth + 1)
    raise FormatError("a message is not closed", path=path, line=start)


def _unescape(data: bytes) -> bytes:
    def plain(found: re.Match[bytes]) -> bytes:
        octal, hexadecimal, short, long, letter = found.groups()
        if octal:
            return bytes([int(octal, 8) & 0xFF])
        if hexadecimal:
            return bytes([int(hexadecimal, 16)])
        if short or long:
            number = int(short or long, 16)
            return chr(number).encode("utf-8", "replace") if number < 0x110000 else b"?"  # noqa: PLR2004 (the last of Unicode)
        return _LETTERS.get(letter, letter)

    return _ESCAPE.sub(plain, data)


def label_ids(categories: Categories) -> list[int]:
    """The id of each label: as in its infos where these rise with the index, else index + 1."""
    ids = [label.infos.get("id", index + 1) for index, label in enumerate(categories.labels)]
    rising = all(type(number) is int and 0 <= number < 1 << 31 for number in ids) and all(
        one < other for one, other in pairwise(ids)
    )
    return ids if rising and (not ids or ids[0] > 0) else list(range(1, len(ids) + 1))


def encode_label_map(categories: Categories) -> bytes:
    """The text of label_map.pbtxt.

    Raises:
        FormatError: A name is not Unicode.
    """
    items: list[str] = []
    for number, label in zip(label_ids(categories), categories.labels, strict=True):
        lines = [f"\tid: {number}", f"\tname: '{_escape(label.name)}'"]
        display = label.infos.get("display_name")
        if isinstance(display, str) and display:
            lines.append(f"\tdisplay_name: '{_escape(display)}'")
        items.append("item {\n" + "\n".join(lines) + "\n}\n")
    try:
        return "\n".join(items).encode()
    except UnicodeEncodeError as error:
        raise FormatError(
            f"label {error.object[error.start : error.end]!r} is not Unicode"
        ) from error


def _escape(text: str) -> str:
    """A string between single quotes; control characters in octal."""
    text = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return "".join(f"\\{ord(c):03o}" if ord(c) < ord(" ") or c == "\x7f" else c for c in text)
