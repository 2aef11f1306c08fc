"""Writing the JSON of SA-1B."""

from collections.abc import Sequence
from typing import Any

from datum.losses import LossReport
from datum.model import Annotation, Box, Item, Mask
from datum.plugins import Writing
from datum_formats._common.exports import items_with_images
from datum_formats._common.jsonfile import encode
from datum_formats._common.labels import LABELS, labels_text
from datum_formats._common.losses import Places, count_dataset, count_fields, lose, where
from datum_formats._common.names import subset_folder
from datum_formats._common.rle import area
from datum_formats._common.shapes import is_finite, objects
from datum_formats.segment_anything.document import ANNOTATION_KEYS, IMAGE_KEYS

__all__ = ["write_segment_anything"]

_PLACES = Places(
    name="Segment Anything",
    fields=frozenset(["group", "score", "attributes"]),
    item_attributes=True,
)

Fields = dict[str, Any]


def write_segment_anything(writing: Writing) -> None:
    """Write a file for each item.

    Raises:
        FormatError: A subset, an item or a label has a name that the layout cannot hold.
    """
    names = writing.dataset.categories.names()
    writing.output.write(LABELS, labels_text(names))
    count_dataset(writing, _PLACES)
    number = 0
    for subset in writing.dataset.subsets():
        folder = f"{subset_folder(subset, {LABELS})}/"
        for item, image in items_with_images(writing, subset, folder, _PLACES):
            number += 1
            document = {
                "image": _image(item, image.rpartition("/")[2], number),
                "annotations": _annotations(item, names, writing.losses),
            }
            writing.output.write(f"{folder}{item.id}.json", encode(document))


def _image(item: Item, name: str, number: int) -> Fields:
    attributes = dict(item.attributes)
    own = attributes.get("image_id")
    if isinstance(own, int | str) and not isinstance(own, bool):
        del attributes["image_id"]
    height, width = item.size or (None, None)
    said = {"image_id": number, "width": width, "height": height, "file_name": name}
    if "image_id" not in attributes and "image_id" in item.attributes:
        said["image_id"] = own
    return _with_rest(said, attributes, IMAGE_KEYS)


def _with_rest(said: Fields, attributes: Fields, keys: frozenset[str]) -> Fields:
    """What is said, the attributes beside it, and those whose names are taken in a map."""
    beside = {name: value for name, value in attributes.items() if name not in keys}
    taken = {name: value for name, value in attributes.items() if name in keys}
    return {**said, **beside, **({"attributes": taken} if taken else {})}


def _annotations(item: Item, names: tuple[str, ...], losses: LossReport) -> list[Fields]:
    found: list[Fields] = []
    for members in objects(item.annotations):
        kept = [one for one in members if _is_kept(one)]
        others = [one for one in members if not _is_kept(one)]
        lose(others, "Segment Anything has masks and boxes alone", item, losses)
        for part in [kept] if _is_one(kept) else [[one] for one in kept]:
            if not part:
                continue
            found.append(_annotation(part, len(found) + 1, names))
            count_fields(part[0], item, losses, _PLACES)
            if len(part) == 1 and part[0].group:
                losses.add("group", "a group is a mask and its box", where=where(item))
            if part[0].id is not None and len(part) > 1:
                losses.add("id", _PLACES.reason, where=where(item))
    return found


def _is_kept(one: Annotation) -> bool:
    if isinstance(one, Box):
        return is_finite((one.x, one.y, one.w, one.h))
    return isinstance(one, Mask)


def _is_one(members: Sequence[Annotation]) -> bool:
    """Whether a mask and a box say the same of themselves."""
    said = [(one.label, one.score, one.z_order, one.attributes) for one in members]
    return all(one == said[0] for one in said)


def _annotation(members: Sequence[Annotation], number: int, names: tuple[str, ...]) -> Fields:
    first = members[0]
    said: Fields = {"id": number}
    for one in members:
        if isinstance(one, Mask):
            counts = one.counts.decode()
            said["segmentation"] = {"size": [one.height, one.width], "counts": counts}
            said["area"] = area(one.counts)
        elif isinstance(one, Box):
            said["bbox"] = [one.x, one.y, one.w, one.h]
    if first.label is not None and 0 <= first.label < len(names):
        said["label"] = names[first.label]
    if first.score is not None:
        said["score"] = first.score
    return _with_rest(said, first.attributes, ANNOTATION_KEYS)
