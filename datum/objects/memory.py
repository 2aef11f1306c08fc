"""A store in memory: for tests of all that stands on a store, for pipes and for trying things."""

import hashlib
from collections.abc import KeysView, Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from datum.errors import (
    CorruptObjectError,
    HashCollisionError,
    MediaError,
    ObjectNotFoundError,
    UsageError,
)
from datum.objects.ids import DEFAULT_HASH, Hasher, ObjectId, hasher
from datum.objects.kinds import Kind
from datum.objects.rule import TreeRule
from datum.objects.store import FIND_LIMIT, Sealed, StoredBlob

__all__ = ["MemoryStore", "MemoryWriter"]

_CHUNK = 1 << 20
_HEX = frozenset("0123456789abcdef")

_Objects = dict[ObjectId, tuple[Kind, bytes]]
_References = dict[ObjectId, str]


class _Reading:
    """What store and writer share: reading from layers of objects, the first that has one."""

    def __init__(
        self,
        hash_: Hasher,
        rule: TreeRule,
        objects: Sequence[_Objects],
        references: Sequence[_References],
    ) -> None:
        self._hasher = hash_
        self._tree_rule = rule
        self._objects = objects
        self._references = references

    @property
    def hasher(self) -> Hasher:
        """How ids are made."""
        return self._hasher

    @property
    def tree_rule(self) -> TreeRule:
        """Where the nodes of trees end."""
        return self._tree_rule

    def get(self, oid: ObjectId) -> bytes:
        """The bytes of an object; see ``ObjectReader``."""
        for layer in self._objects:
            if oid in layer:
                return layer[oid][1]
        return self._read_reference(oid)

    def get_many(self, oids: Sequence[ObjectId]) -> list[bytes]:
        """The bytes of several objects."""
        return [self.get(oid) for oid in oids]

    def kind(self, oid: ObjectId) -> Kind:
        """The kind of an object."""
        for layer in self._objects:
            if oid in layer:
                return layer[oid][0]
        if _lookup(self._references, oid) is None:
            raise ObjectNotFoundError(oid.hex())
        return Kind.BLOB

    def has(self, oid: ObjectId) -> bool:
        """Whether the object is here, or referenced."""
        return any(oid in layer for layer in self._layers())

    def find(self, prefix: str) -> list[ObjectId]:
        """Ids that start so; this looks at every id."""
        wanted = prefix.lower()
        if not wanted or not set(wanted) <= _HEX:
            return []
        known = {oid for layer in self._layers() for oid in layer}
        return sorted(oid for oid in known if oid.hex().startswith(wanted))[:FIND_LIMIT]

    def read_media(self, oid: ObjectId) -> bytes:
        """The bytes of a medium."""
        if self.kind(oid) is not Kind.BLOB:
            raise CorruptObjectError("not a medium", oid=oid.hex())
        return self.get(oid)

    def media_path(self, oid: ObjectId) -> Path | None:
        """The file that a reference points to, if it is a local one that is there."""
        uri = _lookup(self._references, oid)
        path = None if uri is None else _local_path(uri)
        return path if path is not None and path.is_file() else None

    def _layers(self) -> tuple[KeysView[ObjectId], ...]:
        return (
            *(layer.keys() for layer in self._objects),
            *(layer.keys() for layer in self._references),
        )

    def _read_reference(self, oid: ObjectId) -> bytes:
        uri = _lookup(self._references, oid)
        if uri is None:
            raise ObjectNotFoundError(oid.hex())
        path = _local_path(uri)
        if path is None:
            raise MediaError("it is referenced there, where only local files can be read", path=uri)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise MediaError(f"referenced, and unreadable: {error.strerror}", path=uri) from error
        if self._hasher.object_id(Kind.BLOB, data) != oid:
            raise MediaError("has changed since it was referenced", path=uri)
        return data


class MemoryStore(_Reading):
    """A store whose objects live as long as it does. Keeps the promises of ``ObjectStore``.

    Args:
        hash_: How ids are made; xxh3-128 by default.
        rule: Where the nodes of trees end.
    """

    def __init__(self, hash_: Hasher | None = None, rule: TreeRule | None = None) -> None:
        self._held: _Objects = {}
        self._referenced: _References = {}
        super().__init__(
            hash_ or hasher(DEFAULT_HASH), rule or TreeRule(), (self._held,), (self._referenced,)
        )

    def __len__(self) -> int:
        """Number of objects held, references not counted."""
        return len(self._held)

    def writer(self) -> "MemoryWriter":
        """Begin a transaction; ``seal`` alone publishes it."""
        return MemoryWriter(self._hasher, self._tree_rule, self._held, self._referenced)


class MemoryWriter(_Reading):
    """A transaction on a ``MemoryStore``. Keeps the promises of ``ObjectWriter``."""

    def __init__(
        self, hash_: Hasher, rule: TreeRule, held: _Objects, referenced: _References
    ) -> None:
        self._new: _Objects = {}
        self._new_references: _References = {}
        self._sealed = False
        super().__init__(hash_, rule, (self._new, held), (self._new_references, referenced))

    def put(self, kind: Kind, data: bytes) -> ObjectId:
        """Add an object and give its id."""
        self._check_open()
        oid = self._hasher.object_id(kind, data)
        for layer in self._objects:
            if oid in layer:
                if layer[oid] != (kind, data):
                    raise HashCollisionError(oid.hex())
                return oid
        self._new[oid] = (kind, data)
        return oid

    def put_media(self, source: Path | bytes) -> StoredBlob:
        """Add a medium, from a file or from memory."""
        data = source if isinstance(source, bytes) else _read(source)
        oid = self.put(Kind.BLOB, data)
        return StoredBlob(oid, len(data), f"sha256:{hashlib.sha256(data).hexdigest()}")

    def put_reference(self, uri: str, source: Path) -> StoredBlob:
        """Record where a medium is; of several places the first is kept."""
        self._check_open()
        stream, digest, size = self._hasher.blob_stream(), hashlib.sha256(), 0
        try:
            with source.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    stream.update(chunk)
                    digest.update(chunk)
                    size += len(chunk)
        except OSError as error:
            raise MediaError(f"cannot be read: {error.strerror}", path=str(source)) from error
        oid = stream.finish()
        if not self.has(oid):
            self._new_references[oid] = uri
        return StoredBlob(oid, size, f"sha256:{digest.hexdigest()}")

    def seal(self) -> Sealed:
        """Publish what was put; a store in memory has no packs to name.

        Raises:
            HashCollisionError: another writer published other bytes under one of the ids
                meanwhile; then nothing of this writer is published.
        """
        self._check_open()
        held, referenced = self._objects[-1], self._references[-1]
        for oid, entry in self._new.items():
            if held.get(oid, entry) != entry:
                raise HashCollisionError(oid.hex())
        self._sealed = True
        held.update(self._new)
        for oid, uri in self._new_references.items():
            referenced.setdefault(oid, uri)
        return Sealed()

    def _check_open(self) -> None:
        if self._sealed:
            raise UsageError("this writer is sealed; begin another one")


def _lookup(layers: Sequence[Mapping[ObjectId, str]], oid: ObjectId) -> str | None:
    return next((layer[oid] for layer in layers if oid in layer), None)


def _local_path(uri: str) -> Path | None:
    """The local file that a path or a ``file:`` URI names; None for another scheme."""
    parts = urlsplit(uri) if "://" in uri or uri.startswith("file:") else None
    if parts is None:
        return Path(uri)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


def _read(source: Path) -> bytes:
    try:
        return source.read_bytes()
    except OSError as error:
        raise MediaError(f"cannot be read: {error.strerror}", path=str(source)) from error
