"""What commits and snapshots are made of: the ids of everything that they reach."""

from collections.abc import Iterable, Iterator

from datum.dataset.dataset import StoreReader
from datum.dataset.values import Snapshot, decode_item, decode_snapshot
from datum.model import Blob
from datum.objects.ids import ObjectId
from datum.objects.kinds import Kind
from datum.objects.node import Node
from datum.objects.nodereader import NodeReader
from datum.refs.commits import read_commit
from datum.refs.tags import read_tag

__all__ = ["reachable", "reachable_of_snapshot", "roots", "unseen_nodes"]

_BATCH = 256


def reachable(
    store: StoreReader, starts: Iterable[ObjectId], seen: set[ObjectId] | None = None
) -> Iterator[ObjectId]:
    """Every object that commits or tags reach, each once: all that must be kept for them.

    Args:
        store: Where they are.
        starts: Commits and tags.
        seen: What is known to be reached, with all that it reaches; what is found is added.

    Raises:
        ObjectNotFoundError: Something is missing.
        CorruptObjectError: Something is damaged.
    """
    seen = set() if seen is None else seen
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
    for root in roots(snapshot):
        for node_id, node in unseen_nodes(store, root, seen):
            yield node_id
            if node.level:
                continue
            values = [value for one in node.values if (value := ObjectId(one)) not in seen]
            yield from _new(values, seen)
            if root == snapshot.items:
                yield from _new(_blobs(store, values), seen)


def roots(snapshot: Snapshot) -> tuple[ObjectId, ...]:
    """The roots of a snapshot's trees."""
    every = (snapshot.items, snapshot.annotations, snapshot.conflicts)
    return tuple(root for root in every if root is not None)


def unseen_nodes(
    store: StoreReader, root: ObjectId, seen: set[ObjectId]
) -> Iterator[tuple[ObjectId, Node]]:
    """The nodes of a tree that are not in *seen*, to which they are added; parents first.

    Below a node that was seen, nothing is read: versions of a dataset share most of their nodes.
    """
    if root in seen:
        return
    seen.add(root)
    nodes = NodeReader(store)
    top = nodes.root(root)
    yield root, top
    waiting = [top] if top.level else []
    while waiting:
        node = waiting.pop()
        fresh = [place for place in range(len(node.keys)) if node.child(place) not in seen]
        for start in range(0, len(fresh), _BATCH):
            batch = fresh[start : start + _BATCH]
            children = nodes.children([(node, place) for place in batch])
            for place, child in zip(batch, children, strict=True):
                seen.add(node.child(place))
                yield node.child(place), child
                if child.level:
                    waiting.append(child)


def _blobs(store: StoreReader, items: list[ObjectId]) -> Iterator[ObjectId]:
    for data in store.get_many(items):
        for media in decode_item(data, "", "").media:
            if isinstance(media.content, Blob):
                yield ObjectId(media.content.oid)


def _new(oids: Iterable[ObjectId], seen: set[ObjectId]) -> Iterator[ObjectId]:
    for oid in oids:
        if oid not in seen:
            seen.add(oid)
            yield oid
