"""Writing VoTT's CSV."""

from collections.abc import Iterator

from datum.model import Box
from datum.plugins import Writing
from datum_formats._common.csvfile import encode_rows
from datum_formats._common.exports import count_bare, items_with_images, subsets_of
from datum_formats._common.labels import LABELS, labels_text, name_of
from datum_formats._common.losses import Places, count_dataset, count_fields, lose
from datum_formats._common.names import subset_folder
from datum_formats._common.shapes import corners, is_finite
from datum_formats.vott.csv_read import HEADER

__all__ = ["write_csv"]

_PLACES = Places(name="the CSV of VoTT")


def write_csv(writing: Writing) -> None:
    """Write a table for each subset.

    Raises:
        FormatError: A subset, an item or a label has a name that the layout cannot hold.
    """
    writing.output.write(LABELS, labels_text(writing.dataset.categories.names()))
    count_dataset(writing, _PLACES)
    for subset in subsets_of(writing):
        name = subset_folder(subset)
        rows = _rows(writing, subset, f"images/{name}/")
        writing.output.stream(f"{name}-export.csv", encode_rows(rows))


def _rows(writing: Writing, subset: str, folder: str) -> Iterator[tuple[object, ...]]:
    yield HEADER
    names = writing.dataset.categories.names()
    for item, image in items_with_images(writing, subset, folder, _PLACES):
        boxes = 0
        for one in item.annotations:
            if not isinstance(one, Box) or not is_finite((one.x, one.y, one.w, one.h)):
                lose([one], "the CSV of VoTT has boxes alone", item, writing.losses)
                continue
            count_fields(one, item, writing.losses, _PLACES)
            label = name_of(one, names)
            left, top, _, _, right, bottom, _, _ = corners(one)
            boxes += 1
            yield folder + image, left, top, right, bottom, label
        count_bare(writing, item, alone=not boxes)
