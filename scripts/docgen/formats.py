"""Pages of the formats, from their cards and from an export of a small dataset."""

from datum.losses import LossReport
from datum.model import KINDS, Categories, Item
from datum.options import shown_default, usage
from datum.outputs import MemoryOutput, write_dataset
from datum.plugins import Format, Option, find_format, format_names
from datum.testing.datasets import ListDataset, image_item
from datum.testing.samples import sample
from docgen.text import escape, page, table, tree

__all__ = ["format_pages", "format_table", "option_section"]

_FLAGS = {
    "keeps_ids": "ids of annotations",
    "keeps_groups": "groups",
    "keeps_z_order": "layers (z-order)",
    "keeps_scores": "scores",
    "keeps_attributes": "attributes of annotations",
    "keeps_item_attributes": "attributes of items",
    "keeps_subsets": "subsets",
    "keeps_unlabeled": "annotations without a label",
    "keeps_empty_items": "items without annotations and without image files",
}


def _cards() -> dict[str, tuple[Format, list[str]]]:
    """Cards by name, each with its other spellings."""
    found: dict[str, tuple[Format, list[str]]] = {}
    for name in format_names():
        card = find_format(name)
        found.setdefault(card.name, (card, []))[1].append(name)
    return {
        name: (card, [one for one in names if one != name])
        for name, (card, names) in sorted(found.items())
    }


def format_pages() -> dict[str, str]:
    """A page for each format, and their index."""
    found = {"docs/formats/README.md": _index()}
    for name, (card, names) in _cards().items():
        found[f"docs/formats/{name}.md"] = _page(card, names)
    return found


def format_table(prefix: str = "") -> str:
    """The formats as a table: name, title, whether read and written."""
    rows = [
        (
            ", ".join([f"[`{name}`]({prefix}{name}.md)", *(f"`{one}`" for one in names)]),
            escape(card.title),
            _yes(card.read is not None),
            _yes(card.write is not None),
            _kinds(card.keeps),
        )
        for name, (card, names) in _cards().items()
    ]
    header = ("format", "what it is", "read", "written", "annotations that it keeps")
    return "\n".join(table(header, rows)) + "\n"


def _index() -> str:
    lines = ["# Formats", "", format_table().rstrip(), ""]
    lines += [
        "What a format cannot keep is counted in the loss report at the end of an export;",
        "`--strict` refuses the export before anything is written.",
        "",
        "```console",
        "$ datum format list",
        "$ datum format detect DIR",
        "```",
        "",
        "A format of your own: [writing a format](../writing-a-format.md).",
    ]
    return page(lines)


def _page(card: Format, names: list[str]) -> str:
    lines = [f"# {card.title}", "", f"Name: `{card.name}`"]
    if names:
        lines.append(f"(also {', '.join(f'`{name}`' for name in names)})")
    lines += ["", f"Specification: <{card.link}>", "", *card.notes.strip().splitlines(), ""]
    lines += ["## What it keeps", "", *_kept(card), ""]
    lines += ["## Commands", "", "```console", *_commands(card), "```", ""]
    lines += option_section("Options for reading, after `--`", card.read_options)
    lines += option_section("Options for writing, after `--`", card.write_options)
    lines += _layout(card)
    return page([*lines, "---", "", "[All formats](README.md)"])


def _kept(card: Format) -> list[str]:
    lines = [f"Annotations: {_kinds(card.keeps)}.", ""]
    if lost := frozenset(KINDS) - card.keeps:
        lines += [f"Not kept, and so counted in the loss report: {_kinds(lost)}.", ""]
    lines += table(
        ("", "kept"), [(text, _yes(getattr(card, flag))) for flag, text in _FLAGS.items()]
    )
    exact = "to the last bit" if card.exact_coordinates else "to 1e-9 of their size"
    lines += ["", f"Coordinates come back {exact}."]
    if card.needs_media:
        lines.append("Items exist through their image files, so images are always written.")
    return lines


def _kinds(keeps: frozenset[str]) -> str:
    return ", ".join(kind.replace("_", " ") for kind in KINDS if kind in keeps) or "none"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _commands(card: Format) -> list[str]:
    lines = []
    if card.read:
        lines.append(f"$ datum add path DIR -f {card.name}")
    if card.write:
        media = "" if card.needs_media else " --save-media"
        lines.append(f"$ datum export -f {card.name} -o DIR{media}")
    return lines


def option_section(title: str, options: tuple[Option, ...], level: str = "##") -> list[str]:
    """A heading and a table of options; nothing where there are none."""
    rows = []
    for option in options:
        notes = [option.help]
        if option.choices:
            notes.append("one of " + ", ".join(f"`{choice}`" for choice in option.choices))
        if option.required:
            notes.append("required")
        if option.many:
            notes.append("may be given several times")
        if default := shown_default(option):
            notes.append(f"default `{default}`")
        rows.append((f"`{usage(option)}`", escape("; ".join(note for note in notes if note))))
    return [f"{level} {title}", "", *table(("option", "meaning"), rows), ""] if rows else []


def _layout(card: Format) -> list[str]:
    """The files of an export of three items in two subsets."""
    if card.write is None:
        return []
    output = MemoryOutput()
    write_dataset(card, _example(card), output, losses=LossReport(), save_media=True)
    return [
        "## Layout",
        "",
        "An export, images included, of `train/a`, `train/b` and `val/c`:",
        "",
        "```",
        *tree(output.files),
        "```",
        "",
    ]


def _example(card: Format) -> ListDataset:
    notes = [sample(kind) for kind in KINDS if kind in card.keeps and kind != "skeleton"]
    items: list[Item] = [
        image_item("a", *notes),
        image_item("b", *notes[:1], seed=1),
        image_item("c", *notes, subset="val", seed=2),
    ]
    return ListDataset(items, Categories.of(["cat", "dog", "bird"]))
