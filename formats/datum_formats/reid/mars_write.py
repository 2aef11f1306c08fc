"""Writing MARS."""

import re
from collections.abc import Sequence

from datum.errors import FormatError
from datum.model import Item
from datum.plugins import Writing
from datum_formats._common.dataset_meta import META_NAME, encode_meta
from datum_formats._common.folder_names import folder_name
from datum_formats._common.image_paths import image_ext
from datum_formats._common.names import check_name
from datum_formats._common.single_label import label_of
from datum_formats._common.unkept import Unkept
from datum_formats.reid.names import JUNK, MARS_NAME, whole_number

__all__ = ["write_mars"]

_REASON = "MARS has no place for it"
_PERSON = re.compile(r"\d{4}|00-1", re.ASCII)
_BOUNDS = {"camera_id": (0, 8), "track_id": (1, 9999), "frame_id": (0, 10**6)}
_MOST_LABELS = 9999


def write_mars(writing: Writing) -> None:
    """Write the pictures.

    Raises:
        FormatError: A subset cannot be the name of a folder, an id is no text, or there are too many labels.
        MediaError: An image cannot be read, or not be turned into another type.
    """
    unkept = Unkept(losses=writing.losses, reason=_REASON, kinds={"label"}, item_attributes=None)
    unkept.dataset(writing.dataset)
    labels = writing.dataset.categories.names()
    if len(labels) > _MOST_LABELS:
        raise FormatError(f"MARS has {_MOST_LABELS} persons at most, not {len(labels)}")
    plain = _are_persons(writing, labels)
    subsets: dict[str, str] = {}
    ids: dict[str, str] = {}
    for subset in writing.dataset.subsets():
        stem = folder_name(subset, "subset")
        subsets[stem] = subset
        names: dict[str, int] = {}
        for item in writing.dataset.items(subset):
            unkept.item(item)
            label = label_of(item, writing)
            if item.image is None or item.image.content is None:
                where = f"{item.subset}/{item.id}"
                writing.losses.add("item", "it has no image to write", where=where)
                continue
            known = labels[label] if plain and label is not None else ""
            person = known or (JUNK if label is None else f"{label + 1:04d}")
            name = _name(item, writing, person, names)
            path = f"bbox_{stem}/{person}/{name}{image_ext(item, writing)}"
            if check_name(item) != name:
                ids[path] = item.id
            writing.output.media(path, item.image)
    meta = encode_meta(
        labels=None if plain else labels,
        subsets={stem: subset for stem, subset in subsets.items() if stem != subset},
        ids=ids,
    )
    if meta is not None:
        writing.output.write(META_NAME, meta)


def _are_persons(writing: Writing, labels: Sequence[str]) -> bool:
    """Whether the labels are persons, in order, each with a picture, and every picture has one."""
    if not all(_PERSON.fullmatch(name) for name in labels) or list(labels) != sorted(labels):
        return False
    used: set[int | None] = set()
    for item in writing.dataset:
        own = [one.label for one in item.annotations if one.kind == "label"]
        known = [one for one in own if one is not None and 0 <= one < len(labels)]
        if item.image is not None and item.image.content is not None:
            used.add(known[0] if known else None)
    return used == set(range(len(labels)))


def _name(item: Item, writing: Writing, person: str, taken: dict[str, int]) -> str:
    """A name that no other picture of the subset has: the id where it says the same, else a new one.

    Args:
        item: The item.
        writing: The export.
        person: Four characters.
        taken: Names, and for each track the number behind the last frame that was given out.
    """
    numbers = _numbers(item, writing, person)
    camera = numbers.get("camera_id", -1) + 1
    track, frame = numbers.get("track_id", 0), numbers.get("frame_id")
    own = MARS_NAME.fullmatch(item.id)
    said = (person, str(camera), f"{track:04d}")
    if own and own.groups()[:3] == said and frame in (None, int(own[4])) and item.id not in taken:
        taken[item.id] = 0
        return item.id
    start = f"{person}C{camera}T{track:04d}F"
    number = taken.get(start, 0) if frame is None else frame
    while (name := f"{start}{number:03d}") in taken:
        number += 1
    taken[name] = 0
    if frame is None:
        taken[start] = number + 1
    if frame not in (None, number):
        reason = "another picture has this person, camera, track and frame"
        writing.losses.add("attribute frame_id", reason, where=f"{item.subset}/{item.id}")
    return name


def _numbers(item: Item, writing: Writing, person: str) -> dict[str, int]:
    """What the name says of camera, track and frame; what it cannot say is counted."""
    numbers: dict[str, int] = {}
    for name, value in item.attributes.items():
        number = whole_number(value, *_BOUNDS[name]) if name in _BOUNDS else None
        if number is not None:
            numbers[name] = number
        elif name != "person_id" or value != person:
            reason = "names of MARS have no place for it"
            writing.losses.add(f"attribute {name}", reason, where=f"{item.subset}/{item.id}")
    return numbers
