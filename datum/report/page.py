"""The page around the pieces."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import msgspec

from datum.report.html import Html, escaped

__all__ = ["Section", "page"]

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src"
"""What the browser may do with a page: run what is in it, and fetch no more than pictures."""


class Section(msgspec.Struct, frozen=True):
    """A part of a page, with a heading that the contents on top lead to."""

    title: str
    body: Html


def page(
    title: str,
    sections: Iterable[Section],
    *,
    subtitle: str = "",
    pictures: str = "data:",
) -> str:
    """A whole HTML page that needs nothing beside it; light or dark as the reader's system is.

    Args:
        title: Of the page.
        sections: Its parts.
        subtitle: A line below the title.
        pictures: Where pictures may come from, as a content security policy has it.
    """
    parts = list(sections)
    contents = "".join(
        f'<a href="#s{place}">{escaped(part.title)}</a>' for place, part in enumerate(parts)
    )
    body = "\n".join(
        f'<section id="s{place}"><h2>{escaped(part.title)}</h2>\n{part.body}\n</section>'
        for place, part in enumerate(parts)
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY} {pictures}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escaped(title)}</title>\n<style>{_part('page.css')}</style></head>\n<body>\n"
        f"<header><h1>{escaped(title)}</h1><p>{escaped(subtitle)}</p><nav>{contents}</nav></header>\n"
        f"<main>{body}</main>\n<script>{_part('page.js')}</script>\n</body></html>\n"
    )


@cache
def _part(name: str) -> str:
    """Style or script, which lies beside this module."""
    return files("datum.report").joinpath(name).read_text(encoding="utf-8")
