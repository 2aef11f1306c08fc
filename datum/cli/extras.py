"""What stands after ``--``: options of a plugin, in any spelling that its card knows."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import click

from datum.errors import UnknownNameError, UsageError
from datum.options import Option, flag, shown_default, usage

__all__ = ["option_lines", "parse_extras", "take_extras", "wants_help"]


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
    return take_extras(options, list(extras), owner)


def take_extras(
    options: Sequence[Option], words: list[str], owner: str, *, ends: Collection[str] = ()
) -> dict[str, Any]:
    """As :func:`parse_extras`, up to a word that ends them; what was read is taken from *words*.

    An option of the plugin that is spelt as one of *ends* is the plugin's.
    """
    spellings = _spellings(options)
    values: dict[str, Any] = {}
    while words:
        name, equals, value = words[0].partition("=")
        option = _spelt(spellings, name)
        if option is None:
            if name in ends:
                break
            raise _unknown(words[0], name, spellings, owner)
        words.pop(0)
        if option.type is bool:
            values[option.name] = _switch(words, equals, value)
            continue
        taken = value if equals else _taken(option, words, name, owner)
        if option.file:
            taken = _text_of(str(taken), name, owner)
        if option.many:
            values[option.name] = (*values.get(option.name, ()), taken)
        else:
            values[option.name] = taken
    return values


def _taken(option: Option, words: list[str], name: str, owner: str) -> str | list[str]:
    """The value that follows an option, taken out of *words*; a list where it has several words."""
    if not option.words:
        if not words:
            raise UsageError(f"{name} of {owner} needs a value")
        return words.pop(0)
    count = len(option.words)
    taken = words[:count]
    if len(taken) < count or any(word.startswith("--") for word in taken):
        wanted = " ".join(option.words)
        raise UsageError(f"{name} of {owner} needs {count} values: {name} {wanted}")
    del words[:count]
    return taken


def _text_of(path: str, name: str, owner: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise UsageError(f"{name} of {owner}: {path} cannot be read: {reason}") from error


def _spellings(options: Sequence[Option]) -> dict[str, Option]:
    found = {flag(option.name): option for option in options}
    for option in options:
        for short in option.short:
            found[short] = option
    return found


def _spelt(spellings: dict[str, Option], name: str) -> Option | None:
    dashed = "--" + name[2:].replace("_", "-") if name.startswith("--") else name
    return spellings.get(name) or spellings.get(dashed)


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
        notes = [option.help]
        if option.choices:
            notes.append("one of " + ", ".join(str(choice) for choice in option.choices))
        if option.required:
            notes.append("required")
        if default := shown_default(option):
            notes.append(f"default {default}")
        rows.append((usage(option), "; ".join(note for note in notes if note)))
    formatter = click.HelpFormatter()
    if rows:
        formatter.write_dl(rows)
    return formatter.getvalue().splitlines()
