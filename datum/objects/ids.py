"""Object ids: the hash of a kind, an encoding version and the canonical bytes."""

import hashlib
from collections.abc import Callable
from typing import NewType, Protocol

import msgspec
import xxhash

from datum.errors import MissingExtraError, StoreVersionError
from datum.objects.kinds import ENCODING_VERSION, Kind

__all__ = ["DEFAULT_HASH", "BlobStream", "Hasher", "ObjectId", "hasher"]

ObjectId = NewType("ObjectId", bytes)
"""Raw digest: 16 bytes for xxh3-128, 32 for blake3 and sha256. Shown as ``oid.hex()``."""

DEFAULT_HASH = "xxh3-128"

_COPY_LIMIT = 1 << 16
"""Above this many bytes, hashing in two steps costs less than joining header and data."""

_HEADERS = {kind: bytes((kind, ENCODING_VERSION)) for kind in Kind}


class _Digester(Protocol):
    """The part of hashlib's interface that all three algorithms share."""

    def update(self, data: bytes, /) -> object: ...

    def digest(self) -> bytes: ...


class BlobStream:
    """The id of a medium, made piece by piece. Equal to ``object_id(Kind.BLOB, all of it)``."""

    def __init__(self, digester: _Digester) -> None:
        self._digester = digester
        digester.update(_HEADERS[Kind.BLOB])

    def update(self, data: bytes) -> None:
        """Take in the next bytes."""
        self._digester.update(data)

    def finish(self) -> ObjectId:
        """The id of everything taken in so far."""
        return ObjectId(self._digester.digest())


class Hasher(msgspec.Struct, frozen=True):
    """How a store makes its ids; one for each store, chosen when the store is made."""

    name: str
    """``xxh3-128``, ``blake3`` or ``sha256``."""
    width: int
    """Bytes of an id."""
    one_shot: Callable[[bytes], bytes]
    """The digest of bytes, without any header."""
    digester: Callable[[], _Digester]
    """A fresh incremental digest."""

    def object_id(self, kind: Kind, data: bytes) -> ObjectId:
        """The id of an object: digest of kind (1 byte), encoding version (1 byte) and *data*."""
        if len(data) <= _COPY_LIMIT:
            return ObjectId(self.one_shot(_HEADERS[kind] + data))
        digester = self.digester()
        digester.update(_HEADERS[kind])
        digester.update(data)
        return ObjectId(digester.digest())

    def blob_stream(self) -> BlobStream:
        """Start the id of a medium that is not all in memory."""
        return BlobStream(self.digester())


def hasher(name: str) -> Hasher:
    """The hasher of that name.

    Raises:
        StoreVersionError: the name is not one that this version knows.
        MissingExtraError: blake3 is asked for and not installed.
    """
    if name == "xxh3-128":
        return Hasher(name, 16, xxhash.xxh3_128_digest, xxhash.xxh3_128)
    if name == "sha256":
        return Hasher(name, 32, _sha256, hashlib.sha256)
    if name == "blake3":
        return _blake3()
    raise StoreVersionError(
        f"this version does not know the hash '{name}'",
        hint="known are xxh3-128, blake3 and sha256; a newer datum may know more",
    )


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _blake3() -> Hasher:
    try:
        import blake3  # an extra
    except ImportError as error:
        raise MissingExtraError("the hash 'blake3'", "blake3") from error

    def one_shot(data: bytes) -> bytes:
        return blake3.blake3(data).digest()

    return Hasher("blake3", 32, one_shot, blake3.blake3)
