"""What commits and snapshots are made of: the ids of everything that they reach."""

from collections.abc import Iterable, Iterator

from datum.dataset.dataset import Dataset, StoreReader
from datum.dataset.values import decode_item, decode_snapshot
from datum.model import Blob
from datum.objects import tree
from datum.objects.ids import ObjectId
from datum.objects.kinds import Kind
from datum.refs.commits import read_commit
from datum.refs.tags import read_tag

__all__ = ["reachable", "reachable_of_snapshot"]


def reachable(store: StoreReader, starts: Iterable[ObjectId]) -> Iterator[ObjectId]:
    """Every object that commits or tags reach, each once: all that must be kept for them.

    Raises:
        ObjectNotFoundError: Something is missing.
        CorruptObjectError: Something is damaged.
    """
    seen: set[ObjectId] = set()
    waiting = list(starts)
    while waiting:
        oid = waiting.pop()
        if oid in seen:
            continue
        seen.add(oid)
        yield oid
        if store.kind(oid) == Kind.TAG:
            waiting.append(read_tag(store, oid).target)
            continue
        commit = read_commit(store, oid)
        waiting.extend(commit.parents)
        if commit.recipe is not None and commit.recipe not in seen:
            seen.add(commit.recipe)
            yield commit.recipe
        yield from reachable_of_snapshot(store, commit.snapshot, seen)


def reachable_of_snapshot(
    store: StoreReader, oid: ObjectId, seen: set[ObjectId]
) -> Iterator[ObjectId]:
    """Every object of a snapshot that is not in *seen*, to which they are added."""
    if oid in seen:
        return
    snapshot = decode_snapshot(store.get(oid))
    yield from _new((oid, snapshot.categories), seen)
    for root in (snapshot.items, snapshot.annotations):
        if root is not None and root not in seen:
            yield from _new(tree.node_ids(store, root), seen)
    for _, row in Dataset(store, oid).rows():
        if row.annotations is not None:
            yield from _new((row.annotations,), seen)
        if row.item not in seen:
            yield from _new((row.item, *_blobs(store, row.item)), seen)


def _blobs(store: StoreReader, item: ObjectId) -> list[ObjectId]:
    contents = (media.content for media in decode_item(store.get(item), "", "").media)
    return [ObjectId(content.oid) for content in contents if isinstance(content, Blob)]


def _new(oids: Iterable[ObjectId], seen: set[ObjectId]) -> Iterator[ObjectId]:
    for oid in oids:
        if oid not in seen:
            seen.add(oid)
            yield oid
