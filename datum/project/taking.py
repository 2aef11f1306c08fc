"""Datasets of other stores, taken into this one."""

from collections.abc import Iterator

from msgspec.structs import replace

from datum.dataset.dataset import Dataset
from datum.dataset.media import load_media, store_media
from datum.dataset.write import build_snapshot
from datum.model import InMemory, Item, Media, Reading
from datum.objects.ids import ObjectId
from datum.objects.store import ObjectWriter
from datum.project.creating import copy_object
from datum.project.reach import reachable_of_snapshot

__all__ = ["take_dataset"]


def take_dataset(writer: ObjectWriter, dataset: Dataset) -> Dataset:
    """The dataset as *writer* can read it: objects that are elsewhere are copied.

    From a store with another hash or other trees it is written anew, and then has another id.
    """
    if writer.has(dataset.oid):
        return Dataset(writer, dataset.oid)
    store = dataset.store
    if (store.hasher.name, store.tree_rule) != (writer.hasher.name, writer.tree_rule):
        return Dataset(writer, _written_anew(writer, dataset))
    for oid in reachable_of_snapshot(store, dataset.oid, set()):
        if not writer.has(oid):
            copy_object(store, writer, oid)
    return Dataset(writer, dataset.oid)


def _written_anew(writer: ObjectWriter, dataset: Dataset) -> ObjectId:
    def loaded(media: Media) -> Media:
        data = load_media(dataset.store, media)
        return replace(media, content=None if data is None else InMemory(data))

    def items() -> Iterator[Item]:
        for item in dataset:
            yield replace(item, media=tuple(map(loaded, item.media)))

    reading = Reading(categories=dataset.categories, items=items(), infos=dict(dataset.infos))
    return build_snapshot(writer, reading, media=store_media)
