"""``datum format list``."""

from typing import TYPE_CHECKING, Any

import click

from datum.cli.options import command
from datum.cli.run import Run

if TYPE_CHECKING:
    from datum.plugins import Format

__all__ = ["COMMAND"]


@command(
    "List the formats.\n\nWith -li or -le, the names alone of what can be imported or exported.",
    examples="datum format list\ndatum format list -le\ndatum format -li -d ', '",
    project=False,
)
@click.option("-li", "--list-import", is_flag=True, help="Names of what can be read.")
@click.option("-le", "--list-export", is_flag=True, help="Names of what can be written.")
@click.option(
    "-d", "--delimiter", default="\n", metavar="TEXT", help="What stands between names; a new line."
)
def COMMAND(run: Run, list_import: bool, list_export: bool, delimiter: str) -> None:
    """List formats."""
    rows, faults = _formats()
    if list_import or list_export:
        names = [
            name
            for name, card in rows
            if (list_import and card.read) or (list_export and card.write)
        ]
        if run.as_json:
            run.console.json(names)
        else:
            run.console.out(delimiter.replace("\\n", "\n").replace("\\t", "\t").join(names))
    else:
        _table(run, rows)
    for fault in faults:
        run.console.warn(fault)


def _formats() -> "tuple[list[tuple[str, Format]], list[str]]":
    """Every name and its format, and why plugins do not load."""
    from datum.errors import DatumError
    from datum.plugins import find_format, format_names

    rows, faults = [], []
    for name in format_names():
        try:
            rows.append((name, find_format(name)))
        except DatumError as error:
            faults.append(error.message)
    return rows, faults


def _table(run: Run, rows: "list[tuple[str, Format]]") -> None:
    others: dict[str, list[str]] = {}
    for name, card in rows:
        if name != card.name:
            others.setdefault(card.name, []).append(name)
    cards = {card.name: card for _, card in rows}
    found = [_row(card, others.get(name, [])) for name, card in sorted(cards.items())]
    if run.as_json:
        run.console.json(found)
        return
    for one in found:
        ways = " and ".join(way for way in ("read", "write") if one[way])
        also = f" (also {', '.join(one['also'])})" if one["also"] else ""
        run.console.out(one["name"] + also, bold=True)
        run.console.out(f"    {one['title']}; {ways}")
        run.console.out(f"    keeps {', '.join(one['keeps']) or 'no annotations'}")


def _row(card: "Format", also: list[str]) -> dict[str, Any]:
    return {
        "name": card.name,
        "title": card.title,
        "also": also,
        "read": card.read is not None,
        "write": card.write is not None,
        "keeps": sorted(card.keeps),
        "link": card.link,
    }
