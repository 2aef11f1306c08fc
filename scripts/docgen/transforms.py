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
    for name in transform_names():
        card = find_transform(name)
        kind = "looks at one item at a time" if card.item else "looks at the whole dataset first"
        lines += [f"## {card.name}", "", f"{card.title}. It {kind}.", ""]
        lines += ["```text", *inspect.cleandoc(card.help).splitlines(), "```", ""]
        lines += option_section("Options", card.options, level="###")
    return {"docs/transforms.md": page(lines)}
