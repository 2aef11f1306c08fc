"""Two datasets as a table: how many of everything each has."""

from collections import Counter
from collections.abc import Callable, Iterator

from datum.comparison.labels import NO_LABEL
from datum.comparison.results import CountRow, TableReport
from datum.comparison.rows import batches, joined
from datum.dataset.dataset import Dataset
from datum.model import KINDS, Categories, Item

__all__ = ["compare_counts"]

Key = tuple[str, str]
"""Section and name."""

_SECTIONS = ("total", "subset", "kind", "label")


def compare_counts(
    first: Dataset, second: Dataset, *, progress: Callable[[int], None] | None = None
) -> TableReport:
    """Counts of both, side by side: in all, by subset, by kind, by label, and by label and kind.

    Args:
        first: A dataset.
        second: Another.
        progress: Told how far it is.
    """
    sides: tuple[Counter[Key], Counter[Key]] = (Counter(), Counter())
    done = 0
    for batch in batches(first, second, joined(first, second)):
        for pair in batch:
            for item, dataset, side in zip(pair[:2], (first, second), sides, strict=True):
                if item is not None:
                    side.update(_keys(item, dataset.categories))
        done += len(batch)
        if progress is not None:
            progress(done)
    order = _order(sides, [first.categories, second.categories])
    totals = [(len(first), first.annotation_count), (len(second), second.annotation_count)]
    return TableReport(
        first=first.oid.hex(),
        second=second.oid.hex(),
        rows=(
            CountRow("total", "items", totals[0][0], totals[1][0]),
            CountRow("total", "annotations", totals[0][1], totals[1][1]),
            *(
                CountRow("total", "labels", len(one.labels), len(other.labels))
                for one, other in ((first.categories, second.categories),)
            ),
            *(CountRow(key[0], key[1], sides[0][key], sides[1][key]) for key in order),
        ),
    )


def _keys(item: Item, categories: Categories) -> Iterator[Key]:
    """What an item counts for."""
    yield "subset", item.subset
    if not item.annotations:
        yield "total", "items without annotations"
    for one in item.annotations:
        label = NO_LABEL if one.label is None else categories.name_of(one.label)
        yield "kind", one.kind
        yield "label", label
        yield "label and kind", f"{label}, {one.kind}"


def _order(sides: tuple[Counter[Key], Counter[Key]], categories: list[Categories]) -> list[Key]:
    """The keys of both, section after section: kinds and labels as they are declared, the rest sorted."""
    kinds = {name: n for n, name in enumerate(KINDS)}
    labels: dict[str, int] = {}
    for one in categories:
        for name in one.names():
            labels.setdefault(name, len(labels))

    def rank(key: Key) -> tuple[int, int, str]:
        section, name = key
        place = _SECTIONS.index(section) if section in _SECTIONS else len(_SECTIONS)
        among = {"kind": kinds, "label": labels}.get(section, {})
        return place, among.get(name, len(among)), name

    declared = {("label", name) for name in labels}
    return sorted(sides[0].keys() | sides[1].keys() | declared, key=rank)
