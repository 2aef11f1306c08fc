"""Removing what nothing needs, never what somebody may be about to need.

A pack without live objects is condemned first: from then on writers store its objects again rather
than rely on it. It is removed by a later run, when both the pack and its sentence are older than
the cut-off. All times are modification times on the store's own file system, and the cut-off has
to be made from such a time too (of a probe file), because clocks of clients differ.

The live objects must be known as of after the last record of the operation log.
"""

from collections.abc import Callable, Collection, Iterable, Iterator

import msgspec

from datum.errors import CorruptObjectError
from datum.objects.blobs import blob_name
from datum.objects.disk import DiskStore
from datum.objects.files import TEMPORARY
from datum.objects.frames import Entry, Storage
from datum.objects.ids import ObjectId
from datum.objects.index import PackKey
from datum.objects.pack import (
    Damage,
    gone_name,
    pack_name,
    parse_place,
    read_table,
    walk,
)
from datum.objects.reading import CONDEMNED, condemned_blob, condemned_pack, object_data
from datum.objects.repack import repack
from datum.objects.store import Sealed

__all__ = ["Collected", "PackUse", "collect", "unreachable"]

_PACK_SUFFIX = ".pack"


class PackUse(msgspec.Struct, frozen=True):
    """How much of a pack is still needed. Bytes are those of the objects, not compressed."""

    digest: str
    live: int
    """Number of live objects."""
    dead: int
    live_bytes: int
    dead_bytes: int


class Collected(msgspec.Struct, frozen=True):
    """What a collection did, by name of the file in the store."""

    written: tuple[str, ...] = ()
    """Packs with the live objects of packs that were mostly dead."""
    condemned: tuple[str, ...] = ()
    """Files that a later collection will remove."""
    removed: tuple[str, ...] = ()


def unreachable(
    store: DiskStore, packs: Collection[str], live: Collection[ObjectId]
) -> Iterator[PackUse]:
    """For each pack whose footer can be read, how much of it is live; damaged ones are left alone.

    A live object that is in several of the packs counts in the one that the index reads it from.

    Args:
        store: The store; its index knows all of *packs*.
        packs: Digests of all packs that the log names.
        live: Every object that anything needs; only ``in`` is used.
    """
    needs = _Needs(store, packs, live)
    for digest in needs.named:
        try:
            read, size = store.reader.pack(digest), store.reader.size(digest)
            table = read_table(read, size, store.hasher.width)
        except CorruptObjectError:
            continue
        records = list(table.records())
        needed = needs.of(digest, [oid for oid, _ in records])
        count, weight = [0, 0], [0, 0]
        for oid, place in records:
            count[oid in needed] += 1
            weight[oid in needed] += parse_place(place).length
        yield PackUse(digest, count[True], count[False], weight[True], weight[False])


def collect(
    store: DiskStore,
    packs: Collection[str],
    live: Collection[ObjectId],
    cutoff: float,
    publish: Callable[[Sealed], None],
    *,
    keep_share: float = 0.5,
) -> Collected:
    """Rewrite packs that are mostly dead, condemn dead ones, remove those condemned before *cutoff*.

    Packs that travel in the log stay in it. The index stays, too: others may be reading it. Of what was
    removed it knows where it was, and readers see that the pack is gone.

    Args:
        store: The store.
        packs: Digests of all packs that the log names.
        live: Every object that anything needs; only ``in`` is used.
        cutoff: Nothing younger is touched. Seconds by the store's clock; ``inf`` for everything.
        publish: Called with new packs; records them in the log and lets the store learn them. It
            has to succeed before anything that they replace is condemned.
        keep_share: A pack with at least this share of live bytes is left as it is.
    """
    collection = _Collection(store, _Needs(store, packs, live), cutoff)
    named = set(packs)
    uses = [use for use in unreachable(store, packs, live) if collection.old(pack_name(use.digest))]
    sparse = [use.digest for use in uses if _is_sparse(use, keep_share)]
    written, replaced = collection.rewrite(sparse)
    if written:
        publish(Sealed(packs=written))
    dead = {use.digest for use in uses if not use.live} | set(replaced)
    dead |= {digest for digest in collection.packs() if digest not in named}
    for digest in sorted(dead.difference(written)):
        collection.retire(pack_name(digest), condemned_pack(digest), gone_name(digest))
    for name, oid in collection.blobs():
        if oid not in live:
            collection.retire(name, condemned_blob(oid), None)
    collection.pardon(dead)
    collection.sweep_temporary()
    return Collected(written, tuple(collection.condemned), tuple(collection.removed))


def _is_sparse(use: PackUse, keep_share: float) -> bool:
    return bool(use.live) and use.live_bytes < keep_share * (use.live_bytes + use.dead_bytes)


class _Needs:
    """Which objects are needed, and from which pack."""

    def __init__(self, store: DiskStore, packs: Iterable[str], live: Collection[ObjectId]) -> None:
        self._store = store
        self.named = dict.fromkeys(packs)
        self.live = live

    def of(self, digest: str, oids: Iterable[ObjectId]) -> set[ObjectId]:
        """Those of *oids* for which a pack is needed."""
        alive = [oid for oid in oids if oid in self.live]
        places = self._store.index().places(alive)
        return {
            oid
            for oid, found in zip(alive, places, strict=True)
            if found is None or found.pack == digest or not self._is_kept(found.pack)
        }

    def _is_kept(self, pack: PackKey) -> bool:
        """Whether a pack is one that the log has, and there."""
        if isinstance(pack, int):
            return True
        return pack in self.named and self._store.files.modified(pack_name(pack)) is not None


class _Collection:
    """One run."""

    def __init__(self, store: DiskStore, needs: _Needs, cutoff: float) -> None:
        self._store = store
        self._needs = needs
        self._cutoff = cutoff
        self.condemned: list[str] = []
        self.removed: list[str] = []

    def old(self, name: str) -> bool:
        """Whether a file is there and older than the cut-off."""
        modified = self._store.files.modified(name)
        return modified is not None and modified < self._cutoff

    def rewrite(self, sparse: list[str]) -> tuple[tuple[str, ...], list[str]]:
        """New packs with the live objects of sparse ones, and those of them that were sound."""
        sound = [digest for digest in sparse if self._is_sound(digest)]
        entries = (entry for digest in sound for entry in self._live_entries(digest))
        return repack(self._store.files, self._store.hasher.width, entries), sound

    def packs(self) -> Iterator[str]:
        """Digests of all old packs that are there, named by the log or not."""
        for name in self._store.files.list("packs/"):
            if name.endswith(_PACK_SUFFIX) and self.old(name):
                yield name.rpartition("/")[2].removesuffix(_PACK_SUFFIX)

    def blobs(self) -> Iterator[tuple[str, ObjectId]]:
        """Old files of media: name and id."""
        for name in self._store.files.list("blobs/"):
            text = name.rpartition("/")[2]
            try:
                oid = ObjectId(bytes.fromhex(text))
            except ValueError:
                continue
            if name == blob_name(oid) and self.old(name):
                yield name, oid

    def retire(self, name: str, sentence: str, epitaph: str | None) -> None:
        """Condemn a file, or remove it if that was done before the cut-off."""
        files = self._store.files
        if files.modified(sentence) is None:
            files.put_new(sentence, b"")
        # Whoever made the very same file anew meanwhile relies on it: then it is young.
        if not self.old(sentence) or not self.old(name):
            self.condemned.append(name)
            return
        if epitaph is not None:
            files.put_new(epitaph, b"")
            self._store.reader.forget(name.rpartition("/")[2].removesuffix(_PACK_SUFFIX))
        if not files.remove_old(name, self._cutoff):
            self.condemned.append(name)
            return
        files.delete(sentence)
        self.removed.append(name)

    def pardon(self, dead: set[str]) -> None:
        """Lift the sentence of what is needed again, or gone."""
        keep = {condemned_pack(digest) for digest in dead}
        keep |= {condemned_blob(oid) for _, oid in self.blobs() if oid not in self._needs.live}
        for name in self._store.files.list(f"{CONDEMNED}/"):
            if name not in keep:
                self._store.files.delete(name)

    def sweep_temporary(self) -> None:
        """Remove what crashed writers left in the making."""
        for name in self._store.files.list(f"{TEMPORARY}/"):
            if self.old(name):
                self._store.files.delete(name)
                self.removed.append(name)

    def _is_sound(self, digest: str) -> bool:
        """Whether everything live in a pack can be carried over."""
        try:
            for entry in self._live_entries(digest):
                if entry.storage is Storage.BYTES:
                    object_data(entry, self._store.hasher, self._store.files)
        except CorruptObjectError:
            return False
        return True

    def _live_entries(self, digest: str) -> Iterator[Entry]:
        reader = self._store.reader
        width = self._store.hasher.width
        for part in walk(reader.pack(digest), reader.size(digest), width):
            if isinstance(part, Damage):
                raise CorruptObjectError(part.reason)
            needed = self._needs.of(digest, [entry.oid for entry in part.entries])
            yield from (entry for entry in part.entries if entry.oid in needed)
