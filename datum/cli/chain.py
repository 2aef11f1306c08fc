"""Several transforms on one command line: each ``-t NAME`` with the options behind it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from datum.cli.extras import take_extras
from datum.errors import UsageError
from datum.plugins import Transform, find_transform

__all__ = ["Link", "parse_chain"]

_NEXT = ("-t", "--transform")
_HELP = ("-h", "--help")
_END = "--"


class Link(NamedTuple):
    """One transform of a chain."""

    card: Transform
    options: dict[str, Any]
    """As they were given, by name."""
    wants_help: bool = False
    """Whether it is to be explained and not run."""


def parse_chain(names: Sequence[str], extras: Sequence[str]) -> list[Link]:
    """The transforms of a command line, in their order.

    Args:
        names: What stands behind each ``-t`` before the first ``--``; one at least.
        extras: The words after it: options of the last of these, then ``-t NAME`` with the options of
            another, and so on. A ``--`` ends the options of a transform that has a ``-t`` itself, and may
            stand before those of every other.

    Raises:
        UnknownNameError: There is no such transform, or it has no such option.
        UsageError: A value is missing, or a word is no option.
    """
    links = [Link(find_transform(name), {}) for name in names]
    words = list(extras)
    while True:
        card = links[-1].card
        options = take_extras(card.options, words, card.name, ends=(*_NEXT, *_HELP, _END))
        links[-1] = Link(card, options, bool(words) and words[0] in _HELP)
        if words[:1] == [_END]:
            words.pop(0)
        if not words or links[-1].wants_help:
            return links
        links.append(Link(find_transform(_next_name(words, card.name)), {}))
        if words[:1] == [_END]:
            words.pop(0)


def _next_name(words: list[str], owner: str) -> str:
    word, equals, name = words.pop(0).partition("=")
    if word not in _NEXT:
        raise UsageError(
            f"'{word}' stands behind the options of {owner}",
            hint="another transform begins with -t NAME",
        )
    if not equals:
        if not words:
            raise UsageError(f"{word} needs the name of a transform", hint="-l lists them")
        name = words.pop(0)
    return name
