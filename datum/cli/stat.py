"""Counts of a diff, as a table by label and kind."""

from collections.abc import Iterable

from datum.cli.console import Console
from datum.diff.changes import ADDED, CHANGED, REMOVED, ItemChange
from datum.diff.compare import stat

__all__ = ["print_stat"]


def print_stat(console: Console, changes: Iterable[ItemChange]) -> None:
    """Print how many items and annotations were added, removed and changed."""
    items, annotations = stat(iter(changes))
    said = ", ".join(f"{items[one]} {one}" for one in (ADDED, REMOVED, CHANGED) if items[one])
    console.out(f"items: {said or 'none changed'}")
    names = sorted({(label, kind) for label, kind, _ in annotations})
    if names:
        console.table(
            ("label", "kind", ADDED, REMOVED, CHANGED),
            [
                (
                    label or "(no label)",
                    kind,
                    *(annotations[label, kind, one] for one in (ADDED, REMOVED, CHANGED)),
                )
                for label, kind in names
            ],
        )
