"""Tables that a click on a heading sorts."""

from collections.abc import Iterable, Sequence

from datum.report.html import Html, escaped

__all__ = ["table"]


def table(
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    caption: str = "",
    keys: Iterable[str] = (),
) -> Html:
    """A table; numbers stand to the right and sort as numbers, the rest as text.

    Args:
        header: Headings, a click on which sorts.
        rows: Cells, as many as there are headings.
        caption: What it shows.
        keys: One text for each row, by which the page's filter finds the row beside what its cells
            say; none where that is enough.
    """
    named = f"<caption>{escaped(caption)}</caption>" if caption else ""
    head = "".join(f'<th scope="col">{escaped(name)}</th>' for name in header)
    given = list(keys)
    body = "\n".join(
        _row(row, given[place] if place < len(given) else "") for place, row in enumerate(rows)
    )
    return Html(
        f'<div class="wide"><table class="sortable">{named}<thead><tr>{head}</tr></thead>\n'
        f"<tbody>{body}</tbody></table></div>"
    )


def _row(cells: Sequence[object], key: str) -> str:
    found = f' data-key="{escaped(key)}"' if key else ""
    return f"<tr{found}>{''.join(map(_cell, cells))}</tr>"


def _cell(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f'<td class="n" data-value="{value!r}">{escaped(value)}</td>'
    return f"<td>{escaped(value)}</td>"
