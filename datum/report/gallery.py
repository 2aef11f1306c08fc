"""Cards with pictures, which the page filters by label, kind and text, and sorts."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from datum.report.html import Html, escaped, joined

__all__ = ["Card", "gallery"]


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One picture and what is said of it."""

    title: str
    picture: str = ""
    """Address of the picture: a ``data:`` URI, or a path beside the page; empty for none."""
    link: str = ""
    """Where the picture leads; empty for nowhere."""
    lines: tuple[Html, ...] = ()
    labels: tuple[str, ...] = ()
    """What the card is found by under the first choice."""
    kinds: tuple[str, ...] = ()
    """What it is found by under the second."""
    numbers: Mapping[str, float] = msgspec.field(default_factory=dict)
    """What cards are sorted by; every card of a gallery has the same names."""


def gallery(cards: Sequence[Card], *, labels: str = "label", kinds: str = "kind") -> Html:
    """Cards with the controls to filter and sort them.

    Args:
        cards: In the order in which they are shown first.
        labels: What the labels of cards are called.
        kinds: What their kinds are called.
    """
    if not cards:
        return Html('<p class="dim">nothing to show</p>')
    numbers = list(cards[0].numbers)
    controls = (
        _choice("labels", labels, sorted({name for card in cards for name in card.labels}))
        + _choice("kinds", kinds, sorted({name for card in cards for name in card.kinds}))
        + _order(numbers)
        + '<input type="search" data-by="text" placeholder="find text" aria-label="find text">'
        + '<span class="dim" data-shown></span>'
    )
    body = joined(_card(place, card, numbers) for place, card in enumerate(cards))
    return Html(f'<div class="filters">{controls}</div>\n<div class="cards">{body}</div>')


def _choice(by: str, title: str, names: Iterable[str]) -> str:
    options = "".join(f"<option>{escaped(name)}</option>" for name in names)
    return (
        f'<select data-by="{by}" aria-label="{escaped(title)}">'
        f'<option value="">any {escaped(title)}</option>{options}</select>'
    )


def _order(numbers: Sequence[str]) -> str:
    options = "".join(
        f'<option value="{place}">sort by {escaped(name)}</option>'
        for place, name in enumerate(numbers)
    )
    return f'<select data-by="order" aria-label="order"><option value="">in order</option>{options}</select>'


def _card(place: int, card: Card, numbers: Sequence[str]) -> Html:
    shown = f'<img loading="lazy" src="{escaped(card.picture)}" alt="">' if card.picture else ""
    if shown and card.link:
        shown = f'<a href="{escaped(card.link)}">{shown}</a>'
    lines = "".join(f"<p>{line}</p>" for line in card.lines)
    values = " ".join(repr(float(card.numbers[name])) for name in numbers)
    return Html(
        f'<article class="card" data-place="{place}" data-labels="{_lines(card.labels)}" '
        f'data-kinds="{_lines(card.kinds)}" data-numbers="{values}">'
        f"{shown}<h3>{escaped(card.title)}</h3>{lines}</article>"
    )


def _lines(names: Iterable[str]) -> str:
    """Names as an attribute, a line each."""
    return "&#10;".join(escaped(name.replace("\n", " ")) for name in names)
