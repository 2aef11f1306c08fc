"""What a store can do, as protocols; ``MemoryStore`` and ``DiskStore`` keep the same promises."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from datum.objects.ids import Hasher, ObjectId
from datum.objects.kinds import Kind
from datum.objects.rule import TreeRule

__all__ = [
    "FIND_LIMIT",
    "MediaReader",
    "ObjectReader",
    "ObjectStore",
    "ObjectWriter",
    "Sealed",
    "StoredBlob",
]

FIND_LIMIT = 20
"""``find`` stops after this many ids: enough to say that a prefix is ambiguous."""


class StoredBlob(msgspec.Struct, frozen=True):
    """A medium that the store holds, or references."""

    oid: ObjectId
    size: int
    """In bytes."""
    digest: str
    """Cryptographic digest of the bytes alone: ``sha256:`` and hexadecimal digits."""


class Sealed(msgspec.Struct, frozen=True):
    """What a writer made durable, for the record in the operation log that publishes it."""

    packs: tuple[str, ...] = ()
    """Digests of the packs written."""
    inline: bytes | None = None
    """A pack small enough to travel in the log record itself."""


class ObjectReader(Protocol):
    """Reading objects by id. An object once read is immutable and may be cached for ever."""

    @property
    def hasher(self) -> Hasher:
        """How the ids of this store are made."""
        ...

    @property
    def tree_rule(self) -> TreeRule:
        """Where the nodes of this store's trees end."""
        ...

    def get(self, oid: ObjectId) -> bytes:
        """The canonical bytes of an object, verified against its id; media are objects too.

        Raises:
            ObjectNotFoundError: the store has no such object.
            CorruptObjectError: the bytes do not match the id.
        """
        ...

    def get_many(self, oids: Sequence[ObjectId]) -> list[bytes]:
        """Like ``get`` for each of *oids*, in their order, as one batch. Repeats are allowed."""
        ...

    def kind(self, oid: ObjectId) -> Kind:
        """The kind of an object.

        Raises:
            ObjectNotFoundError: the store has no such object.
        """
        ...

    def has(self, oid: ObjectId) -> bool:
        """Whether the store has the object."""
        ...

    def find(self, prefix: str) -> list[ObjectId]:
        """Ids whose hexadecimal form starts with *prefix*, ascending, at most ``FIND_LIMIT``.

        The case of letters does not matter. Text that is empty or not hexadecimal finds nothing.
        """
        ...


class MediaReader(Protocol):
    """Reading media, wherever their bytes are."""

    def read_media(self, oid: ObjectId) -> bytes:
        """The bytes of a medium, verified against its id.

        Raises:
            ObjectNotFoundError: the store neither holds nor references it.
            CorruptObjectError: the bytes held do not match the id.
            MediaError: it is a reference, and what it points to is absent or has changed.
        """
        ...

    def media_path(self, oid: ObjectId) -> Path | None:
        """A local file with exactly the bytes of the medium, to copy or reflink from, if any.

        Callers must not change that file. Its bytes are not verified here.
        """
        ...


class ObjectWriter(ObjectReader, MediaReader, Protocol):
    """A transaction: it reads what it put; others see nothing before ``seal`` and publication."""

    def put(self, kind: Kind, data: bytes) -> ObjectId:
        """Add an object and give its id. An object that is there already costs nothing.

        Raises:
            HashCollisionError: other bytes are stored under that id; they are kept.
            UsageError: the writer is sealed.
        """
        ...

    def put_media(self, source: Path | bytes) -> StoredBlob:
        """Add a medium, from a file or from memory.

        Raises:
            HashCollisionError: other bytes are stored under that id; they are kept.
            MediaError: the file cannot be read.
            UsageError: the writer is sealed.
        """
        ...

    def put_reference(self, uri: str, source: Path) -> StoredBlob:
        """Record where a medium is, with its size and digest, and copy nothing.

        Args:
            uri: Where to read it later: a path, a ``file:`` URI, or one of another scheme.
            source: A local file with the bytes, to hash now.

        Raises:
            MediaError: the file cannot be read.
            UsageError: the writer is sealed.
        """
        ...

    def seal(self) -> Sealed:
        """Make everything that was put durable, and end the writer; it can still be read from."""
        ...


class ObjectStore(ObjectReader, MediaReader, Protocol):
    """A store; any number of writers may be open at once."""

    def writer(self) -> ObjectWriter:
        """Begin a transaction. One that is never sealed leaves nothing that is visible."""
        ...
