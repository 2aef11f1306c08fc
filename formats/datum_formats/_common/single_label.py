"""The label of an item, for formats that have one for each image."""

from datum.model import Item, Label
from datum.plugins import Writing

__all__ = ["label_of"]


def label_of(item: Item, writing: Writing) -> int | None:
    """The first label of an item; that there are others, or unknown ones, is counted."""
    known = len(writing.dataset.categories.labels)
    where = f"{item.subset}/{item.id}"
    found: int | None = None
    for one in item.annotations:
        if not isinstance(one, Label):
            continue
        if one.label is None or not 0 <= one.label < known:
            writing.losses.add("label", "its label is not known", where=where)
        elif found is None:
            found = one.label
        else:
            writing.losses.add("label", "an image has one label", where=where)
    return found
