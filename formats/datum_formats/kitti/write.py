"""Writing KITTI object detection."""

from datum.model import Item
from datum.plugins import Writing
from datum_formats._common.columns import word_labels
from datum_formats._common.faces import finite_boxes
from datum_formats._common.labels import LABELS as LIST
from datum_formats._common.labels import labels_text
from datum_formats._common.names import sidecar_name, subset_folder
from datum_formats._common.own_fields import OwnFields
from datum_formats._common.paired import labeled_boxes, written_items
from datum_formats._common.unkept import Unkept
from datum_formats.kitti.objects import ATTRIBUTES, object_cells
from datum_formats.kitti.read import IMAGES, LABELS

__all__ = ["write_kitti_detection"]


def write_kitti_detection(writing: Writing) -> None:
    """Write a file for each item, which is empty where there are no boxes, and the images.

    Raises:
        FormatError: A subset, an item or a label has a name that the layout cannot hold.
    """
    names = writing.dataset.categories.names()
    writing.output.write(LIST, labels_text(names))
    words = [*word_labels(names).values()]
    unkept = Unkept(
        losses=writing.losses,
        reason="KITTI has no column for it",
        kinds={"box"},
        fields={"score"},
        attributes=ATTRIBUTES,
    )
    unkept.dataset(writing.dataset)
    for subset in writing.dataset.subsets():
        folder = subset_folder(subset)
        for item, _ in written_items(writing, subset, f"{folder}/{IMAGES}/", unkept):
            file = f"{folder}/{LABELS}/{sidecar_name(item, '.txt')}"
            writing.output.write(file, _lines(item, words, writing).encode())


def _lines(item: Item, words: list[str], writing: Writing) -> str:
    fields = OwnFields(item, writing.losses)
    found = labeled_boxes(item, finite_boxes(item, writing), writing)
    rows = [[words[label], *object_cells(box, fields)] for box, label in found]
    return "".join(" ".join(row) + "\n" for row in rows)
