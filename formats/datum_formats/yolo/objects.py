"""What of an item's annotations becomes a line, and what YOLO has a place for."""

from datum.losses import LossReport
from datum.model import Annotation, Categories, Item
from datum_formats._common.losses import Places, lose
from datum_formats._common.shapes import objects

__all__ = ["PLACES", "labelled_objects"]

PLACES = Places(name="YOLO")
"""Labels by name, and shapes."""


def labelled_objects(
    item: Item, categories: Categories, losses: LossReport
) -> list[list[Annotation]]:
    """The objects of an item; what has no declared label is counted as lost."""
    kept: list[Annotation] = []
    for one in item.annotations:
        if one.label is None or not 0 <= one.label < len(categories.labels):
            lose([one], "YOLO has no shapes without a label", item, losses)
        else:
            kept.append(one)
    return objects(kept)
