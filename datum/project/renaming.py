"""Items of one subset and id in several sources, told apart by the source's name."""

from datum.dataset.dataset import Dataset, Row
from datum.dataset.keys import item_key, split_key
from datum.dataset.write import edit_rows
from datum.objects.store import ObjectWriter

__all__ = ["rename_clashes"]


def rename_clashes(writer: ObjectWriter, ours: Dataset, theirs: Dataset, source: str) -> Dataset:
    """*theirs*, with the id ``SOURCE/ID`` for every item whose key *ours* has too."""
    rows: dict[bytes, Row | None] = {}
    for key, row in theirs.rows():
        if ours.row(key) is not None:
            subset, item_id = split_key(key)
            rows[item_key(subset, f"{source}/{item_id}")] = row
            rows[key] = None
    return Dataset(writer, edit_rows(writer, theirs, rows)) if rows else theirs
