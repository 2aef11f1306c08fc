"""Reading objects from the packs and files of a store on disk, through its index."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from datum.errors import CorruptObjectError, MediaError, ObjectNotFoundError
from datum.objects.blobs import blob_name, digest_of, local_path, parse_record
from datum.objects.files import LocalFiles
from datum.objects.frames import Entry, Storage
from datum.objects.ids import Hasher, ObjectId
from datum.objects.index import Found, Index, PackKey
from datum.objects.kinds import Kind
from datum.objects.opened import FrameCache, OpenFiles
from datum.objects.pack import ReadBytes, gone_name, pack_name

__all__ = [
    "CONDEMNED",
    "DiskReader",
    "condemned_blob",
    "condemned_pack",
    "is_prefix",
    "media_path",
    "object_data",
]

CONDEMNED = "condemned"
"""Folder of empty files that name packs and blobs to be removed: nothing new may rely on these."""

_HEX = frozenset("0123456789abcdef")


class DiskReader:
    """What a store on disk and its writers read with. Safe for threads."""

    def __init__(self, files: LocalFiles, hasher: Hasher, index: Callable[[], Index]) -> None:
        self.files = files
        self.hasher = hasher
        self.index = index
        self._opened = OpenFiles()
        self._frames = FrameCache[PackKey]()
        self._present: set[PackKey] = set()

    def entry(self, oid: ObjectId) -> Entry | None:
        """The entry of an object, None if the index does not know it.

        Raises:
            CorruptObjectError: the index knows it and its pack is absent or damaged.
        """
        found = self._find([oid])[0]
        return None if found is None else self._entry(oid, found)

    def condemned(self) -> frozenset[str]:
        """Names of the files that condemn packs and blobs."""
        return frozenset(self.files.list(f"{CONDEMNED}/"))

    def lasting_entry(self, oid: ObjectId, condemned: frozenset[str]) -> Entry | None:
        """Like ``entry``, but None too for what may be removed soon."""
        found = self._find([oid])[0]
        if found is None:
            return None
        if condemned and isinstance(found.pack, str) and condemned_pack(found.pack) in condemned:
            return None
        entry = self._entry(oid, found)
        if entry.storage is Storage.FILE and condemned_blob(oid) in condemned:
            return None
        return entry

    def get_many(self, oids: Sequence[ObjectId]) -> list[bytes]:
        """Verified bytes of many objects, read pack by pack and in the order of their frames."""
        places: list[tuple[str, int, int, int, Found]] = []
        for number, (oid, found) in enumerate(zip(oids, self._find(oids), strict=True)):
            if found is None:
                raise ObjectNotFoundError(oid.hex())
            places.append((str(found.pack), found.place.frame, found.place.position, number, found))
        result = [b""] * len(places)
        for *_, number, found in sorted(places, key=lambda place: place[:4]):
            entry = self._entry(oids[number], found)
            result[number] = object_data(entry, self.hasher, self.files)
        return result

    def kind(self, oid: ObjectId) -> Kind | None:
        """The kind of an object, None if the index does not know it."""
        found = self._find([oid])[0]
        return None if found is None else Kind(found.place.kind)

    def pack(self, pack: PackKey) -> ReadBytes:
        """How to read a pack.

        Raises:
            CorruptObjectError: it is absent.
        """
        if isinstance(pack, int):
            return lambda start, length: self._inline(pack)[start : start + length]
        path = self.files.path(pack_name(pack))
        try:
            return self._opened.reader(path)
        except FileNotFoundError as error:
            raise CorruptObjectError("pack is missing", path=path) from error

    def size(self, digest: str) -> int:
        """Bytes of a pack.

        Raises:
            CorruptObjectError: it is absent.
        """
        path = self.files.path(pack_name(digest))
        try:
            return path.stat().st_size
        except OSError as error:
            raise CorruptObjectError("pack is missing", path=path) from error

    def is_gone(self, digest: str) -> bool:
        """Whether a pack was removed on purpose, as garbage."""
        if self.files.modified(pack_name(digest)) is not None:
            return False
        return self.files.modified(gone_name(digest)) is not None

    def forget(self, digest: str) -> None:
        """Close a pack that is about to be deleted or replaced."""
        self._present.discard(digest)
        self._opened.forget(self.files.path(pack_name(digest)))

    def _find(self, oids: Sequence[ObjectId]) -> list[Found | None]:
        """Places of objects. The index of another machine may not know yet what was collected."""
        return [
            None if found is None or self._was_collected(found.pack) else found
            for found in self.index().places(oids)
        ]

    def _was_collected(self, pack: PackKey) -> bool:
        if pack in self._present or isinstance(pack, int):
            return False
        if self.is_gone(pack):
            return True
        self._present.add(pack)  # or damaged: reading will tell
        return False

    def _entry(self, oid: ObjectId, found: Found) -> Entry:
        try:
            return self._frames.entry(found.pack, self.pack, found.place, oid)
        except CorruptObjectError:
            if isinstance(found.pack, str):
                self.forget(found.pack)  # the file may have been repaired since it was opened
        try:
            return self._frames.entry(found.pack, self.pack, found.place, oid)
        except CorruptObjectError as error:
            path = error.path or _place_name(found.pack)
            raise CorruptObjectError(error.reason, oid=oid.hex(), path=path) from error

    def _inline(self, number: int) -> bytes:
        data = self.index().inline(number)
        if data is None:
            raise CorruptObjectError(f"pack of log record {number} is not in the index")
        return data


def condemned_pack(digest: str) -> str:
    """Name of the file that condemns a pack."""
    return f"{CONDEMNED}/pack-{digest}"


def condemned_blob(oid: ObjectId) -> str:
    """Name of the file that condemns the file of a medium."""
    return f"{CONDEMNED}/blob-{oid.hex()}"


def object_data(entry: Entry, hasher: Hasher, files: LocalFiles) -> bytes:
    """The bytes of an object wherever they are, verified.

    Raises:
        CorruptObjectError: bytes of the store do not match the id, or are missing.
        MediaError: a reference points to what is absent or has changed.
    """
    if entry.storage is Storage.REFERENCE:
        return _referenced(entry)
    data = entry.data if entry.storage is Storage.BYTES else _own_file(entry, files)
    if hasher.object_id(entry.kind, data) != entry.oid:
        raise CorruptObjectError("bytes do not match the id", oid=entry.oid.hex())
    return data


def media_path(entry: Entry, files: LocalFiles) -> Path | None:
    """A local file with the bytes of a medium, if there is one; what is referenced is checked."""
    if entry.storage is Storage.BYTES:
        return None
    if entry.storage is Storage.FILE:
        path = files.path(blob_name(entry.oid))
        return path if path.is_file() else None
    record = parse_record(entry)
    try:
        path = local_path(record.uri or "")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").digest()
    except (MediaError, OSError):
        return None
    return path if digest == record.sha256 else None


def is_prefix(text: str) -> bool:
    """Whether a text, in lower case, can be the start of an id."""
    return bool(text) and _HEX.issuperset(text)


def _place_name(pack: PackKey) -> str:
    return pack_name(pack) if isinstance(pack, str) else f"log record {pack}"


def _own_file(entry: Entry, files: LocalFiles) -> bytes:
    name = blob_name(entry.oid)
    try:
        return files.get(name)
    except FileNotFoundError as error:
        raise CorruptObjectError(
            "its file is missing", oid=entry.oid.hex(), path=files.path(name)
        ) from error


def _referenced(entry: Entry) -> bytes:
    record = parse_record(entry)
    uri = record.uri or ""
    path = local_path(uri)
    try:
        with path.open("rb") as file:
            data = file.read(record.size + 1)
    except OSError as error:
        raise MediaError(f"referenced file cannot be read: {error.strerror}", path=uri) from error
    if len(data) != record.size or digest_of(data) != record.digest:
        raise MediaError("referenced file has changed since it was recorded", path=uri)
    return data
