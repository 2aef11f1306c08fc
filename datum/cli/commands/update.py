"""``datum update``."""

from typing import TYPE_CHECKING

import click

from datum.cli.options import command, complete_revisions
from datum.cli.run import Run

if TYPE_CHECKING:
    from datum.project.updating import Updated

__all__ = ["COMMAND"]


@command(
    "Bring derived datasets up to date with what they were made from.\n\n"
    "Their operations run again on what the branch, the source or the derived dataset is now that they "
    "were made from; sources are read again where their files changed, and derived datasets in between "
    "are brought up to date too. Items that did not change are not looked at where each is computed for "
    "itself. Without a name, all derived datasets are updated. One `datum undo` takes everything back.",
    examples=(
        "datum filter main -e '/item/annotation[label=\"cat\"]' -m i+a -o cats\n"
        "datum commit -m 'new labels'\ndatum update cats\ndatum update"
    ),
)
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=complete_revisions)
def COMMAND(run: Run, names: tuple[str, ...]) -> None:
    """Update derived datasets."""
    with run.console.progress("updating") as progress:
        done = run.project().update(*names, progress=progress)
    if run.as_json:
        run.console.json([_row(one) for one in done])
        return
    if not done:
        run.console.out("there are no derived datasets")
    for one in done:
        run.console.out(_line(one))
        run.report_losses(one.losses, ", ".join(one.steps))


def _row(one: "Updated") -> dict[str, object]:
    return {
        "ref": one.ref,
        "before": one.before.hex(),
        "after": one.after.hex(),
        "changed": one.moved,
        "steps": list(one.steps),
        "losses": one.losses.to_json(),
    }


def _line(one: "Updated") -> str:
    name = one.ref.removeprefix("derived/")
    if not one.moved:
        return f"{name} is up to date"
    ran = f": ran {', '.join(one.steps)}" if one.steps else ": read again"
    return f"{name} {one.before.hex()[:8]} → {one.after.hex()[:8]}{ran}"
