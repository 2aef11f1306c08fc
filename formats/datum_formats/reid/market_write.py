"""Writing Market-1501."""

from typing import Any

from datum.model import Item
from datum.plugins import Writing
from datum_formats._common.dataset_meta import META_NAME, encode_meta
from datum_formats._common.folder_names import folder_name
from datum_formats._common.image_paths import image_ext
from datum_formats._common.images import image_names
from datum_formats._common.names import check_id
from datum_formats._common.unkept import Unkept
from datum_formats.reid.names import MARKET, whole_number

__all__ = ["write_market"]

_REASON = "Market-1501 has no place for it"
_BOUNDS = {
    "person_id": (-1, 10**9 - 1),
    "camera_id": (0, 998),
    "sequence_id": (1, 999),
    "frame_id": (0, 10**9 - 1),
    "bbox_id": (0, 99),
}
"""The least and the greatest number that a name holds."""


def write_market(writing: Writing) -> None:
    """Write the pictures and the lists.

    Raises:
        FormatError: A subset or an id cannot be the name of a file.
        MediaError: An image cannot be read, or not be turned into another type.
    """
    unkept = Unkept(losses=writing.losses, reason=_REASON, item_attributes=None)
    unkept.dataset(writing.dataset)
    if writing.dataset.categories.labels:
        count = len(writing.dataset.categories.labels)
        writing.losses.add("labels", _REASON, count=count)
    subsets: dict[str, str] = {}
    names: dict[str, str] = {}
    for subset in writing.dataset.subsets():
        stem = folder_name(subset, "subset")
        subsets[stem] = subset
        own: list[str] = []
        for item in writing.dataset.items(subset):
            unkept.item(item)
            if item.image is None or item.image.content is None:
                where = f"{item.subset}/{item.id}"
                writing.losses.add("item", "it has no image to write", where=where)
                continue
            path = _path(item, writing, stem, names)
            names[path] = item.id
            own.append(path)
            writing.output.media(path, item.image)
        writing.output.write(f"images_{stem}.txt", "".join(f"{path}\n" for path in own).encode())
    _write_meta(writing, names, subsets)


def _write_meta(writing: Writing, names: dict[str, str], subsets: dict[str, str]) -> None:
    """The ids that names do not say: what is read is the name below its folder."""
    odd: dict[str, str] = {}
    for folder in sorted({path.partition("/")[0] for path in names}):
        inner = {
            path.partition("/")[2]: i for path, i in names.items() if path.startswith(f"{folder}/")
        }
        odd.update(
            (f"{folder}/{p}", inner[p])
            for p, name in image_names(inner).items()
            if name != inner[p]
        )
    meta = encode_meta(
        ids=odd, subsets={stem: subset for stem, subset in subsets.items() if stem != subset}
    )
    if meta is not None:
        writing.output.write(META_NAME, meta)


def _path(item: Item, writing: Writing, stem: str, taken: dict[str, str]) -> str:
    """A path that says the attributes of an item: its own id where it does, else a name with the id in it."""
    numbers = _numbers(item, writing)
    is_query = item.attributes.get("query") is True
    folder = "query" if is_query else f"bounding_box_{stem}"
    own = MARKET.match(check_id(item).rpartition("/")[2])
    person = "-1" if numbers["person_id"] < 0 else f"{numbers['person_id']:04d}"
    start = (
        f"{person}_c{numbers['camera_id'] + 1}s{numbers['sequence_id']}"
        f"_{numbers['frame_id']:06d}_{numbers['bbox_id']:02d}"
    )
    says = own is not None and [int(one) for one in own.groups()[:5]] == [
        *(numbers["person_id"], numbers["camera_id"] + 1, numbers["sequence_id"]),
        *(numbers["frame_id"], numbers["bbox_id"]),
    ]
    ext = image_ext(item, writing)
    path = f"{folder}/{item.id}{ext}" if says else f"{folder}/{start}_{_part(item)}{ext}"
    count = 1
    while path in taken:
        count += 1
        path = f"{folder}/{start}_{_part(item)}~{count}{ext}"
    return path


def _part(item: Item) -> str:
    """The id as part of a name, cut where it is long; the meta file has all of it."""
    return folder_name(item.id[:40], "item")


def _numbers(item: Item, writing: Writing) -> dict[str, int]:
    """What the name says; what it cannot say is counted."""
    numbers = {"person_id": -1, "camera_id": -1, "sequence_id": 0, "frame_id": 0, "bbox_id": 0}
    for name, value in item.attributes.items():
        number = whole_number(value, *_BOUNDS[name]) if name in _BOUNDS else None
        if number is not None:
            numbers[name] = number
        elif name != "query" or not isinstance(value, bool):
            _lose(item, writing, name, value)
    if not numbers["sequence_id"]:
        for name in ("frame_id", "bbox_id"):
            if numbers[name]:
                _lose(item, writing, name, numbers[name])
                numbers[name] = 0
    return numbers


def _lose(item: Item, writing: Writing, name: str, _value: Any) -> None:
    reason = "names of Market-1501 have no place for it"
    writing.losses.add(f"attribute {name}", reason, where=f"{item.subset}/{item.id}")
