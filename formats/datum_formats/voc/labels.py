"""Labels of VOC: the standard list, the colours, and ``labelmap.txt``.

A line of ``labelmap.txt`` is ``name:r,g,b:parts:actions``; parts and actions are separated by commas.
A word that holds ``:`` or ``,``, begins with ``#`` or ``"``, or has blanks at its ends, stands as a
JSON string. Parts that have no line of their own are labels behind all others. Where masks are painted,
the background has a line, since tools look its colour up; a remark says that it is no label then.
"""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from datum.errors import FormatError
from datum.model import LabelCategory
from datum_formats._common.files import read_lines

__all__ = [
    "ACTIONS",
    "BACKGROUND",
    "BLACK",
    "PARTS",
    "VOID",
    "VOID_INDEX",
    "Color",
    "actions_of",
    "assign_colors",
    "color_of",
    "first_index",
    "label_map_text",
    "parts_of",
    "read_label_map",
    "standard_labels",
    "with_parts",
]

PARTS = "parts"
"""Key of :attr:`LabelCategory.infos`: names of the parts of an object, a list."""
ACTIONS = "actions"
"""Key of :attr:`LabelCategory.infos`: names of attributes that say what an object does, a list."""
BACKGROUND = "background"
BLACK = (0, 0, 0)
VOID = (224, 224, 192)
"""Colour of pixels that nothing is said of, such as the borders between objects."""
VOID_INDEX = 255
"""Index of that colour in a palette; the standard colour of this index is the same."""

_NAMES = "aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person pottedplant sheep sofa train tvmonitor"
_PARTS = "head hand foot"
_ACTIONS = "other jumping phoning playinginstrument reading ridingbike ridinghorse running takingphoto usingcomputer walking"
_HEADER = "# label:color_rgb:parts:actions"
_BACKGROUND_APART = f"{_HEADER}; the background is no label"
"""First line of a label map with a line for the background, which tools look up as black, although
no label is called so."""
_WORD = re.compile(r'"(?:[^"\\]|\\.)*"')

Color = tuple[int, int, int]


def color_of(index: int) -> Color:
    """The standard colour of an index below 2**24: its bits dealt out to red, green and blue."""
    red = green = blue = 0
    for bit in range(8):
        red |= (index >> (3 * bit) & 1) << (7 - bit)
        green |= (index >> (3 * bit + 1) & 1) << (7 - bit)
        blue |= (index >> (3 * bit + 2) & 1) << (7 - bit)
    return (red, green, blue)


def standard_labels() -> tuple[LabelCategory, ...]:
    """The labels of the challenges: background, twenty classes, and the parts of a person."""
    labels = []
    for index, name in enumerate([BACKGROUND, *_NAMES.split()]):
        person = {PARTS: _PARTS.split(), ACTIONS: _ACTIONS.split()} if name == "person" else {}
        labels.append(LabelCategory(name=name, color=color_of(index), infos=person))
    return with_parts(labels)


def with_parts(labels: Sequence[LabelCategory]) -> tuple[LabelCategory, ...]:
    """The labels, and behind them those of their parts that are not among them."""
    names = dict.fromkeys(label.name for label in labels)
    parts = dict.fromkeys(part for label in labels for part in parts_of(label))
    missing = [LabelCategory(name=part) for part in parts if part not in names]
    return (*labels, *missing)


def parts_of(label: LabelCategory) -> tuple[str, ...]:
    """Names of the parts of a label's objects."""
    return _strings(label.infos.get(PARTS))


def actions_of(label: LabelCategory) -> tuple[str, ...]:
    """Names of the actions of a label's objects."""
    return _strings(label.infos.get(ACTIONS))


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)):
        return ()
    return tuple(one for one in value if isinstance(one, str))


def first_index(labels: Sequence[LabelCategory]) -> int:
    """Index in a palette of the first label: 0 belongs to the background, be it a label or not."""
    return 0 if labels and labels[0].name == BACKGROUND else 1


def assign_colors(labels: Sequence[LabelCategory]) -> list[Color]:
    """A colour for each label, all different; black is the background's, and void is nobody's.

    A label's own colour is kept where it is the first with it; all others get standard colours.
    """
    used = {BLACK, VOID}
    colors: list[Color | None] = []
    for label in labels:
        own = label.color
        if label.name == BACKGROUND and own in (None, BLACK):
            own = BLACK
        elif own in used:
            own = None
        colors.append(own)
        if own is not None:
            used.add(own)
    further = len(labels) + 1
    found: list[Color] = []
    for index, color in enumerate(colors, start=first_index(labels)):
        chosen = color or color_of(index)
        while color is None and chosen in used:
            chosen = color_of(further)
            further += 1
        used.add(chosen)
        found.append(chosen)
    return found


def read_label_map(path: Path) -> tuple[LabelCategory, ...]:
    """The labels of a label map, with those of their parts.

    Raises:
        FormatError: It cannot be read, a colour is none, or a name stands there twice.
    """
    labels: dict[str, LabelCategory] = {}
    apart = False
    for number, line in read_lines(path):
        if line.startswith("#"):
            apart = apart or line == _BACKGROUND_APART
            continue
        words = _split(line, ":")
        name = _plain(words[0])
        if apart and name == BACKGROUND:
            continue
        if name in labels:
            raise FormatError(f"label '{name}' stands here twice", path=path, line=number)
        infos = {}
        for key, text in zip((PARTS, ACTIONS), words[2:4], strict=False):
            listed = [_plain(word) for word in _split(text, ",") if word]
            if listed:
                infos[key] = listed
        color = _color(words[1] if len(words) > 1 else "", path, number)
        labels[name] = LabelCategory(name=name, color=color, infos=infos)
    return with_parts(list(labels.values()))


def _split(line: str, mark: str) -> list[str]:
    """The words between marks, which do not count inside of JSON strings."""
    words: list[str] = []
    start = at = 0
    while at < len(line):
        quoted = _WORD.match(line, at) if at == start or line[at - 1] == "," else None
        if quoted and line[quoted.end() : quoted.end() + 1] in ("", ":", ","):
            at = quoted.end()
            continue
        if line[at] == mark:
            words.append(line[start:at])
            start = at + 1
        at += 1
    return [*words, line[start:]]


def _plain(word: str) -> str:
    if len(word) > 1 and word[0] == word[-1] == '"':
        try:
            return str(json.loads(word))
        except ValueError:
            return word
    return word.strip()


def _color(text: str, path: Path, line: int) -> Color | None:
    if not text.strip():
        return None
    try:
        red, green, blue = (int(value) for value in text.split(","))
    except ValueError as error:
        raise FormatError(f"'{text}' is no colour r,g,b", path=path, line=line) from error
    if not all(0 <= value <= 255 for value in (red, green, blue)):  # noqa: PLR2004 (eight bits)
        raise FormatError(f"'{text}' is no colour r,g,b", path=path, line=line)
    return (red, green, blue)


def label_map_text(labels: Sequence[LabelCategory]) -> str:
    """The lines that :func:`read_label_map` reads as *labels*."""
    shown = list(labels)
    bare = LabelCategory(name="")
    while shown:  # parts that come back by themselves need no line
        last = msgspec.structs.replace(shown[-1], name="")
        if last != bare or with_parts(shown[:-1]) != tuple(labels):
            break
        shown.pop()
    lines = [_HEADER]
    painted = any(label.color for label in shown)
    if painted and not any(label.name == BACKGROUND or label.color == BLACK for label in shown):
        lines = [_BACKGROUND_APART, f"{BACKGROUND}:0,0,0::"]
    for label in shown:
        color = ",".join(map(str, label.color)) if label.color else ""
        words = [_quoted(label.name), color, _joined(parts_of(label)), _joined(actions_of(label))]
        lines.append(":".join(words))
    return "\n".join(lines) + "\n"


def _joined(words: Iterable[str]) -> str:
    return ",".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    odd = not word or not word.isprintable() or word != word.strip() or word[0] in '#"'
    return json.dumps(word) if odd or set(word) & {":", ","} else word
