"""Two datasets as a table: how many of everything each has."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice

import numpy as np

from datum.comparison.labels import NO_LABEL
from datum.comparison.results import CountRow, TableReport
from datum.comparison.rows import Place, notes_of
from datum.dataset.batch_read import decode_batch
from datum.dataset.dataset import Dataset
from datum.dataset.keys import split_key
from datum.model import KINDS, Categories
from datum.model.annotation import KIND_CODES
from datum.model.columns import Columns

__all__ = ["compare_counts"]

Key = tuple[str, str]
"""Section and name."""

_SECTIONS = ("total", "subset", "kind", "label")
_WINDOW = 1 << 14
"""Items whose annotations are read at a time."""
_WIDTH = max(KIND_CODES.values()) + 1
_KIND_OF = {code: kind.kind for kind, code in KIND_CODES.items()}


def compare_counts(
    first: Dataset, second: Dataset, *, progress: Callable[[int], None] | None = None
) -> TableReport:
    """Counts of both, side by side: in all, by subset, by kind, by label, and by label and kind.

    Args:
        first: A dataset.
        second: Another.
        progress: Told how many items of both are counted.
    """
    sides: tuple[Counter[Key], Counter[Key]] = (Counter(), Counter())
    done = 0
    for dataset, side in zip((first, second), sides, strict=True):
        for count in _counted(dataset, side):
            done += count
            if progress is not None:
                progress(done)
    categories = [first.categories, second.categories]
    totals = {
        "items": (len(first), len(second)),
        "annotations": (first.annotation_count, second.annotation_count),
        "labels": (len(categories[0].labels), len(categories[1].labels)),
    }
    return TableReport(
        first=first.oid.hex(),
        second=second.oid.hex(),
        rows=(
            *(CountRow("total", name, *counts) for name, counts in totals.items()),
            *(CountRow(*key, sides[0][key], sides[1][key]) for key in _order(sides, categories)),
        ),
    )


def _counted(dataset: Dataset, side: Counter[Key]) -> Iterator[int]:
    """Count a dataset, some items at a time; gives how many. No item is read."""
    rows = dataset.rows()
    while window := [Place(*entry) for entry in islice(rows, _WINDOW)]:
        side.update(("subset", split_key(place.key)[0]) for place in window)
        if bare := sum(place.row.annotations is None for place in window):
            side["total", "items without annotations"] += bare
        _count(decode_batch(notes_of(dataset, window)), dataset.categories, side)
        yield len(window)


def _count(columns: Columns, categories: Categories, side: Counter[Key]) -> None:
    """Count annotations by kind, by label, and by both."""
    pairs, counts = np.unique((columns.labels + 1) * _WIDTH + columns.kinds, return_counts=True)
    for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
        label, code = divmod(pair, _WIDTH)
        name = categories.name_of(label - 1) if label else NO_LABEL
        side["kind", _KIND_OF[code]] += count
        side["label", name] += count
        side["label and kind", f"{name}, {_KIND_OF[code]}"] += count


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
