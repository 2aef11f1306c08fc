"""``datum status``."""

from typing import TYPE_CHECKING, Any

import click

from datum.cli.options import command
from datum.cli.run import Run

if TYPE_CHECKING:
    from datum.project.status import Pending

__all__ = ["COMMAND"]

_SHOWN = 20


@command(
    "Show what changed in sources and working copies.\n\n"
    "Only files whose size, time or inode moved are read again.",
    examples="datum status\ndatum status --stat\ndatum status --exit-code",
)
@click.option("--stat", is_flag=True, help="Count by label and kind instead of showing lines.")
@click.option("--all", "show_all", is_flag=True, help=f"Show every item, not the first {_SHOWN}.")
@click.option("--exit-code", is_flag=True, help="End with 1 where there is something to commit.")
def COMMAND(run: Run, stat: bool, show_all: bool, exit_code: bool) -> None:
    """Show the status."""
    project = run.project()
    with run.console.progress("reading") as progress:
        status = project.status(progress=progress)
    if run.as_json:
        run.console.json(
            {
                "head": status.head.format().strip(),
                "commit": status.commit and status.commit.hex(),
                "clean": status.clean,
                "pending": [_to_json(one) for one in status.pending],
            }
        )
    else:
        head = status.head
        where = head.ref.removeprefix("heads/") if head.ref else f"no branch, {head.format()[:8]}"
        commit = status.commit.hex()[:8] if status.commit else "no commit yet"
        run.console.out(f"on {where} ({commit})")
        for one in status.pending:
            _print(run, one, stat=stat, limit=None if show_all else _SHOWN)
        if status.clean:
            run.console.out("nothing to commit")
        elif any(one.changed for one in status.pending):
            run.console.note("`datum commit -m MESSAGE` takes it in")
    run.finish(1 if exit_code and not status.clean else 0)


def _to_json(pending: "Pending") -> dict[str, Any]:
    from datum.diff.text import to_json

    return {
        "name": pending.name,
        "kind": pending.kind,
        "path": str(pending.path),
        "format": pending.format,
        "changed": pending.changed,
        "behind": pending.behind,
        "error": pending.error or None,
        "items": [to_json(change) for change in pending.changes()],
    }


def _print(run: Run, pending: "Pending", *, stat: bool, limit: int | None) -> None:
    from datum.cli.stat import print_stat
    from datum.diff.text import categories_lines

    title = f"{pending.kind} {pending.name} ({pending.format}, {pending.path})"
    if pending.error:
        run.console.out(f"{title}: cannot be read", fg="red")
        run.console.out(f"  {pending.error}")
        return
    if pending.behind:
        run.console.out(f"{title}: behind its branch; `datum checkout` brings it up to date")
    if not pending.changed:
        return
    run.console.out(f"{title}:", bold=True)
    for line in categories_lines(pending.labels()):
        run.console.signed(f"  {line}")
    if stat:
        print_stat(run.console, pending.changes())
    else:
        _print_items(run, pending, limit)


def _print_items(run: Run, pending: "Pending", limit: int | None) -> None:
    from datum.diff.text import item_lines

    left = 0
    for number, change in enumerate(pending.changes()):
        if limit is not None and number >= limit:
            left += 1
            continue
        for line in item_lines(change):
            run.console.signed(f"  {line}")
    if left:
        run.console.out(f"  and {left} more items; --all shows them, --stat counts them")
