"""Checking a store on disk down to every byte."""

import enum
from collections.abc import Iterable, Iterator

import msgspec

from datum.errors import CorruptObjectError, DatumError, MediaError
from datum.objects.blobs import MediaRecord, blob_name, hash_file, local_path, parse_record
from datum.objects.codec import decode
from datum.objects.disk import DiskStore
from datum.objects.frames import Entry, Storage
from datum.objects.ids import Hasher, ObjectId
from datum.objects.kinds import Kind
from datum.objects.pack import (
    Damage,
    ReadBytes,
    Table,
    pack_digest,
    pack_name,
    parse_place,
    read_table,
    record,
    slices,
    walk,
)

__all__ = ["Depth", "Fault", "is_whole", "object_fault", "verify"]


class Depth(enum.IntEnum):
    """How much is checked; each includes those before it."""

    PACKS = 1
    """Packs are there, match their names, and have good footers."""
    OBJECTS = 2
    """Every frame decodes; every object matches its id and is canonical."""
    MEDIA = 3
    """Files and references of media have the size, digest and id recorded."""


class Fault(msgspec.Struct, frozen=True):
    """Something that is not as it should be."""

    reason: str
    path: str
    """Name of the file in the store, or ``log record N``, or the URI of a reference."""
    oid: ObjectId | None = None
    """The object hurt, where that is known."""


def verify(
    store: DiskStore,
    packs: Iterable[str],
    inline: Iterable[tuple[int, bytes]] = (),
    depth: Depth = Depth.MEDIA,
) -> Iterator[Fault]:
    """Every fault of the packs that the operation log names, each read once.

    Args:
        store: The store.
        packs: Digests of packs, as ``DiskStore.learn`` takes them.
        inline: Packs that travel in the log: number of the record, and the pack.
        depth: How much to check.
    """
    for digest in packs:
        if not store.reader.is_gone(digest):
            yield from _verify_file(store, digest, depth)
    for number, data in inline:
        yield from _Pack(store, f"log record {number}", slices(data), len(data)).faults(depth)


def is_whole(store: DiskStore, digest: str) -> bool:
    """Whether the bytes of a pack match its name.

    Raises:
        CorruptObjectError: the pack is absent.
    """
    return pack_digest(store.reader.pack(digest)) == digest


def _verify_file(store: DiskStore, digest: str, depth: Depth) -> Iterator[Fault]:
    name = pack_name(digest)
    try:
        read, size = store.reader.pack(digest), store.reader.size(digest)
    except CorruptObjectError as error:
        yield Fault(error.reason, name)
        return
    if pack_digest(read) != digest:
        yield Fault("bytes do not match the name", name)
    yield from _Pack(store, name, read, size).faults(depth)


class _Pack:
    """One pack under examination."""

    def __init__(self, store: DiskStore, name: str, read: ReadBytes, size: int) -> None:
        self._store = store
        self._name = name
        self._read = read
        self._size = size
        self._table: Table | None = None

    def faults(self, depth: Depth) -> Iterator[Fault]:
        """What is wrong with it."""
        try:
            self._table = read_table(self._read, self._size, self._store.hasher.width)
        except DatumError as error:
            yield Fault(_reason(error), self._name)
        if depth >= Depth.OBJECTS:
            yield from self._frames(depth)

    def _frames(self, depth: Depth) -> Iterator[Fault]:
        records: list[bytes] = []
        for part in walk(self._read, self._size, self._store.hasher.width):
            if isinstance(part, Damage):
                where = f"{part.length} bytes at {part.start}"
                yield Fault(f"{where}: {part.reason}", self._name)
                continue
            records += [record(part.offset, entry) for entry in part.entries]
            for entry in part.entries:
                yield from self._entry(entry, depth)
        yield from self._lost(Table(self._store.hasher.width, b"".join(sorted(records))))

    def _entry(self, entry: Entry, depth: Depth) -> Iterator[Fault]:
        reason = object_fault(entry, self._store.hasher)
        if reason is not None:
            yield Fault(reason, self._name, entry.oid)
        elif depth >= Depth.MEDIA and entry.storage is not Storage.BYTES:
            yield from _medium_faults(self._store, entry)

    def _lost(self, found: Table) -> Iterator[Fault]:
        """Objects of the footer that no sound frame has, and the other way round."""
        if self._table is None or self._table.data == found.data:
            return
        there = set(found.records())
        listed = set(self._table.records())
        for oid, place in sorted(listed - there):
            yield Fault(f"lost with the frame at {parse_place(place).frame}", self._name, oid)
        for oid, _ in sorted(there - listed):
            yield Fault("not in the footer of its pack", self._name, oid)


def object_fault(entry: Entry, hasher: Hasher) -> str | None:
    """What is wrong with the part of an object that is in its pack."""
    try:
        if entry.storage is not Storage.BYTES:
            parse_record(entry)
            return None if entry.kind is Kind.BLOB else "a record of a medium, but not a medium"
        if hasher.object_id(entry.kind, entry.data) != entry.oid:
            return "bytes do not match the id"
        if entry.kind is not Kind.BLOB:
            decode(entry.data)
    except CorruptObjectError as error:
        return error.reason
    return None


def _medium_faults(store: DiskStore, entry: Entry) -> Iterator[Fault]:
    record_ = parse_record(entry)
    name = blob_name(entry.oid) if record_.uri is None else record_.uri
    try:
        path = store.files.path(name) if record_.uri is None else local_path(record_.uri)
        oid, found = hash_file(path, store.hasher)
    except MediaError as error:
        yield Fault(error.reason, name, entry.oid)
        return
    if oid != entry.oid or found != MediaRecord(record_.size, record_.sha256):
        yield Fault("bytes do not match the size and digest recorded", name, entry.oid)


def _reason(error: DatumError) -> str:
    return error.reason if isinstance(error, CorruptObjectError) else error.message
