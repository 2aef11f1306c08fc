"""Writing the JSON of Create ML."""

from collections.abc import Iterator
from typing import Any

from datum.model import Annotation, Box, Item
from datum.plugins import Writing
from datum_formats._common.exports import count_bare, items_with_images, subsets_of
from datum_formats._common.jsonfile import stream_list
from datum_formats._common.labels import LABELS, labels_text, name_of
from datum_formats._common.losses import Places, count_dataset, count_fields, lose
from datum_formats._common.names import subset_folder
from datum_formats._common.shapes import is_finite

__all__ = ["write_createml"]

_PLACES = Places(name="Create ML")
_NAME = "_annotations.createml.json"

Fields = dict[str, Any]


def write_createml(writing: Writing) -> None:
    """Write a list and the images of each subset into a folder.

    Raises:
        FormatError: A subset, an item or a label has a name that the layout cannot hold.
    """
    writing.output.write(LABELS, labels_text(writing.dataset.categories.names()))
    count_dataset(writing, _PLACES)
    for subset in subsets_of(writing):
        folder = f"{subset_folder(subset, {LABELS})}/"
        writing.output.stream(folder + _NAME, stream_list(_entries(writing, subset, folder)))


def _entries(writing: Writing, subset: str, folder: str) -> Iterator[Fields]:
    for item, image in items_with_images(writing, subset, folder, _PLACES):
        count_bare(writing, item, alone=False)
        boxes = [box for one in item.annotations for box in _box(one, item, writing)]
        yield {"image": image, "annotations": boxes}


def _box(one: Annotation, item: Item, writing: Writing) -> list[Fields]:
    if not isinstance(one, Box) or not is_finite((one.x, one.y, one.w, one.h)):
        lose([one], "Create ML has boxes alone", item, writing.losses)
        return []
    count_fields(one, item, writing.losses, _PLACES)
    names = writing.dataset.categories.names()
    name = name_of(one, names)
    place = {"x": one.x + one.w / 2, "y": one.y + one.h / 2, "width": one.w, "height": one.h}
    return [{"label": name, "coordinates": place}]
