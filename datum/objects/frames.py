"""Frames: runs of whole objects inside a pack, each of which can be found and checked by itself.

A frame is a header and the stored bytes; the stored bytes, decoded, are entries one after another.
``docs/on-disk-format/packs-and-store.md`` gives the bytes.
"""

import enum
import struct
from collections.abc import Iterator

import msgspec
import xxhash
from backports import zstd

from datum.errors import CorruptObjectError, UsageError
from datum.objects.ids import ObjectId
from datum.objects.kinds import Kind

__all__ = [
    "FRAME_HEADER",
    "FRAME_MAGIC",
    "FRAME_TARGET",
    "Codec",
    "Entry",
    "FrameBuilder",
    "FrameHeader",
    "Storage",
    "decode_frame",
    "entries",
    "entry_at",
    "parse_header",
]

FRAME_MAGIC = b"\xdaFRM"
FRAME_TARGET = 1 << 16
"""A frame is closed when its decoded bytes reach this; an object is never split."""

_LIMIT = 1 << 30
"""No frame decodes to more bytes than this."""
_LEVEL = 3

_HEADER = struct.Struct("<4sB3xIIIQ")
_CHECKED = 20
"""Bytes of the header under the checksum: all before it."""
_ENTRY = struct.Struct("<BBI")

FRAME_HEADER = _HEADER.size


class Codec(enum.IntEnum):
    """How the entries of a frame are stored."""

    NONE = 0
    ZSTD = 1


class Storage(enum.IntEnum):
    """The flags of an entry: what its data is."""

    BYTES = 0
    """The object itself."""
    REFERENCE = 1
    """Record of a medium outside the store."""
    FILE = 2
    """Record of a medium in a file of its own, under ``blobs/``."""


class Entry(msgspec.Struct, frozen=True):
    """One object in a decoded frame."""

    oid: ObjectId
    kind: Kind
    storage: Storage
    position: int
    """Where the entry starts in the decoded frame."""
    data: bytes
    """The object, or the record that stands for it."""


class FrameHeader(msgspec.Struct, frozen=True):
    """The fixed start of a frame. Lengths are in bytes."""

    codec: Codec
    stored: int
    raw: int
    count: int
    checksum: int


class FrameBuilder:
    """Collects entries and gives frames."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self._compressor = zstd.ZstdCompressor(_LEVEL) if codec is Codec.ZSTD else None
        self._raw = bytearray()
        self._count = 0

    @property
    def full(self) -> bool:
        """Whether the frame has reached its size."""
        return len(self._raw) >= FRAME_TARGET

    def add(self, oid: ObjectId, kind: Kind, storage: Storage, data: bytes) -> int:
        """Add an entry and give its position in the decoded frame."""
        position = len(self._raw)
        if position + _ENTRY.size + len(oid) + len(data) > _LIMIT:
            raise UsageError(f"an object of {len(data)} bytes is too large for a pack")
        self._raw += _ENTRY.pack(kind, storage, len(data))
        self._raw += oid
        self._raw += data
        self._count += 1
        return position

    def take(self) -> bytes:
        """The frame so far, header included; the next one starts empty."""
        raw, count = bytes(self._raw), self._count
        self._raw, self._count = bytearray(), 0
        codec, stored = Codec.NONE, raw
        if self._compressor is not None:
            packed = self._compressor.compress(raw, zstd.ZstdCompressor.FLUSH_FRAME)
            if len(packed) < len(raw):
                codec, stored = Codec.ZSTD, packed
        start = _HEADER.pack(FRAME_MAGIC, codec, len(stored), len(raw), count, 0)[:_CHECKED]
        return b"".join((start, struct.pack("<Q", _checksum(start, stored)), stored))


def parse_header(data: bytes) -> FrameHeader:
    """The header of a frame, not yet checked against what follows it.

    Raises:
        CorruptObjectError: it is not one.
    """
    if len(data) < FRAME_HEADER:
        raise CorruptObjectError("frame is cut off in its header")
    magic, codec, stored, raw, count, checksum = _HEADER.unpack_from(data)
    if magic != FRAME_MAGIC:
        raise CorruptObjectError("no frame here")
    if codec not in Codec.__members__.values():
        raise CorruptObjectError(f"frame of unknown codec {codec}")
    if raw > _LIMIT or stored > raw or (codec == Codec.NONE and stored != raw):
        raise CorruptObjectError("frame of impossible lengths")
    return FrameHeader(Codec(codec), stored, raw, count, checksum)


def decode_frame(header: FrameHeader, data: bytes) -> bytes:
    """The entries of a frame, from all its bytes, header included.

    Raises:
        CorruptObjectError: the frame is cut off or does not match its checksum.
    """
    stored = data[FRAME_HEADER : FRAME_HEADER + header.stored]
    if len(stored) != header.stored:
        raise CorruptObjectError("frame is cut off")
    if _checksum(data[:_CHECKED], stored) != header.checksum:
        raise CorruptObjectError("frame does not match its checksum")
    if header.codec is Codec.NONE:
        return stored
    try:
        decoder = zstd.ZstdDecompressor()
        raw = decoder.decompress(stored, header.raw + 1)
    except zstd.ZstdError as error:
        raise CorruptObjectError(f"frame does not decompress: {error}") from error
    if len(raw) != header.raw or not decoder.eof or decoder.unused_data:
        raise CorruptObjectError("frame decompresses to another length")
    return raw


def entry_at(raw: bytes, position: int, width: int) -> Entry:
    """The entry at a position of a decoded frame; *width* is the bytes of an id.

    Raises:
        CorruptObjectError: there is no whole entry at that position.
    """
    start = position + _ENTRY.size + width
    if not 0 <= position <= len(raw) - _ENTRY.size - width:
        raise CorruptObjectError("frame has no entry at that position")
    kind, storage, length = _ENTRY.unpack_from(raw, position)
    if kind not in _KINDS or storage not in _STORAGES or start + length > len(raw):
        raise CorruptObjectError("frame has a malformed entry")
    oid = ObjectId(raw[position + _ENTRY.size : start])
    return Entry(oid, _KINDS[kind], _STORAGES[storage], position, raw[start : start + length])


def entries(raw: bytes, width: int) -> Iterator[Entry]:
    """All entries of a decoded frame, in order.

    Raises:
        CorruptObjectError: the bytes are not a run of whole entries.
    """
    position = 0
    while position < len(raw):
        entry = entry_at(raw, position, width)
        yield entry
        position += _ENTRY.size + width + len(entry.data)


_KINDS = {int(kind): kind for kind in Kind}
_STORAGES = {int(storage): storage for storage in Storage}


def _checksum(start: bytes, stored: bytes) -> int:
    digester = xxhash.xxh3_64(start)
    digester.update(stored)
    return digester.intdigest()
