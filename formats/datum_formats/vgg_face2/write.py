"""Writing VGGFace2."""

from collections.abc import Sequence

from datum.model import Item
from datum.plugins import Writing
from datum_formats._common.csvfile import csv_bytes
from datum_formats._common.dataset_meta import META_NAME, encode_meta
from datum_formats._common.decimals import number_text
from datum_formats._common.faces import boxes_of, landmarks_of, numbers_of
from datum_formats._common.folder_names import folder_name
from datum_formats._common.image_paths import ImagePaths
from datum_formats._common.images import image_names
from datum_formats._common.label_folders import NO_LABEL, label_folder
from datum_formats._common.single_label import label_of
from datum_formats._common.unkept import Unkept
from datum_formats.vgg_face2.files import (
    BOX_COLUMNS,
    BOXES,
    FOLDER,
    LABELS,
    LANDMARK_COLUMNS,
    LANDMARKS,
    NAME_ID,
)

__all__ = ["write_vgg_face2"]

_REASON = "VGGFace2 has no place for it"
_POINTS = 5

Rows = list[Sequence[str]]


def write_vgg_face2(writing: Writing) -> None:
    """Write the images, their boxes and landmarks, and the labels.

    Raises:
        FormatError: A label, a subset or an id cannot be the name of a file.
        MediaError: An image cannot be read, or not be turned into another type.
    """
    labels = writing.dataset.categories.labels
    words = all(label.name.split() == [label.name] for label in labels)
    plain = words and all(label_folder(label.name) == label.name for label in labels)
    unkept = Unkept(
        losses=writing.losses, reason=_REASON, kinds={"label", "box", "points"}, parents=plain
    )
    unkept.dataset(writing.dataset)
    subsets: dict[str, str] = {}
    ids: dict[str, str] = {}
    for subset in writing.dataset.subsets():
        stem = folder_name(subset, "subset", taken=FOLDER)
        subsets[stem] = subset
        ids.update(_write_subset(writing, unkept, subset, stem))
    lines = [f"{label.name} {label.parent}".strip() for label in labels] if plain else []
    writing.output.write(LABELS, "".join(f"{line}\n" for line in lines).encode())
    meta = encode_meta(
        labels=None if plain else [label.name for label in labels],
        subsets={stem: subset for stem, subset in subsets.items() if stem != subset},
        ids=ids,
    )
    if meta is not None:
        writing.output.write(META_NAME, meta)


def _write_subset(writing: Writing, unkept: Unkept, subset: str, stem: str) -> dict[str, str]:
    """Write one subset; the ids that do not follow from the paths of images."""
    labels = writing.dataset.categories.names()
    paths = ImagePaths(writing)
    items: dict[str, tuple[Item, int | None]] = {}
    for item in writing.dataset.items(subset):
        unkept.item(item)
        label = label_of(item, writing)
        path = paths.path(item, NO_LABEL if label is None else label_folder(labels[label]))
        paths.write(item, path, f"{stem}/")
        items[path] = (item, label)
    boxes: Rows = [(NAME_ID, *BOX_COLUMNS)]
    landmarks: Rows = [(NAME_ID, *LANDMARK_COLUMNS)]
    ids: dict[str, str] = {}
    for path, name in image_names(items).items():
        item, label = items[path]
        found = [
            (name, *map(number_text, numbers_of(one))) for one in boxes_of(item, writing, label)
        ]
        boxes += found or [(name, *[""] * len(BOX_COLUMNS))]
        landmarks += [
            (name, *map(number_text, numbers_of(one)))
            for one in landmarks_of(item, writing, label, _POINTS)
        ]
        if name != item.id:
            ids[f"{stem}/{name}"] = item.id
    writing.output.write(f"{FOLDER}/{BOXES}{stem}.csv", csv_bytes(boxes))
    writing.output.write(f"{FOLDER}/{LANDMARKS}{stem}.csv", csv_bytes(landmarks))
    return ids
