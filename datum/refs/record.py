"""One record of the operation log, and its bytes.

A file is the magic, the SHA-256 of the payload, the payload: a canonical msgpack array.
``docs/on-disk-format/log-and-refs.md`` is the specification.
"""

import hashlib
import re
from itertools import pairwise
from typing import Annotated

import msgspec

from datum.errors import (
    CorruptObjectError,
    RefNameError,
    StoreVersionError,
    UsageError,
)
from datum.objects.codec import decode, encode
from datum.objects.ids import ObjectId
from datum.refs.names import check_ref_name

__all__ = [
    "DIGEST_BYTES",
    "FIRST_PREVIOUS",
    "LATEST_TIME",
    "MAX_OFFSET",
    "NONCE_BYTES",
    "Record",
    "RefMove",
    "decode_damaged",
    "decode_record",
    "encode_record",
    "is_whole",
    "record_digest",
]

DIGEST_BYTES = 32
NONCE_BYTES = 16
FIRST_PREVIOUS = bytes(DIGEST_BYTES)
"""What record 0 has in place of the digest of a record before it."""
LATEST_TIME = 253_402_300_799
"""The last second of the year 9999: every time can be shown."""
MAX_OFFSET = 24 * 60 - 1
"""Minutes that a time zone can be away from UTC, either way."""

_MAGIC = b"datumlog"
_VERSION = 1
_HEADER = len(_MAGIC) + DIGEST_BYTES
_DIGEST = re.compile(r"[0-9a-f]{32,128}\Z")  # becomes part of a path, so nothing else will do


class RefMove(msgspec.Struct, frozen=True):
    """A ref goes from one commit to another; None is where it does not exist."""

    ref: str
    old: ObjectId | None
    new: ObjectId | None


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One operation: who did what when, and which refs it moved."""

    number: int
    """The first record is 0; there are no gaps."""
    previous: bytes
    """SHA-256 of the whole file of record ``number - 1``; zeros for record 0."""
    who: str
    """``Name <email>``."""
    time: int
    """Unix seconds, by the clock of who wrote it."""
    offset: int
    """Minutes east of UTC where it was written."""
    command: str
    """The command line as it was typed."""
    moves: tuple[RefMove, ...]
    """By name of the ref, each ref at most once, each with a difference."""
    packs: tuple[str, ...] = ()
    """Digests of the packs that it makes part of the store."""
    inline: bytes | None = None
    """A small pack that travels here."""
    nonce: bytes
    """Random; tells two otherwise equal attempts apart."""
    undoes: int | None = None
    """The number of the record that this one undoes."""
    redoes: int | None = None
    """The number of the record that this one does again."""


_Id = Annotated[bytes, msgspec.Meta(min_length=16, max_length=32)] | None


class _Wire(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """The payload's fixed positions."""

    version: int
    number: Annotated[int, msgspec.Meta(ge=0)]
    previous: bytes
    who: str
    time: int
    offset: int
    command: str
    moves: list[tuple[str, _Id, _Id]]
    packs: list[str]
    inline: bytes | None
    nonce: bytes
    undoes: int | None
    redoes: int | None


def record_digest(data: bytes) -> bytes:
    """What the next record holds as ``previous``: SHA-256 of the whole file."""
    return hashlib.sha256(data).digest()


def is_whole(data: bytes) -> bool:
    """Whether the bytes are a record's file with nothing missing or altered."""
    checksum, payload = data[len(_MAGIC) : _HEADER], data[_HEADER:]
    return data.startswith(_MAGIC) and hashlib.sha256(payload).digest() == checksum


def encode_record(record: Record) -> bytes:
    """The whole file of a record.

    Raises:
        UsageError: A value is out of its range.
    """
    fault = _fault(record)
    if fault:
        raise UsageError(f"the operation cannot be recorded: {fault}")
    payload = encode(
        [
            _VERSION,
            record.number,
            record.previous,
            record.who,
            record.time,
            record.offset,
            record.command,
            [[move.ref, move.old, move.new] for move in record.moves],
            list(record.packs),
            record.inline,
            record.nonce,
            record.undoes,
            record.redoes,
        ]
    )
    return _MAGIC + hashlib.sha256(payload).digest() + payload


def decode_record(data: bytes, *, path: str) -> Record:
    """The record in a file's bytes, accepted only in the form that ``encode_record`` gives.

    Args:
        data: The whole file.
        path: Its name, for errors.

    Raises:
        CorruptObjectError: Torn, altered, or not a record.
        StoreVersionError: A newer datum wrote it.
    """
    if not is_whole(data):
        raise CorruptObjectError("is not a record of the operation log, or is torn", path=path)
    return decode_damaged(data, path=path)


def decode_damaged(data: bytes, *, path: str) -> Record:
    """The same without the checksum: what the bytes seem to say, for repairs.

    Raises:
        CorruptObjectError: They say nothing that could be a record.
        StoreVersionError: A newer datum wrote it.
    """
    record = _from_payload(data[_HEADER:], path)
    fault = _fault(record)
    if fault:
        raise CorruptObjectError(fault, path=path)
    return record


def _from_payload(payload: bytes, path: str) -> Record:
    """The record, its shape checked, its values not yet."""
    try:
        value = decode(payload)
    except CorruptObjectError as error:
        raise CorruptObjectError(error.reason, path=path) from error
    version = value[0] if isinstance(value, list) and value else None
    if isinstance(version, int) and version > _VERSION:
        raise StoreVersionError(
            f"{path}: record of version {version}; this datum knows {_VERSION}",
            hint="use a newer datum",
        )
    try:
        wire = msgspec.convert(value, _Wire, builtin_types=(bytes,))
    except msgspec.ValidationError as error:
        raise CorruptObjectError(f"is not a record: {error}", path=path) from error
    if wire.version != _VERSION:
        raise CorruptObjectError(f"is not a record: version {wire.version}", path=path)
    return Record(
        number=wire.number,
        previous=wire.previous,
        who=wire.who,
        time=wire.time,
        offset=wire.offset,
        command=wire.command,
        moves=tuple(RefMove(ref, _oid(old), _oid(new)) for ref, old, new in wire.moves),
        packs=tuple(wire.packs),
        inline=wire.inline,
        nonce=wire.nonce,
        undoes=wire.undoes,
        redoes=wire.redoes,
    )


def _oid(value: bytes | None) -> ObjectId | None:
    return None if value is None else ObjectId(value)


def _fault(record: Record) -> str:
    """What is out of range, or an empty string."""
    if len(record.previous) != DIGEST_BYTES or len(record.nonce) != NONCE_BYTES:
        return f"the digest has {DIGEST_BYTES} bytes, the nonce {NONCE_BYTES}"
    if (record.previous == FIRST_PREVIOUS) != (record.number == 0):
        return "the first record, and no other, has no record before it"
    if not 0 <= record.time <= LATEST_TIME or abs(record.offset) > MAX_OFFSET:
        return f"time {record.time} with offset {record.offset} is out of range"
    if not record.who or not record.who.isprintable():
        return f"{record.who!a} is not one line that says who"
    if not all(_DIGEST.match(pack) for pack in record.packs):
        return "a pack is not named by the hexadecimal digits of a digest"
    return _fault_of_origin(record) or _fault_of_moves(record.moves)


def _fault_of_origin(record: Record) -> str:
    """What is wrong with the operation that it refers to, or an empty string."""
    if record.undoes is not None and record.redoes is not None:
        return "a record undoes or does again, not both"
    other = record.redoes if record.undoes is None else record.undoes
    if other is not None and not 0 <= other < record.number:
        return f"it refers to record {other}, which is not before it"
    return ""


def _fault_of_moves(moves: tuple[RefMove, ...]) -> str:
    """What is wrong with the moves, or an empty string."""
    for move in moves:
        try:
            check_ref_name(move.ref)
        except RefNameError as error:
            return str(error)
        if move.old == move.new:
            return f"{move.ref} goes from a commit to the same"
    for one, two in pairwise(moves):
        if one.ref >= two.ref:
            return f"{two.ref} comes twice, or out of order"
    return ""
