r"""rename: item ids are changed by a regular expression.

The option is one word ``|search|replacement|``: its first character separates the parts and may be any.
Groups are named ``\1`` or ``\\1`` in the replacement; ``{item.id}`` and ``{item.subset}`` stand for the
item's own. Two items that would get one id are an error.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from msgspec.structs import replace

from datum.errors import UsageError
from datum.model import Item
from datum.plugins import ItemContext, Option, Transform

__all__ = ["RENAME"]


@cache
def parse_rule(rule: str) -> tuple[re.Pattern[str], str]:
    """The search pattern and the replacement of a rule.

    Raises:
        UsageError: It is malformed.
    """
    parts = rule[1:].split(rule[0]) if rule else []
    if len(parts) not in (2, 3) or any(parts[2:]):
        raise UsageError(f"'{rule}' is no renaming rule", hint="write it as '|search|replacement|'")
    try:
        pattern = re.compile(parts[0])
        # in single quotes a shell passes \\1 as it is; people mean the group
        replacement = re.sub(r"\\\\(?=\d)", r"\\", parts[1])
        re.sub(pattern, replacement, "")
    except (re.error, IndexError) as error:
        raise UsageError(f"'{rule}': {error}") from error
    return pattern, replacement


def rename(item: Item, context: ItemContext) -> Item:
    """The item under its new id."""
    options: Mapping[str, Any] = context.options
    pattern, replacement = parse_rule(options["regex"])
    new = pattern.sub(_filled(replacement, item), item.id)
    if not new:
        raise UsageError(f"item {item.subset}/{item.id} would have no id")
    return item if new == item.id else replace(item, id=new)


def _filled(replacement: str, item: Item) -> str:
    """The replacement with the item's own names put in, safe from being read as groups."""
    for name, value in (("{item.id}", item.id), ("{item.subset}", item.subset)):
        replacement = replacement.replace(name, value.replace("\\", r"\\"))
    return replacement


RENAME = Transform(
    name="rename",
    title="Change item ids by a regular expression",
    help=__doc__ + "\n" + r"Example: datum transform -t rename -- -e '|frame_(\d+)|\1|'",
    options=(
        Option(name="regex", short=("-e",), required=True, help="the rule: '|search|replacement|'"),
    ),
    item=rename,
)
