"""Annotated tags: a name for a commit with somebody's word on it."""

from typing import Annotated

import msgspec

from datum.errors import CorruptObjectError, RefNameError, UsageError
from datum.objects.codec import decode, encode
from datum.objects.ids import ObjectId
from datum.objects.kinds import ENCODING_VERSION, Kind
from datum.objects.store import ObjectReader, ObjectWriter
from datum.refs.commits import Identity
from datum.refs.names import full_name
from datum.refs.record import LATEST_TIME, MAX_OFFSET

__all__ = ["Tag", "peel", "read_tag", "write_tag"]

_MAX_DEPTH = 8


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """An annotated tag. The ref ``tags/NAME`` stands for it as it would for a commit."""

    target: ObjectId
    """A commit, or another annotated tag."""
    name: str
    """Without ``tags/``."""
    author: Identity
    time: int
    """Unix seconds."""
    offset: int
    """Minutes east of UTC where it was made."""
    message: str
    """Stored as given, but for white space at its end."""


class _Wire(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """The fixed positions of a tag."""

    kind: int
    version: int
    target: Annotated[bytes, msgspec.Meta(min_length=16, max_length=32)]
    name: str
    author: str
    email: str
    time: int
    offset: int
    message: str


def write_tag(writer: ObjectWriter, tag: Tag) -> ObjectId:
    """Store a tag and give its id.

    Raises:
        UsageError: A value is out of its range.
    """
    return writer.put(Kind.TAG, _encode(tag, writer.hasher.width))


def read_tag(reader: ObjectReader, oid: ObjectId) -> Tag:
    """The tag of that id.

    Raises:
        ObjectNotFoundError: The store has no such object.
        CorruptObjectError: It is no tag, or not in the only form that a tag has.
    """
    data = reader.get(oid)
    try:
        return _decode(data, reader.hasher.width)
    except CorruptObjectError as error:
        raise CorruptObjectError(error.reason, oid=oid.hex()) from error


def peel(reader: ObjectReader, oid: ObjectId) -> ObjectId | None:
    """The commit that a commit or a tag stands for; None for an object of another kind.

    Raises:
        ObjectNotFoundError: The store does not have it.
        CorruptObjectError: A tag is damaged, or tags follow one another for too long.
    """
    at = oid
    for _ in range(_MAX_DEPTH):
        kind = reader.kind(at)
        if kind is not Kind.TAG:
            return at if kind is Kind.COMMIT else None
        at = read_tag(reader, at).target
    raise CorruptObjectError(f"more than {_MAX_DEPTH} tags, one of the other", oid=oid.hex())


def _encode(tag: Tag, width: int) -> bytes:
    fault = _fault(tag, width)
    if fault:
        raise UsageError(f"the tag cannot be made: {fault}")
    author = tag.author
    return encode(
        [
            int(Kind.TAG),
            ENCODING_VERSION,
            tag.target,
            tag.name,
            author.name,
            author.email,
            tag.time,
            tag.offset,
            tag.message.rstrip(),
        ]
    )


def _decode(data: bytes, width: int) -> Tag:
    try:
        wire = msgspec.convert(decode(data), _Wire, builtin_types=(bytes,))
    except msgspec.ValidationError as error:
        raise CorruptObjectError(f"is not a tag: {error}") from error
    if (wire.kind, wire.version) != (Kind.TAG, ENCODING_VERSION):
        raise CorruptObjectError(f"is of kind {wire.kind}, version {wire.version}: not a tag")
    tag = Tag(
        target=ObjectId(wire.target),
        name=wire.name,
        author=Identity(wire.author, wire.email),
        time=wire.time,
        offset=wire.offset,
        message=wire.message,
    )
    fault = _fault(tag, width)
    if not fault and tag.message != tag.message.rstrip():
        fault = "its message ends in white space"
    if fault:
        raise CorruptObjectError(fault)
    return tag


def _fault(tag: Tag, width: int) -> str:
    """What is out of range, or an empty string."""
    if len(tag.target) != width:
        return f"its target has not {width} bytes"
    try:
        full_name("tags", tag.name)
    except RefNameError as error:
        return str(error)
    if not 0 <= tag.time <= LATEST_TIME or abs(tag.offset) > MAX_OFFSET:
        return f"time {tag.time} with offset {tag.offset} is out of range"
    return tag.author.fault()
