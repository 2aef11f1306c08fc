"""The items of two datasets side by side, by key or by image."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, starmap
from typing import NamedTuple

from msgspec.structs import replace

from datum.dataset.annotations import decode_annotations
from datum.dataset.dataset import Dataset, Row
from datum.dataset.keys import split_key
from datum.dataset.values import decode_item
from datum.errors import UsageError
from datum.model import Annotation, Blob, Item
from datum.objects.ids import ObjectId

__all__ = ["Pair", "Place", "Places", "bare_pairs", "batches", "joined", "notes_of", "shares_ids"]

_BATCH = 256
"""Items read at a time."""


class Place(NamedTuple):
    """An item of one of the datasets, by its ids."""

    key: bytes
    row: Row


class Pair(NamedTuple):
    """An item on both sides; None where it is not there."""

    first: Item | None
    second: Item | None

    @property
    def one(self) -> Item:
        """Either side, the first if it is there."""
        either = self.first or self.second
        if either is None:
            raise ValueError("a pair has a side")
        return either


Places = tuple[Place | None, Place | None]
Known = dict[ObjectId, tuple[Annotation, ...]]


def shares_ids(first: Dataset, second: Dataset) -> bool:
    """Whether equal content has an equal id in both stores."""
    return first.store.hasher.name == second.store.hasher.name


def joined(first: Dataset, second: Dataset, *, by_image: bool = False) -> Iterator[Places]:
    """The items of both, in the order of their keys; reads no item, except where *by_image*.

    Args:
        first: A dataset.
        second: Another one.
        by_image: Whether items of one image are one item, whatever they are called; of several that
            have it, the first of each side go together. Items without known bytes go by their key.
            What only the second has comes last.

    Raises:
        UsageError: Images are to be compared, and the stores name them differently.
    """
    if by_image:
        yield from _by_image(first, second)
        return
    ours, theirs = first.rows(), second.rows()
    one, other = next(ours, None), next(theirs, None)
    while one is not None or other is not None:
        key = min(entry[0] for entry in (one, other) if entry is not None)
        mine = Place(*one) if one is not None and one[0] == key else None
        yours = Place(*other) if other is not None and other[0] == key else None
        yield mine, yours
        one = one if mine is None else next(ours, None)
        other = other if yours is None else next(theirs, None)


def _by_image(first: Dataset, second: Dataset) -> Iterator[Places]:
    if not shares_ids(first, second):
        raise UsageError(
            "the two stores name images by different hashes",
            hint="compare without --match-images, by subset and id",
        )
    waiting: dict[bytes, list[Place]] = {}
    for image, place in _images(second):
        waiting.setdefault(image, []).append(place)
    for image, place in _images(first):
        found = waiting.get(image)
        yield place, found.pop(0) if found else None
    yield from ((None, place) for places in waiting.values() for place in places)


def _images(dataset: Dataset) -> Iterator[tuple[bytes, Place]]:
    """What names the image of each item: the id of its bytes, or else the item's key."""
    rows = dataset.rows()
    while part := list(islice(rows, _BATCH)):
        objects = dataset.store.get_many([row.item for _, row in part])
        for (key, row), data in zip(part, objects, strict=True):
            yield _image(decode_item(data, *split_key(key))) or key, Place(key, row)


def _image(item: Item) -> bytes | None:
    image = item.image
    if image is None or image.frame is not None or not isinstance(image.content, Blob):
        return None
    return image.content.oid


def batches(first: Dataset, second: Dataset, places: Iterable[Places]) -> Iterator[list[Pair]]:
    """The items of some places, some at a time; annotations of one id are decoded once."""
    waiting = iter(places)
    shared = shares_ids(first, second)
    while part := list(islice(waiting, _BATCH)):
        known: Known = {}
        mine = _read(first, [one for one, _ in part], known)
        yours = _read(second, [other for _, other in part], known if shared else {})
        yield list(starmap(Pair, zip(mine, yours, strict=True)))


def bare_pairs(first: Dataset, second: Dataset, places: Sequence[Places]) -> list[Pair]:
    """The items of some places without their annotations, which are not read."""
    mine = _bare(first, [one for one, _ in places])
    yours = _bare(second, [other for _, other in places])
    return list(starmap(Pair, zip(mine, yours, strict=True)))


def _bare(dataset: Dataset, places: Sequence[Place | None]) -> list[Item | None]:
    there = [place.row.item for place in places if place is not None]
    objects = iter(dataset.store.get_many(there))
    return [
        None if place is None else decode_item(next(objects), *split_key(place.key))
        for place in places
    ]


def notes_of(dataset: Dataset, places: Sequence[Place | None]) -> list[bytes | None]:
    """The bytes of the annotations of some places, each object read once; None where there are none."""
    oids = list(map(_notes, places))
    wanted = list(dict.fromkeys(oid for oid in oids if oid is not None))
    contents = dict(zip(wanted, dataset.store.get_many(wanted), strict=True))
    return [None if oid is None else contents[oid] for oid in oids]


def _notes(place: Place | None) -> ObjectId | None:
    return None if place is None else place.row.annotations


def _read(dataset: Dataset, places: Sequence[Place | None], known: Known) -> list[Item | None]:
    """Items; the annotations that are read go into *known*."""
    there = [place for place in places if place is not None]
    wanted = dict.fromkeys(oid for one in there if (oid := _notes(one)) and oid not in known)
    for oid, data in zip(wanted, dataset.store.get_many(list(wanted)), strict=True):
        known[oid] = decode_annotations(data)
    objects = iter(dataset.store.get_many([place.row.item for place in there]))
    return [None if place is None else _item(place, next(objects), known) for place in places]


def _item(place: Place, data: bytes, known: Known) -> Item:
    item = decode_item(data, *split_key(place.key))
    oid = _notes(place)
    return item if oid is None else replace(item, annotations=known[oid])
