"""A transaction on a store on disk: packs and files in the making, published by ``seal``."""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from datum.errors import CorruptObjectError, HashCollisionError, ObjectNotFoundError, UsageError
from datum.objects.blobs import (
    BLOB_LIMIT,
    MediaRecord,
    blob_name,
    check_uri,
    digest_of,
    encode_record,
    hash_file,
    is_local,
    parse_record,
    read_source,
    take_in,
)
from datum.objects.copying import write_new
from datum.objects.files import LocalFiles
from datum.objects.frames import Codec, Entry, Storage
from datum.objects.ids import Hasher, ObjectId
from datum.objects.index import first_with_prefix
from datum.objects.kinds import Kind
from datum.objects.packing import INLINE_LIMIT, PackSeries
from datum.objects.reading import DiskReader, is_prefix, media_path, object_data
from datum.objects.rule import TreeRule
from datum.objects.store import FIND_LIMIT, Sealed, StoredBlob

__all__ = ["DiskWriter"]


class DiskWriter:
    """See ``ObjectWriter``. Not for several threads. Collected unsealed, it leaves nothing behind."""

    def __init__(self, reader: DiskReader, tree_rule: TreeRule) -> None:
        self._reader = reader
        self._tree_rule = tree_rule
        width = reader.hasher.width
        self._objects = PackSeries(reader.files, width, Codec.ZSTD)
        self._media = PackSeries(reader.files, width, Codec.NONE)
        self._blobs: dict[ObjectId, Path] = {}
        self._condemned = reader.condemned()
        self._sealed = False
        # Into a new store, nothing has to be looked up. What others add meanwhile is stored twice.
        self._alone = reader.index().empty()
        self._process = os.getpid()

    @property
    def hasher(self) -> Hasher:
        """See ``ObjectReader.hasher``."""
        return self._reader.hasher

    @property
    def tree_rule(self) -> TreeRule:
        """See ``ObjectReader.tree_rule``."""
        return self._tree_rule

    def get(self, oid: ObjectId) -> bytes:
        """See ``ObjectReader.get``."""
        entry = self._entry(oid)
        if entry is None:
            raise ObjectNotFoundError(oid.hex())
        return self._data(entry)

    def get_many(self, oids: Sequence[ObjectId]) -> list[bytes]:
        """See ``ObjectReader.get_many``."""
        own = [self._own(oid) for oid in oids]
        others = [oid for oid, entry in zip(oids, own, strict=True) if entry is None]
        rest = iter(self._reader.get_many(others))
        return [next(rest) if entry is None else self._data(entry) for entry in own]

    def kind(self, oid: ObjectId) -> Kind:
        """See ``ObjectReader.kind``."""
        own = self._own(oid)
        kind = self._reader.kind(oid) if own is None else own.kind
        if kind is None:
            raise ObjectNotFoundError(oid.hex())
        return kind

    def has(self, oid: ObjectId) -> bool:
        """See ``ObjectReader.has``."""
        return self._own(oid) is not None or self._reader.kind(oid) is not None

    def find(self, prefix: str) -> list[ObjectId]:
        """See ``ObjectReader.find``."""
        text = prefix.lower()
        if not is_prefix(text):
            return []
        hits = {*first_with_prefix({*self._objects.ids(), *self._media.ids()}, text)}
        known = (oid for oid in self._reader.index().find(text) if self.has(oid))
        return sorted(hits.union(known))[:FIND_LIMIT]

    def read_media(self, oid: ObjectId) -> bytes:
        """See ``MediaReader.read_media``."""
        entry = self._entry(oid)
        if entry is None:
            raise ObjectNotFoundError(oid.hex())
        if entry.kind is not Kind.BLOB:
            raise CorruptObjectError("not a medium", oid=oid.hex())
        return self._data(entry)

    def media_path(self, oid: ObjectId) -> Path | None:
        """See ``MediaReader.media_path``."""
        if oid in self._blobs:
            return self._blobs[oid]
        entry = self._entry(oid)
        return None if entry is None else media_path(entry, self._reader.files)

    def put(self, kind: Kind, data: bytes) -> ObjectId:
        """See ``ObjectWriter.put``."""
        self._check_open()
        oid = self.hasher.object_id(kind, data)
        found = self._sound(oid)
        if found is not None and (found.kind is not kind or _differs(found, data)):
            self._refuse(found)
            found = None
        if found is None or not self._holds(found, len(data)):
            series = self._media if kind is Kind.BLOB else self._objects
            series.add(oid, kind, Storage.BYTES, data)
        return oid

    def put_media(self, source: Path | bytes) -> StoredBlob:
        """See ``ObjectWriter.put_media``."""
        self._check_open()
        data = read_source(source) if isinstance(source, Path) else source
        if data is not None and len(data) <= BLOB_LIMIT:
            oid = self.put(Kind.BLOB, data)
            return StoredBlob(oid, len(data), digest_of(data))
        return self._put_large(source)

    def put_reference(self, uri: str, source: Path) -> StoredBlob:
        """See ``ObjectWriter.put_reference``; the URI is absolute."""
        self._check_open()
        check_uri(uri)
        oid, hashed = hash_file(source, self.hasher)
        if not self._has_medium(oid, hashed, copied=False):
            record = MediaRecord(hashed.size, hashed.sha256, uri)
            self._objects.add(oid, Kind.BLOB, Storage.REFERENCE, encode_record(record))
        return StoredBlob(oid, hashed.size, hashed.digest)

    def seal(self) -> Sealed:
        """See ``ObjectWriter.seal``: blobs first, then packs, all of them durable."""
        self._check_open()
        self._sealed = True
        self._objects.finish()
        self._media.finish()
        self._publish_blobs()
        # Objects first: of a reference and bytes under one id, the bytes are to be found.
        packs = [*self._objects.finished, *self._media.finished]
        if len(packs) == 1 and self._objects.finished and packs[0].spool.size <= INLINE_LIMIT:
            return Sealed(inline=packs[0].spool.content())
        files = self._reader.files
        files.publish([(pack.name, pack.spool.spill()) for pack in packs])
        for pack in packs:
            pack.path = files.path(pack.name)
            pack.spool.close()
        return Sealed(packs=tuple(pack.digest for pack in packs))

    def discard(self) -> None:
        """End the transaction without publishing anything, and remove its temporary files."""
        self._sealed = True
        self._objects.discard()
        self._media.discard()
        for path in self._blobs.values():
            if path.parent == self._reader.files.temporary().parent:
                with contextlib.suppress(OSError):
                    path.unlink()

    def __del__(self) -> None:
        if not getattr(self, "_sealed", True) and self._process == os.getpid():
            self.discard()

    def _check_open(self) -> None:
        if self._sealed:
            raise UsageError("this transaction is over")

    def _own(self, oid: ObjectId) -> Entry | None:
        return self._media.entry(oid) or self._objects.entry(oid)

    def _entry(self, oid: ObjectId) -> Entry | None:
        return self._own(oid) or self._reader.entry(oid)

    def _data(self, entry: Entry) -> bytes:
        if entry.storage is Storage.FILE and entry.oid in self._blobs:
            return self._blobs[entry.oid].read_bytes()
        return object_data(entry, self.hasher, self._reader.files)

    def _sound(self, oid: ObjectId) -> Entry | None:
        """The entry of an object; None too if it is damaged or condemned: then it is written again."""
        own = self._own(oid)
        if own is not None or self._alone:
            return own
        try:
            return self._reader.lasting_entry(oid, self._condemned)
        except CorruptObjectError:
            return None

    def _put_large(self, source: Path | bytes) -> StoredBlob:
        temporary = self._reader.files.temporary()
        if isinstance(source, bytes):
            write_new(temporary, source)
            oid, record = hash_file(temporary, self.hasher)
        else:
            oid, record = take_in(source, temporary, self.hasher)
        if self._has_medium(oid, record, copied=True):
            temporary.unlink()
        else:
            self._blobs[oid] = temporary
            self._objects.add(oid, Kind.BLOB, Storage.FILE, encode_record(record))
        return StoredBlob(oid, record.size, record.digest)

    def _has_medium(self, oid: ObjectId, new: MediaRecord, *, copied: bool) -> bool:
        """Whether a medium need not be added, as a copy or as a reference."""
        found = self._sound(oid)
        if found is None:
            return False
        if found.kind is not Kind.BLOB or _digest(found) != new.digest:
            self._refuse(found)
            return False
        if found.storage is Storage.REFERENCE and not copied:
            return _is_there(found, new.size, self._reader.files)
        return self._holds(found, new.size)

    def _holds(self, found: Entry, size: int) -> bool:
        """Whether the bytes of an object are in the store itself, and not only on record."""
        if found.storage is Storage.FILE:
            return found.oid in self._blobs or _is_there(found, size, self._reader.files)
        return found.storage is Storage.BYTES

    def _refuse(self, found: Entry) -> None:
        """Raise that other bytes have the id, unless those stored do not have it themselves.

        Raises:
            HashCollisionError: they do.
        """
        own = found.storage is Storage.BYTES
        if not own or self.hasher.object_id(found.kind, found.data) == found.oid:
            raise HashCollisionError(found.oid.hex())

    def _publish_blobs(self) -> None:
        files = self._reader.files
        files.publish([(blob_name(oid), path) for oid, path in self._blobs.items()])
        self._blobs = {oid: files.path(blob_name(oid)) for oid in self._blobs}


def _differs(found: Entry, data: bytes) -> bool:
    """Whether a stored object has other bytes; those outside packs are compared by their digest."""
    if found.storage is Storage.BYTES:
        return found.data != data
    return _digest(found) != digest_of(data)


def _digest(found: Entry) -> str:
    if found.storage is Storage.BYTES:
        return digest_of(found.data)
    return parse_record(found).digest


def _is_there(found: Entry, size: int, files: LocalFiles) -> bool:
    """Whether the file of a medium is there, as far as its size tells; what is not local is believed."""
    path = media_path(found, files)
    if path is not None:
        with contextlib.suppress(OSError):
            return path.stat().st_size == size
    return found.storage is Storage.REFERENCE and not is_local(parse_record(found).uri or "")
