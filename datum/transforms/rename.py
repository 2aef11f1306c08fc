r"""rename: item ids are changed by a regular expression.

The option is one word ``|search|replacement|``: its first character separates the parts and may be any.
Groups are named ``\1`` or ``\\1`` in the replacement; ``{item.id}`` and ``{item.subset}`` stand for the
item's own. Two items that would get one id are an error.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from msgspec.structs import replace

from datum.errors import UsageError
from datum.model import Item
from datum.plugins import Option, Transform, TransformContext

__all__ = ["RENAME"]

_VALUES: dict[str, Callable[[Item], str]] = {
    "{item.id}": lambda item: item.id,
    "{item.subset}": lambda item: item.subset,
}
_NAMES = re.compile(r"(\{item\.(?:id|subset)\})")


@cache
def parse_rule(rule: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """The search pattern of a rule, and its replacement, cut at the names of the item's own values.

    Raises:
        UsageError: It is malformed.
    """
    parts = rule[1:].split(rule[0]) if rule else []
    if len(parts) not in (2, 3) or any(parts[2:]):
        raise UsageError(f"'{rule}' is no renaming rule", hint="write it as '|search|replacement|'")
    # in single quotes a shell passes \\1 as it is; people mean the group
    replacement = re.sub(r"\\\\(?=\d)", r"\\", parts[1])
    pieces = tuple(_NAMES.split(replacement))
    try:
        pattern = re.compile(parts[0])
        for piece in pieces:
            pattern.sub("" if piece in _VALUES else piece, "")
    except (re.error, IndexError, OverflowError, RecursionError) as error:
        raise UsageError(f"'{rule}': {error}") from error
    return pattern, pieces


def rename(item: Item, context: TransformContext) -> Item:
    """The item under its new id."""
    options: Mapping[str, Any] = context.options
    pattern, pieces = parse_rule(options["regex"])
    new = pattern.sub(lambda match: _filled(match, pieces, item), item.id)
    if not new:
        raise UsageError(f"item {item.subset}/{item.id} would have no id")
    return item if new == item.id else replace(item, id=new)


def _filled(match: re.Match[str], pieces: tuple[str, ...], item: Item) -> str:
    """The replacement of a match; the item's own values are taken as they are."""
    return "".join(
        _VALUES[piece](item) if piece in _VALUES else match.expand(piece) for piece in pieces
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
