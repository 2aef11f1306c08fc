"""Packs: many objects in one immutable file, named by the cryptographic digest of its bytes.

A pack is a header, frames, and a footer: the sorted table of ids. The footer can be made again
from the frames. ``docs/on-disk-format/packs-and-store.md`` gives the bytes.
"""

import hashlib
import re
import struct
from collections.abc import Callable, Iterator

import msgspec

from datum.errors import CorruptObjectError, StoreVersionError
from datum.objects.copying import CHUNK
from datum.objects.frames import (
    FRAME_HEADER,
    FRAME_MAGIC,
    Codec,
    Entry,
    FrameBuilder,
    Storage,
    decode_frame,
    entries,
    parse_header,
)
from datum.objects.ids import ObjectId
from datum.objects.kinds import Kind
from datum.objects.spool import Spool

__all__ = [
    "PACK_HEADER",
    "PACK_TARGET",
    "Damage",
    "Frame",
    "PackBuilder",
    "Place",
    "ReadBytes",
    "Scan",
    "Table",
    "check_digest",
    "footer",
    "gone_name",
    "pack_digest",
    "pack_name",
    "parse_place",
    "read_frame",
    "read_table",
    "read_width",
    "record",
    "scan",
    "slices",
    "sound_table",
    "walk",
]

PACK_TARGET = 64 << 20
"""A pack is closed when it reaches this many bytes."""

_MAGIC = b"\x89DPACK\r\n"
_VERSION = 1
_HEADER = struct.Struct("<8sBB6x")
_TABLE_MAGIC = b"\xdaFTR"
_TABLE_START = struct.Struct("<4sI")
_TAIL = struct.Struct("<32sQ8s")
_END = b"DPACKEND"
_PLACE = struct.Struct(">IIIBB")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_GUESS = 1 << 15
"""Read with the header of a frame, so that most frames take one call."""

PACK_HEADER = _HEADER.size

ReadBytes = Callable[[int, int], bytes]
"""Read from an offset at most so many bytes; fewer where the pack ends."""


class Place(msgspec.Struct, frozen=True):
    """Where an object is in its pack. Big-endian and in this order in tables and the index."""

    frame: int
    """Offset of the frame's header in the pack, in bytes."""
    position: int
    """Of the entry in the decoded frame."""
    length: int
    """Of the entry's data, in bytes."""
    kind: int
    storage: int


class Table(msgspec.Struct, frozen=True):
    """The sorted table of a pack: records of an id and a place. Of equal ids, the last counts."""

    width: int
    """Bytes of an id."""
    data: bytes

    def __len__(self) -> int:
        """How many records there are."""
        return len(self.data) // (self.width + _PLACE.size)

    def records(self) -> Iterator[tuple[ObjectId, bytes]]:
        """Each id and its encoded place, ascending."""
        width, step = self.width, self.width + _PLACE.size
        for start in range(0, len(self.data), step):
            yield (
                ObjectId(self.data[start : start + width]),
                self.data[start + width : start + step],
            )


class Frame(msgspec.Struct, frozen=True):
    """A sound frame of a pack. Offset and length are in bytes, the header included."""

    offset: int
    length: int
    entries: list[Entry]


class Damage(msgspec.Struct, frozen=True):
    """A stretch of a pack that is not a good frame. Offsets and lengths are in bytes."""

    start: int
    length: int
    reason: str


class Scan(msgspec.Struct, frozen=True):
    """What reading all frames of a pack found, without using its footer."""

    table: Table
    damage: tuple[Damage, ...]
    end: int
    """Where the frames end."""


class PackBuilder:
    """Writes one pack, frame by frame. What was written can be read back at once."""

    def __init__(self, spool: Spool, width: int, codec: Codec) -> None:
        self._spool = spool
        self._width = width
        self._builder = FrameBuilder(codec)
        self._records: list[bytes] = []
        self._open: list[tuple[ObjectId, bytes]] = []
        self._digest = hashlib.sha256()
        self._write(_HEADER.pack(_MAGIC, _VERSION, width))

    @property
    def full(self) -> bool:
        """Whether the pack has reached its size."""
        return self._spool.size >= PACK_TARGET

    def add(
        self, oid: ObjectId, kind: Kind, storage: Storage, data: bytes
    ) -> list[tuple[ObjectId, bytes]]:
        """Add an object; gives the encoded places of all objects whose frame this one closed."""
        position = self._builder.add(oid, kind, storage, data)
        self._open.append((oid, _PLACE.pack(self._spool.size, position, len(data), kind, storage)))
        return self.flush() if self._builder.full else []

    def flush(self) -> list[tuple[ObjectId, bytes]]:
        """Close the open frame and give the encoded places of its objects."""
        if not self._open:
            return []
        placed, self._open = self._open, []
        self._write(self._builder.take())
        self._records += [oid + place for oid, place in placed]
        return placed

    def finish(self) -> tuple[str, list[tuple[ObjectId, bytes]]]:
        """Write the footer; gives the pack's digest and the encoded places of the last frame."""
        placed = self.flush()
        offset = self._spool.size
        self._write(_footer(b"".join(sorted(self._records)), len(self._records), offset))
        self._records = []
        return self._digest.hexdigest(), placed

    def _write(self, data: bytes) -> None:
        self._digest.update(data)
        self._spool.write(data)


def pack_name(digest: str) -> str:
    """Name of a pack in its store."""
    return f"packs/{digest[:2]}/{digest}.pack"


def pack_digest(read: ReadBytes) -> str:
    """The digest of the bytes of a pack, which has to be its name."""
    digester = hashlib.sha256()
    start = 0
    while data := read(start, CHUNK):
        digester.update(data)
        start += len(data)
    return digester.hexdigest()


def gone_name(digest: str) -> str:
    """Name of the empty file that says that a pack was removed on purpose."""
    return f"packs/{digest[:2]}/{digest}.gone"


def check_digest(text: str) -> None:
    """See that a text can be the digest of a pack: 64 hexadecimal digits, lower case.

    Raises:
        CorruptObjectError: it cannot.
    """
    if not _DIGEST.fullmatch(text):
        raise CorruptObjectError(f"'{text}' is not the digest of a pack")


def parse_place(data: bytes) -> Place:
    """The place at the start of *data*, as tables and the index have it."""
    return Place(*_PLACE.unpack_from(data))


def read_width(read: ReadBytes) -> int:
    """Check the header of a pack and give the bytes of its ids.

    Raises:
        CorruptObjectError: it is not a pack.
        StoreVersionError: it is one of a version that this datum does not know.
    """
    data = read(0, PACK_HEADER)
    if len(data) < PACK_HEADER:
        raise CorruptObjectError("pack is cut off in its header")
    magic, version, width = _HEADER.unpack(data)
    if magic != _MAGIC:
        raise CorruptObjectError("not a pack")
    if version != _VERSION:
        raise StoreVersionError(f"this version does not know packs of version {version}")
    return int(width)


def read_table(read: ReadBytes, size: int, width: int) -> Table:
    """The table in the footer of a pack of *size* bytes.

    Raises:
        CorruptObjectError: the footer is absent, cut off or damaged; see ``scan``.
    """
    if read_width(read) != width:
        raise CorruptObjectError("pack of another hash")
    tail = read(max(size - _TAIL.size, 0), _TAIL.size)
    if len(tail) < _TAIL.size:
        raise CorruptObjectError("pack is cut off in its footer")
    digest, offset, end = _TAIL.unpack(tail)
    if end != _END or not PACK_HEADER <= offset <= size - _TAIL.size - _TABLE_START.size:
        raise CorruptObjectError("pack has no footer")
    data = read(offset, size - _TAIL.size - offset)
    magic, count = _TABLE_START.unpack_from(data.ljust(_TABLE_START.size))
    if magic != _TABLE_MAGIC or len(data) != _TABLE_START.size + count * (width + _PLACE.size):
        raise CorruptObjectError("pack has a malformed footer")
    if hashlib.sha256(data).digest() != digest:
        raise CorruptObjectError("footer of the pack does not match its digest")
    return Table(width, data[_TABLE_START.size :])


def read_frame(read: ReadBytes, offset: int) -> tuple[int, bytes]:
    """Length of the frame at *offset*, header included, and its decoded entries.

    Raises:
        CorruptObjectError: there is no whole and sound frame.
    """
    data = read(offset, _GUESS)
    header = parse_header(data)
    length = FRAME_HEADER + header.stored
    if len(data) < length:
        data += read(offset + len(data), length - len(data))
    return length, decode_frame(header, data)


def walk(read: ReadBytes, size: int, width: int) -> Iterator[Frame | Damage]:
    """The frames of a pack in order, and the damage between them, without using the footer."""
    offset = PACK_HEADER
    while offset < size:
        try:
            length, raw = read_frame(read, offset)
            yield Frame(offset, length, list(entries(raw, width)))
        except CorruptObjectError as error:
            if read(offset, len(_TABLE_MAGIC)) == _TABLE_MAGIC:
                return
            length = _next_magic(read, offset + 1, size) - offset
            yield Damage(offset, length, error.reason)
        offset += length


def scan(read: ReadBytes, size: int, width: int) -> Scan:
    """Make the table of a pack from its sound frames, skipping damage."""
    records: list[bytes] = []
    damage: list[Damage] = []
    end = PACK_HEADER
    for part in walk(read, size, width):
        if isinstance(part, Damage):
            damage.append(part)
            continue
        end = part.offset + part.length
        records += [record(part.offset, entry) for entry in part.entries]
    return Scan(Table(width, b"".join(sorted(records))), tuple(damage), end)


def record(offset: int, entry: Entry) -> bytes:
    """What stands in the table for an entry of the frame at *offset*."""
    length = len(entry.data)
    return entry.oid + _PLACE.pack(offset, entry.position, length, entry.kind, entry.storage)


def footer(table: Table, end: int) -> bytes:
    """The footer of a pack whose frames end at *end*."""
    return _footer(table.data, len(table), end)


def sound_table(read: ReadBytes, size: int, width: int) -> Table:
    """The table of a pack, from the footer, or from its sound frames if the footer is damaged."""
    try:
        return read_table(read, size, width)
    except CorruptObjectError:
        return scan(read, size, width).table


def slices(data: bytes) -> ReadBytes:
    """How to read a pack that is in memory."""
    return lambda start, length: data[start : start + length]


def _next_magic(read: ReadBytes, start: int, size: int) -> int:
    """Offset of the next frame or footer, *size* if there is none."""
    step, overlap = 1 << 20, len(FRAME_MAGIC) - 1
    while start < size:
        data = read(start, step)
        hits = [data.find(magic) for magic in (FRAME_MAGIC, _TABLE_MAGIC)]
        hits = [hit for hit in hits if hit >= 0]
        if hits:
            return start + min(hits)
        if len(data) <= overlap:
            break
        start += len(data) - overlap
    return size


def _footer(records: bytes, count: int, offset: int) -> bytes:
    table = _TABLE_START.pack(_TABLE_MAGIC, count) + records
    return table + _TAIL.pack(hashlib.sha256(table).digest(), offset, _END)
