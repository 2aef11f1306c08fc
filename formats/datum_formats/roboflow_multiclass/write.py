"""Writing Roboflow's tables of labels."""

from collections.abc import Iterator

from datum.errors import FormatError
from datum.model import Item, Label
from datum.plugins import Writing
from datum_formats._common.csvfile import encode_rows
from datum_formats._common.exports import count_bare, items_with_images, subsets_of
from datum_formats._common.losses import Places, count_dataset, count_fields, lose
from datum_formats._common.names import check_labels, subset_folder
from datum_formats.roboflow_multiclass.read import FIRST, TABLE

__all__ = ["write_multiclass"]

_PLACES = Places(name="a table of labels")


def write_multiclass(writing: Writing) -> None:
    """Write a table and the images of each subset into a folder.

    Raises:
        FormatError: A subset, an item or a label has a name that the layout cannot hold.
    """
    names = writing.dataset.categories.names()
    check_labels(names, "the columns of a table")
    for name in names:
        if name == FIRST or name.startswith(" "):
            raise FormatError(f"label {name!r} cannot be a column of {TABLE}")
    count_dataset(writing, _PLACES)
    for subset in subsets_of(writing):
        folder = f"{subset_folder(subset)}/"
        rows = _rows(writing, subset, folder, names)
        writing.output.stream(folder + TABLE, encode_rows(rows))


def _rows(
    writing: Writing, subset: str, folder: str, names: tuple[str, ...]
) -> Iterator[tuple[object, ...]]:
    yield FIRST, *names
    for item, image in items_with_images(writing, subset, folder, _PLACES):
        count_bare(writing, item, alone=False)
        own = _labels(item, len(names), writing)
        yield image, *(int(label in own) for label in range(len(names)))


def _labels(item: Item, count: int, writing: Writing) -> set[int]:
    """The labels of an item; what else it has is counted."""
    found: set[int] = set()
    for one in item.annotations:
        label = one.label
        if not isinstance(one, Label) or label is None or not 0 <= label < count:
            lose([one], "a table of labels has nothing else", item, writing.losses)
        elif label in found:
            lose([one], "an image has a label once", item, writing.losses)
        else:
            found.add(label)
            count_fields(one, item, writing.losses, _PLACES)
    return found
