r"""rename: item ids are changed by a regular expression.

The option is one word ``|search|replacement|``: its first character separates the parts and may be any.
Groups are named ``\1`` or ``\\1`` in the replacement, and values of the item between braces:

``{item.id}``, ``{item.subset}``, ``{item.attributes[NAME]}``, ``{item.media.path}``, ``{item.media.ext}``
(of the path, with its dot), ``{item.media.size[0]}`` and ``[1]`` (height and width), ``{item.media.index}``
(of a frame of a video); ``item.image`` is ``item.media``. A format may follow a colon, as in
``{item.attributes[frame]:06d}``. Values are put in as they are: braces and backslashes in them mean nothing.

An item without such a value, two items that would get one id, and an empty id are errors.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import PurePosixPath
from typing import Any

import msgspec
from msgspec.structs import replace

from datum.errors import UnknownNameError, UsageError
from datum.model import Item, Media
from datum.plugins import Option, Transform, TransformContext

__all__ = ["RENAME"]

_ATTRIBUTE = "attributes["
_MEDIA: Mapping[str, Callable[[Media], object]] = {
    "path": lambda media: media.path or None,
    "ext": lambda media: PurePosixPath(media.path).suffix or None,
    "size[0]": lambda media: media.height,
    "size[1]": lambda media: media.width,
    "index": lambda media: media.frame,
}
_KNOWN = ("id", "subset", "attributes[NAME]", *(f"media.{name}" for name in _MEDIA))
_FIELD = re.compile(r"(\{item\.[^{}]*\})")
_FORMAT = re.compile(r"(.?[<>=^])?[+ -]?0?[0-9]{0,3}(\.[0-9]{1,2})?[bcdeEfFgGosxX%]?", re.DOTALL)


class _Field(msgspec.Struct, frozen=True):
    """A value of the item in the replacement."""

    text: str
    """As it was written, for messages."""
    value: Callable[[Item], object]
    """None where the item has none."""
    form: str

    def of(self, item: Item) -> str:
        """The value as text.

        Raises:
            UsageError: The item has none, or it is of another type than the format.
        """
        where = f"item {item.subset}/{item.id}"
        value = self.value(item)
        if value is None:
            raise UsageError(f"{where} has nothing for {self.text}")
        try:
            return format(value, self.form)
        except (ValueError, TypeError, OverflowError) as error:
            raise UsageError(f"{where}: {self.text} of {value!r}: {error}") from error


@cache
def parse_rule(rule: str) -> tuple[re.Pattern[str], tuple[str | _Field, ...]]:
    """The search pattern of a rule, and its replacement, cut at the values of the item.

    Raises:
        UsageError: It is malformed.
    """
    parts = rule[1:].split(rule[0]) if rule else []
    if len(parts) not in (2, 3) or any(parts[2:]):
        raise UsageError(f"'{rule}' is no renaming rule", hint="write it as '|search|replacement|'")
    # in single quotes a shell passes \\1 as it is; people mean the group
    replacement = re.sub(r"\\\\(?=\d)", r"\\", parts[1])
    texts = _FIELD.split(replacement)
    try:
        pattern = re.compile(parts[0])
        for text in texts[::2]:
            pattern.sub(text, "")
    except (re.error, IndexError, OverflowError, RecursionError) as error:
        raise UsageError(f"'{rule}': {error}") from error
    return pattern, tuple(_field(text) if n % 2 else text for n, text in enumerate(texts))


def _field(text: str) -> _Field:
    """A value of the item, as ``{item.name:format}``.

    Raises:
        UsageError: It is unknown, or the format is none.
    """
    # the name of an attribute may hold a colon
    found = re.fullmatch(r"\{item\.(attributes\[[^]]*\]|[^:]*)(?::(.*))?\}", text, re.DOTALL)
    name, form = found.groups(default="") if found else (text[len("{item.") : -1], "")
    if not _FORMAT.fullmatch(form):
        raise UsageError(f"'{form}' of {text} is no format", hint="such as 06d, >8 or .2f")
    return _Field(text, _value(name), form)


def _value(name: str) -> Callable[[Item], object]:
    if name in ("id", "subset"):
        return lambda item: item.id if name == "id" else item.subset
    if name.startswith(_ATTRIBUTE) and name.endswith("]"):
        attribute = name[len(_ATTRIBUTE) : -1]
        return lambda item: item.attributes.get(attribute)
    kind, _, field = name.partition(".")
    if kind in ("media", "image") and field in _MEDIA:
        return lambda item: None if item.image is None else _MEDIA[field](item.image)
    raise UnknownNameError("value of an item", name, _KNOWN, hint="the help of rename lists them")


def rename(item: Item, context: TransformContext) -> Item:
    """The item under its new id.

    Raises:
        UsageError: The id would be empty, or a value is missing.
    """
    options: Mapping[str, Any] = context.options
    pattern, pieces = parse_rule(options["regex"])
    new = pattern.sub(lambda match: _filled(match, pieces, item), item.id)
    if not new:
        raise UsageError(f"item {item.subset}/{item.id} would have no id")
    return item if new == item.id else replace(item, id=new)


def _filled(match: re.Match[str], pieces: tuple[str | _Field, ...], item: Item) -> str:
    """The replacement of a match; the item's own values are taken as they are."""
    return "".join(
        match.expand(piece) if isinstance(piece, str) else piece.of(item) for piece in pieces
    )


RENAME = Transform(
    name="rename",
    title="Change item ids by a regular expression",
    help=__doc__ + "\n" + r"Example: datum transform -t rename -- -e '|frame_(\d+)|\1|'",
    options=(
        Option(name="regex", short=("-e",), required=True, help="the rule: '|search|replacement|'"),
    ),
    item=rename,
)
