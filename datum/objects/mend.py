"""Mending a store: footers are made again, sound objects leave damaged packs, damage is set aside."""

import hashlib
from collections.abc import Iterable, Iterator

import msgspec

from datum.errors import CorruptObjectError
from datum.objects.disk import DiskStore
from datum.objects.frames import Entry
from datum.objects.pack import (
    Damage,
    ReadBytes,
    footer,
    gone_name,
    pack_name,
    scan,
    slices,
    walk,
)
from datum.objects.repack import repack
from datum.objects.verify import is_whole, object_fault

__all__ = [
    "QUARANTINE",
    "MendedPack",
    "damaged_packs",
    "rebuild_index",
    "rescue_entries",
    "restore_footer",
    "retire_pack",
    "salvage",
    "set_aside",
]

QUARANTINE = "quarantine"
"""Folder of damaged files. Nothing reads them; they are kept for whoever wants to look."""


class MendedPack(msgspec.Struct, frozen=True):
    """What became of a damaged pack."""

    digest: str
    restored: bool
    """Whether it is whole again, under its own name."""
    into: tuple[str, ...] = ()
    """Otherwise the packs that its sound objects are in now. No log record names them yet."""


def rebuild_index(
    store: DiskStore, packs: Iterable[str], inline: Iterable[tuple[int, bytes]], upto: int
) -> None:
    """Make the index anew from the footers; takes what ``DiskStore.learn`` takes, from record 0."""
    store.forget_index()
    store.learn(packs, inline, upto)


def damaged_packs(store: DiskStore, packs: Iterable[str]) -> Iterator[MendedPack]:
    """Mend each pack whose bytes do not match its name; those that are missing are passed over."""
    for digest in packs:
        try:
            if is_whole(store, digest):
                continue
        except CorruptObjectError:
            continue
        restored = restore_footer(store, digest)
        yield MendedPack(digest, restored, () if restored else salvage(store, digest))


def restore_footer(store: DiskStore, digest: str) -> bool:
    """Make the footer of a pack again from its frames; False if the frames are damaged too.

    Raises:
        CorruptObjectError: the pack is absent.
    """
    read, size = store.reader.pack(digest), store.reader.size(digest)
    found = scan(read, size, store.hasher.width)
    data = read(0, found.end) + footer(found.table, found.end)
    if found.damage and found.damage[0].start < found.end:
        return False
    if hashlib.sha256(data).hexdigest() != digest:
        return False
    store.files.put_idempotent(pack_name(digest), data)
    store.reader.forget(digest)
    return True


def salvage(store: DiskStore, digest: str) -> tuple[str, ...]:
    """Digests of new packs with the sound objects of a damaged one, which stays where it is.

    Raises:
        CorruptObjectError: the pack is absent.
    """
    sound = _sound_entries(store, store.reader.pack(digest), store.reader.size(digest))
    return repack(store.files, store.hasher.width, sound)


def rescue_entries(store: DiskStore, data: bytes) -> Iterator[Entry]:
    """The sound objects of a pack that is somewhere in *data*, as in a damaged record of the log."""
    yield from _sound_entries(store, slices(data), len(data))


def retire_pack(store: DiskStore, digest: str) -> None:
    """Say that a pack is no longer part of the store, and set its file aside if there is one."""
    store.files.put_new(gone_name(digest), b"")
    store.reader.forget(digest)
    set_aside(store, pack_name(digest))


def set_aside(store: DiskStore, name: str) -> None:
    """Move a file of the store into quarantine, under its name and the start of its digest."""
    place = store.files.path(name)
    try:
        with place.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return
    store.files.publish([(f"{QUARANTINE}/{place.name}.{digest[:16]}", place)])


def _sound_entries(store: DiskStore, read: ReadBytes, size: int) -> Iterator[Entry]:
    for part in walk(read, size, store.hasher.width):
        if not isinstance(part, Damage):
            yield from (one for one in part.entries if object_fault(one, store.hasher) is None)
