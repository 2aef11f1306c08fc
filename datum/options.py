"""Options of plugins: what they take, and checked values of what was given.

An option is typed as ``--name VALUE`` after ``--``, or given as a keyword in Python. A value may have
several words, as in ``--grid-size 2 3``: it is a tuple then.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from datum.errors import UnknownNameError, UsageError

__all__ = ["Option", "flag", "parse_options", "shown_default", "usage"]


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """An option of a plugin, as ``--name VALUE`` after ``--`` and as a keyword in Python."""

    name: str
    """With underscores; on the command line also with dashes."""
    type: type = str
    """str, int, float or bool. A bool is a switch: ``--name`` or ``--name=false``."""
    default: Any = None
    help: str = ""
    choices: tuple[Any, ...] = ()
    short: tuple[str, ...] = ()
    """Further spellings, such as ``-s`` or an older long name."""
    words: tuple[str, ...] = ()
    """What the words of a value are called, where it has several: it is a tuple of so many, typed
    ``--name ONE TWO`` or ``--name=ONE,TWO``. Each word has the option's type."""
    many: bool = False
    """May be given more than once; the value is a tuple."""
    required: bool = False
    file: bool = False
    """On the command line the path of a text file, whose text is the value: so a recipe holds it."""
    keep: Callable[[Any], Any] | None = None
    """What is kept of a value; of what is kept all is."""


def flag(name: str) -> str:
    """An option's name as it is typed."""
    return "--" + name.replace("_", "-")


def usage(option: Option) -> str:
    """All spellings of an option and what follows them: ``-s, --grid-size ROWS COLS``."""
    spellings = ", ".join([*option.short, flag(option.name)])
    kind = "FILE" if option.file else option.type.__name__.upper()
    words = option.words or (() if option.type is bool else (kind,))
    return " ".join([spellings, *words])


def shown_default(option: Option) -> str:
    """The default as it is typed; empty where there is nothing to say."""
    if option.required or option.default in (None, "", ()):
        return ""
    if isinstance(option.default, tuple):
        return " ".join(str(value) for value in option.default)
    return str(option.default).lower() if option.type is bool else str(option.default)


def parse_options(
    options: Sequence[Option], values: Mapping[str, Any], owner: str
) -> dict[str, Any]:
    """Checked values for *options*, with defaults for what is not given.

    Args:
        options: What the plugin takes.
        values: By name, dashes or underscores; strings are converted to the option's type.
        owner: Name of the plugin, for the message.

    Raises:
        UnknownNameError: An option that the plugin does not have.
        UsageError: A value that does not fit, or a required one that is missing.
    """
    known = {option.name: option for option in options}
    given = {name.replace("-", "_"): value for name, value in values.items()}
    for name in given:
        if name not in known:
            raise UnknownNameError(f"option of {owner}", name, known)
    return {option.name: _option_value(option, given, owner) for option in options}


def _option_value(option: Option, given: Mapping[str, Any], owner: str) -> Any:
    if given.get(option.name) is None:
        if option.required:
            raise UsageError(f"{owner} needs {flag(option.name)}")
        return option.default
    value = given[option.name]
    if option.many:
        values = (value,) if isinstance(value, str) else tuple(value)
        return tuple(_one_value(option, one, owner) for one in values)
    return _one_value(option, value, owner)


def _one_value(option: Option, value: Any, owner: str) -> Any:
    """A value, or the tuple of its words."""
    if not option.words:
        return _convert(option, value, owner)
    words = value.replace(",", " ").split() if isinstance(value, str) else value
    if not isinstance(words, list | tuple) or len(words) != len(option.words):
        shown = value if isinstance(value, str) else repr(value)
        wanted = f"{len(option.words)} values, {' '.join(option.words)}"
        raise UsageError(f"{flag(option.name)} of {owner} takes {wanted}, not '{shown}'")
    return tuple(_convert(option, word, owner) for word in words)


def _convert(option: Option, value: Any, owner: str) -> Any:
    flags = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    wrong = UsageError(f"{flag(option.name)} of {owner}: '{value}' is no {option.type.__name__}")
    if option.type is int and isinstance(value, float) and not value.is_integer():
        raise wrong  # int() would cut it
    try:
        if option.type is bool:
            converted = value if isinstance(value, bool) else flags[str(value).lower()]
        else:
            converted = option.type(value)
    except (KeyError, ValueError, TypeError, OverflowError) as error:
        raise wrong from error
    if option.choices and converted not in option.choices:
        raise UnknownNameError(
            f"value of {flag(option.name)}", str(value), map(str, option.choices)
        )
    return converted if option.keep is None else option.keep(converted)
