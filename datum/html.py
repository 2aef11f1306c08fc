"""Small HTML tables for notebooks: no scripts, no network, names escaped."""

from collections.abc import Iterable, Sequence

__all__ = ["table"]


def table(caption: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """An HTML table; every text is escaped."""
    from html import escape  # notebooks alone need it, and every command would pay for it

    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = "".join(f"<tr>{''.join(_cell(value) for value in row)}</tr>" for row in rows)
    return (
        f"<table><caption>{escape(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _cell(value: object) -> str:
    from html import escape

    text = "" if value is None else str(value)
    return f"<td>{escape(text)}</td>"
