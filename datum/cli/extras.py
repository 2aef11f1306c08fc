"""What stands after ``--``: options of a plugin, in any spelling that its card knows."""

from collections.abc import Sequence
from typing import Any

import click

from datum.errors import UnknownNameError, UsageError
from datum.plugins import Option

__all__ = ["option_lines", "parse_extras", "wants_help"]


def wants_help(extras: Sequence[str]) -> bool:
    """Whether a plugin's own help is asked for."""
    return bool({"-h", "--help"} & set(extras))


def parse_extras(options: Sequence[Option], extras: Sequence[str], owner: str) -> dict[str, Any]:
    """Values by name of what stands after ``--``.

    Args:
        options: What the plugin takes.
        extras: The words.
        owner: Name of the plugin, for messages.

    Raises:
        UnknownNameError: An option that the plugin does not have.
        UsageError: A value is missing, or a word is no option.
    """
    spellings = _spellings(options)
    values: dict[str, Any] = {}
    words = list(extras)
    while words:
        word = words.pop(0)
        name, equals, value = word.partition("=")
        option = spellings.get(name)
        if option is None and name.startswith("--"):
            option = spellings.get("--" + name[2:].replace("_", "-"))
        if option is None:
            raise _unknown(word, name, spellings, owner)
        if option.type is bool:
            values[option.name] = _switch(words, equals, value)
            continue
        if not equals:
            if not words:
                raise UsageError(f"{name} of {owner} needs a value")
            value = words.pop(0)
        if option.many:
            values[option.name] = (*values.get(option.name, ()), value)
        else:
            values[option.name] = value
    return values


def _spellings(options: Sequence[Option]) -> dict[str, Option]:
    found = {"--" + option.name.replace("_", "-"): option for option in options}
    for option in options:
        for short in option.short:
            found[short] = option
    return found


def _switch(words: list[str], equals: str, value: str) -> str:
    """The value of a switch: ``--x``, ``--x=false``, ``--x false``."""
    if equals:
        return value
    if words and words[0].lower() in ("true", "false"):
        return words.pop(0)
    return "true"


def _unknown(word: str, name: str, spellings: dict[str, Option], owner: str) -> Exception:
    if not word.startswith("-"):
        return UsageError(f"'{word}' is no option of {owner}")
    return UnknownNameError(f"option of {owner}", name, spellings)


def option_lines(options: Sequence[Option]) -> list[str]:
    """The options of a plugin, as its help shows them."""
    rows = []
    for option in options:
        names = ", ".join([*option.short, "--" + option.name.replace("_", "-")])
        value = "" if option.type is bool else f" {option.type.__name__.upper()}"
        notes = [option.help]
        if option.choices:
            notes.append("one of " + ", ".join(str(choice) for choice in option.choices))
        if option.required:
            notes.append("required")
        elif option.default not in (None, "", ()):
            notes.append(f"default {_default(option)}")
        rows.append((names + value, "; ".join(note for note in notes if note)))
    formatter = click.HelpFormatter()
    if rows:
        formatter.write_dl(rows)
    return formatter.getvalue().splitlines()


def _default(option: Option) -> str:
    if isinstance(option.default, tuple):
        return " ".join(str(value) for value in option.default)
    return str(option.default).lower() if option.type is bool else str(option.default)
