"""Media that are not inside packs: files of their own, and references to files elsewhere.

In a pack stands a small record for each of them: a canonical array of version, size and SHA-256,
and for a reference the URI too.
"""

import contextlib
import hashlib
import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

from datum.advice import system_advice
from datum.errors import CorruptObjectError, MediaError, StoreError, UsageError
from datum.objects.codec import decode, encode
from datum.objects.copying import CHUNK, clone, write_all
from datum.objects.frames import Entry, Storage
from datum.objects.ids import BlobStream, Hasher, ObjectId

__all__ = [
    "BLOB_LIMIT",
    "MediaRecord",
    "blob_name",
    "check_uri",
    "digest_of",
    "encode_record",
    "hash_file",
    "is_local",
    "local_path",
    "parse_record",
    "read_source",
    "take_in",
]

BLOB_LIMIT = 1 << 20
"""A medium of more bytes than this is a file of its own."""

_VERSION = 1
_SHA256 = 32
_FIELDS = {Storage.FILE: 3, Storage.REFERENCE: 4}


class MediaRecord(msgspec.Struct, frozen=True):
    """What stands in a pack for a medium whose bytes are elsewhere."""

    size: int
    """In bytes."""
    sha256: bytes
    uri: str | None = None
    """Where a reference points to; None for a file of the store."""

    @property
    def digest(self) -> str:
        """As ``StoredBlob`` has it."""
        return f"sha256:{self.sha256.hex()}"


def blob_name(oid: ObjectId) -> str:
    """Name of a medium's own file in its store."""
    text = oid.hex()
    return f"blobs/{text[:2]}/{text}"


def digest_of(data: bytes) -> str:
    """Cryptographic digest of a medium in memory."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def encode_record(record: MediaRecord) -> bytes:
    """The record as it stands in a pack."""
    fields: list[int | bytes | str] = [_VERSION, record.size, record.sha256]
    return encode([*fields, record.uri] if record.uri is not None else [*fields])


def parse_record(entry: Entry) -> MediaRecord:
    """The record in an entry that is not the bytes themselves.

    Raises:
        CorruptObjectError: it is not one.
    """
    match decode(entry.data):
        case [int(version), int(size), bytes(sha256), *rest] if (
            version == _VERSION and size >= 0 and len(sha256) == _SHA256
        ):
            uri = rest[0] if rest else None
            expected = _FIELDS.get(entry.storage)
            if 3 + len(rest) == expected and (uri is None or isinstance(uri, str)):
                return MediaRecord(size, sha256, uri)
    raise CorruptObjectError("malformed record of a medium", oid=entry.oid.hex())


def read_source(source: Path) -> bytes | None:
    """The bytes of a file to take in, None if they are too many for a pack.

    Raises:
        MediaError: it cannot be read.
    """
    try:
        with source.open("rb") as file:
            data = file.read(BLOB_LIMIT + 1)
    except OSError as error:
        raise _unreadable(source, error) from error
    return data if len(data) <= BLOB_LIMIT else None


def take_in(source: Path, temporary: Path, hasher: Hasher) -> tuple[ObjectId, MediaRecord]:
    """Copy a file to *temporary* and hash the copy, in one pass where extents cannot be shared.

    Raises:
        MediaError: it cannot be read.
        StoreError: the copy cannot be written.
    """
    try:
        reading = os.open(source, os.O_RDONLY)
    except OSError as error:
        raise _unreadable(source, error) from error
    try:
        writing = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            if clone(reading, writing):
                return _hash(writing, hasher, -1)
            return _hash(reading, hasher, writing)
        finally:
            os.close(writing)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise StoreError(
            f"{source}: cannot be copied: {error.strerror}", hint=system_advice(error)
        ) from error
    finally:
        os.close(reading)


def hash_file(source: Path, hasher: Hasher) -> tuple[ObjectId, MediaRecord]:
    """Id, size and digest of a file, read in pieces.

    Raises:
        MediaError: it cannot be read.
    """
    try:
        reading = os.open(source, os.O_RDONLY)
        try:
            return _hash(reading, hasher, -1)
        finally:
            os.close(reading)
    except OSError as error:
        raise _unreadable(source, error) from error


def is_local(uri: str) -> bool:
    """Whether a reference points to a file, and not to another kind of place."""
    return "://" not in uri or uri.startswith("file:")


def local_path(uri: str) -> Path:
    """The file that a reference points to.

    Raises:
        MediaError: the reference does not point to a file of this machine.
    """
    if is_local(uri) and not uri.startswith("file:"):
        return Path(uri)
    parts = urlsplit(uri)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        raise MediaError(f"no way to read {parts.scheme or 'such'} references here", path=uri)
    return Path(unquote(parts.path))


def check_uri(uri: str) -> None:
    """See that a reference will mean the same to everyone who reads it.

    Raises:
        UsageError: it is empty or a relative path.
    """
    if not uri or (
        "://" not in uri and not uri.startswith("file:") and not Path(uri).is_absolute()
    ):
        raise UsageError(f"'{uri}' is a relative path; a reference needs an absolute one")


def _hash(reading: int, hasher: Hasher, writing: int) -> tuple[ObjectId, MediaRecord]:
    """Hash an open file from its start, writing what was read if *writing* is an open file."""
    stream: BlobStream = hasher.blob_stream()
    digester = hashlib.sha256()
    size = 0
    while chunk := os.read(reading, CHUNK):
        stream.update(chunk)
        digester.update(chunk)
        size += len(chunk)
        if writing >= 0:
            write_all(writing, chunk)
    return stream.finish(), MediaRecord(size, digester.digest())


def _unreadable(source: Path, error: OSError) -> MediaError:
    return MediaError(f"cannot be read: {error.strerror}", path=str(source))
