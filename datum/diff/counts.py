"""How many items two datasets do not have in common; by ids, so that no item is read for it."""

from collections import Counter

import msgspec

from datum.dataset.dataset import Dataset, Row
from datum.diff.compare import changed_rows, compare_items
from datum.diff.labels import labels_moved

__all__ = ["ItemCounts", "count_items"]


class ItemCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Items that one dataset has otherwise than another one."""

    added: int = 0
    removed: int = 0
    changed: int = 0
    """Of one subset and id, with other content."""
    moved: int = 0
    """Of other subset or id, with the same content."""

    def line(self) -> str:
        """The counts that are not 0, in words."""
        counts = {name: getattr(self, name) for name in self.__struct_fields__}
        return ", ".join(f"{count} {name}" for name, count in counts.items() if count)


def count_items(old: Dataset, new: Dataset) -> ItemCounts:
    """Count the items that differ.

    Args:
        old: The earlier state.
        new: The later state; its store must hold both.
    """
    gone: Counter[Row] = Counter()
    come: Counter[Row] = Counter()
    changed = 0
    categories = (old.categories, new.categories)
    renumbered = old.oid != new.oid and labels_moved(*categories)
    for key, before, after in changed_rows(old, new):
        if before is not None and after is not None:
            if renumbered:  # other numbers may say the same, and equal ones another thing
                pair = (old.read(key, before), new.read(key, after))
                changed += compare_items(key, *pair, categories) is not None
            else:
                changed += 1
        elif before is not None:
            gone[before] += 1
        elif after is not None:
            come[after] += 1
    moved = 0 if renumbered else (gone & come).total()
    return ItemCounts(
        added=come.total() - moved, removed=gone.total() - moved, changed=changed, moved=moved
    )
