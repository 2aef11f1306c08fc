"""The page of the transforms, from their cards."""

import inspect

from datum.plugins import find_transform, transform_names
from docgen.formats import option_section
from docgen.text import page

__all__ = ["transform_page"]


def transform_page() -> dict[str, str]:
    """One page for all of them."""
    lines = [
        "# Transforms",
        "",
        "A transform is a function from dataset to dataset. `datum transform -t NAME` runs one and",
        "commits the result; its options follow after `--`.",
        "One of your own: [writing a transform](writing-a-transform.md).",
        "",
    ]
    cards = {name: find_transform(name) for name in transform_names()}
    for card in (card for name, card in cards.items() if name == card.name):
        others = [
            f"`{name}`" for name, other in cards.items() if other is card and name != card.name
        ]
        also = f" Also called {' and '.join(others)}." if others else ""
        kind = "looks at the whole dataset first" if card.plan else "looks at one item at a time"
        lines += [f"## {card.name}", "", f"{card.title}. It {kind}.{also}", ""]
        lines += ["```text", *inspect.cleandoc(card.help).splitlines(), "```", ""]
        lines += option_section("Options", card.options, level="###")
    return {"docs/transforms.md": page(lines)}
