"""Text, numbers and markup."""

import math
from collections.abc import Iterable, Mapping
from html import escape

__all__ = ["Html", "escaped", "facts", "joined", "number", "paragraph"]


class Html(str):
    """Markup, which is not escaped again."""

    __slots__ = ()


def escaped(value: object) -> Html:
    """A value as markup: :class:`Html` as it is, numbers as :func:`number` has them, None as nothing.

    Characters that drive terminals or cannot be in a page, such as NUL and lone surrogates, are
    replaced.
    """
    match value:
        case Html():
            return value
        case None:
            return Html()
        case bool():
            return Html("yes" if value else "no")
        case int() | float():
            return Html(number(value))
        case _:
            return Html(escape("".join(map(_harmless, str(value)))))


def _harmless(char: str) -> str:
    return char if char.isprintable() or char in "\n\t" else "\ufffd"


def number(value: float) -> str:
    """A number for people: thousands apart by commas, four digits where there is a fraction."""
    if not math.isfinite(value):
        return {math.inf: "∞", -math.inf: "-∞"}.get(value, "n/a")
    if value == int(value):
        return f"{int(value):,}"
    if abs(value) >= 1000:  # noqa: PLR2004 (three digits before the point leave one behind it)
        return f"{value:,.1f}"
    return f"{value:.4g}"


def joined(parts: Iterable[Html]) -> Html:
    """Pieces of markup, a line each."""
    return Html("\n".join(parts))


def paragraph(text: object) -> Html:
    """A paragraph."""
    return Html(f"<p>{escaped(text)}</p>")


def facts(values: Mapping[str, object]) -> Html:
    """A few names and values, as large figures side by side."""
    cells = "".join(
        f"<div><dt>{escaped(name)}</dt><dd>{escaped(value)}</dd></div>"
        for name, value in values.items()
    )
    return Html(f'<dl class="facts">{cells}</dl>')
