"""The diff of two datasets as one value: iterate it, count it, print it."""

from collections.abc import Iterator
from typing import Any, Self

import msgspec

from datum.dataset.dataset import Dataset
from datum.diff.changes import CategoriesChange, ItemChange
from datum.diff.compare import compare_categories, compare_datasets, stat
from datum.diff.text import categories_lines, item_lines, to_json
from datum.errors import UsageError
from datum.html import table
from datum.objects.layered import LayeredReader

__all__ = ["DatasetDiff"]

_SHOWN = 50


class DatasetDiff(msgspec.Struct, frozen=True):
    """What differs between two datasets. Made without reading; equal ones never read anything."""

    old: Dataset
    new: Dataset
    trust_ids: bool = True
    """False where annotation ids of the two have nothing to do with each other."""

    @classmethod
    def of(cls, old: Dataset, new: Dataset, *, trust_ids: bool = True) -> Self:
        """The diff of two datasets, of one store or of two that follow the same rules.

        Raises:
            UsageError: Their stores make ids by different rules.
        """
        if old.store is not new.store:
            a, b = old.store, new.store
            if (a.hasher.name, a.tree_rule) != (b.hasher.name, b.tree_rule):
                raise UsageError(
                    f"the stores make ids by {a.hasher.name} and {b.hasher.name}",
                    hint="export one of the datasets, and compare with the export",
                )
            both = LayeredReader(b, a)
            old, new = Dataset(both, old.oid), Dataset(both, new.oid)
        return cls(old, new, trust_ids)

    @property
    def equal(self) -> bool:
        """Whether the two are the same content: a comparison of two ids."""
        return self.old.oid == self.new.oid

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return not self.equal

    def __iter__(self) -> Iterator[ItemChange]:
        """The items that differ, in the order of their keys."""
        return compare_datasets(self.old, self.new, trust_ids=self.trust_ids)

    def categories(self) -> CategoriesChange:
        """What differs between the labels."""
        if self.equal or self.old.snapshot.categories == self.new.snapshot.categories:
            return CategoriesChange()
        return compare_categories(self.old.categories, self.new.categories)

    def lines(self) -> Iterator[str]:
        """The diff as text."""
        yield from categories_lines(self.categories())
        for change in self:
            yield from item_lines(change)

    def stat(self) -> dict[str, Any]:
        """Counts: items by status, annotations by label, kind and status."""
        items, annotations = stat(iter(self))
        rows = [
            {"label": label, "kind": kind, "status": status, "count": count}
            for (label, kind, status), count in sorted(annotations.items())
        ]
        return {"items": dict(sorted(items.items())), "annotations": rows}

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return {
            "old": self.old.oid.hex(),
            "new": self.new.oid.hex(),
            "equal": self.equal,
            "categories": msgspec.to_builtins(self.categories()),
            "items": [to_json(change) for change in self],
        }

    def _repr_html_(self) -> str:
        """The first lines as a table, for notebooks."""
        rows: list[tuple[str, str]] = []
        for line in self.lines():
            if len(rows) == _SHOWN:
                rows.append(("…", "there is more"))
                break
            rows.append((line.strip()[:1], line.strip()[2:]))
        caption = f"diff {self.old.oid.hex()[:12]} → {self.new.oid.hex()[:12]}"
        return table(caption, ("", "what"), rows)
