"""Which commits and items are hurt where objects of a store are missing or damaged."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

import msgspec

from datum.dataset.dataset import StoreReader
from datum.dataset.keys import key_text
from datum.dataset.values import Snapshot, decode_categories, decode_item, decode_snapshot
from datum.errors import CorruptObjectError, DatumError
from datum.lineage.recipe import read_recipe
from datum.model import Blob
from datum.objects.ids import ObjectId
from datum.objects.kinds import Kind
from datum.objects.node import Node
from datum.objects.nodereader import NodeReader
from datum.refs.commits import Commit, read_commit
from datum.refs.tags import read_tag

__all__ = ["Hurt", "find_hurt"]

T = TypeVar("T")


class Hurt(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a ref leads to and that cannot be had."""

    ref: str
    commit: ObjectId
    """The first commit found that needs it; older and newer ones may need it too."""
    snapshot: ObjectId | None
    what: str
    """``item train/a``, ``annotations of train/a``, ``image of train/a``, ``labels``, …"""
    oid: ObjectId
    reason: str


def find_hurt(
    store: StoreReader,
    starts: Mapping[str, ObjectId],
    bad: Mapping[ObjectId, str],
    probe: Callable[[ObjectId], None],
) -> Iterator[Hurt]:
    """Everything that refs lead to and that cannot be had, each object once.

    Args:
        store: Where the objects are.
        starts: Refs and what they stand for.
        bad: Objects known to be damaged, and why.
        probe: Raises a :class:`DatumError` where a medium cannot be had.
    """
    walk = _Walk(store, bad, probe)
    for ref, oid in starts.items():
        yield from walk.ref(ref, oid)


class _Walk:
    def __init__(
        self,
        store: StoreReader,
        bad: Mapping[ObjectId, str],
        probe: Callable[[ObjectId], None],
    ) -> None:
        self._store = store
        self._bad = bad
        self._probe = probe
        self._seen: set[ObjectId] = set()
        self._found: list[Hurt] = []
        self._ref = ""
        self._commit = ObjectId(b"")
        self._snapshot: ObjectId | None = None

    def ref(self, ref: str, start: ObjectId) -> Iterator[Hurt]:
        """What is hurt of a ref's history."""
        self._ref = ref
        waiting = [start]
        while waiting:
            oid = waiting.pop()
            if oid in self._seen:
                continue
            self._commit, self._snapshot = oid, None
            waiting.extend(self._commit_or_tag(oid))
            yield from self._found
            self._found.clear()

    def _commit_or_tag(self, oid: ObjectId) -> tuple[ObjectId, ...]:
        """Look at a commit and its snapshot; what comes before it."""
        found = self._get("commit", oid, self._read)
        if found is None or isinstance(found, bytes):
            return () if found is None else (ObjectId(found),)
        if found.recipe is not None:
            self._get("recipe", found.recipe, lambda one: read_recipe(self._store, one))
        self._snapshot = found.snapshot
        self._look_at(found.snapshot)
        return found.parents

    def _read(self, oid: ObjectId) -> Commit | bytes:
        if self._store.kind(oid) == Kind.TAG:
            return read_tag(self._store, oid).target
        return read_commit(self._store, oid)

    def _look_at(self, oid: ObjectId) -> None:
        snapshot = self._get("snapshot", oid, lambda one: decode_snapshot(self._store.get(one)))
        if snapshot is None:
            return
        self._get(
            "labels", snapshot.categories, lambda one: decode_categories(self._store.get(one))
        )
        for name, root in _trees(snapshot):
            self._tree(name, root)

    def _tree(self, name: str, root: ObjectId) -> None:
        nodes = NodeReader(self._store)
        waiting: list[tuple[ObjectId, Callable[[ObjectId], Node]]] = [(root, nodes.root)]
        while waiting:
            oid, read = waiting.pop()
            node = self._get(f"a part of the tree of {name}", oid, read)
            if node is None:
                continue
            if node.level:
                waiting.extend(_children(nodes, node))
            else:
                self._leaf(name, node)

    def _leaf(self, name: str, node: Node) -> None:
        entries = zip(node.keys, map(ObjectId, node.values), strict=True)
        for key, oid in entries:
            try:
                text = key_text(key)
            except UnicodeDecodeError:
                text = repr(key)
            if name == "items":
                self._item(text, oid)
            else:
                self._get(f"{name} of {text}", oid, self._store.get)

    def _item(self, text: str, oid: ObjectId) -> None:
        item = self._get(f"item {text}", oid, lambda one: decode_item(self._store.get(one), "", ""))
        for media in () if item is None else item.media:
            if isinstance(media.content, Blob):
                self._get(f"{media.role} of {text}", ObjectId(media.content.oid), self._medium)

    def _medium(self, oid: ObjectId) -> None:
        self._probe(oid)

    def _get(self, what: str, oid: ObjectId, read: Callable[[ObjectId], T]) -> T | None:
        """What *read* makes of an object seen for the first time; None where it is hurt."""
        if oid in self._seen:
            return None
        self._seen.add(oid)
        try:
            if oid in self._bad:
                raise CorruptObjectError(self._bad[oid])
            return read(oid)
        except DatumError as error:
            reason = error.reason if isinstance(error, CorruptObjectError) else error.message
            self._found.append(
                Hurt(
                    ref=self._ref,
                    commit=self._commit,
                    snapshot=self._snapshot,
                    what=what,
                    oid=oid,
                    reason=reason,
                )
            )
            return None


def _trees(snapshot: Snapshot) -> Iterable[tuple[str, ObjectId]]:
    named = (
        ("items", snapshot.items),
        ("annotations", snapshot.annotations),
        ("conflicts", snapshot.conflicts),
    )
    return [(name, root) for name, root in named if root is not None]


def _children(
    nodes: NodeReader, node: Node
) -> Iterator[tuple[ObjectId, Callable[[ObjectId], Node]]]:
    for place in range(len(node.keys)):

        def read(_: ObjectId, place: int = place) -> Node:
            return nodes.child(node, place)

        yield node.child(place), read
