"""Commits and annotated tags: values, their canonical bytes, and the way through their history."""

from collections.abc import Callable, Iterable, Iterator
from typing import Annotated

import msgspec

from datum.errors import CorruptObjectError, UsageError
from datum.objects.codec import decode, encode
from datum.objects.ids import ObjectId
from datum.objects.kinds import ENCODING_VERSION, Kind
from datum.objects.store import ObjectReader, ObjectWriter
from datum.refs import history
from datum.refs.record import LATEST_TIME, MAX_OFFSET

__all__ = [
    "Commit",
    "Identity",
    "first_parents",
    "is_ancestor",
    "merge_base",
    "read_commit",
    "walk",
    "write_commit",
]


class Identity(msgspec.Struct, frozen=True):
    """Who did something."""

    name: str
    email: str

    def __str__(self) -> str:
        """``Name <email>``, as the operation log has it."""
        return f"{self.name} <{self.email}>"

    def fault(self) -> str:
        """Why this cannot be written as ``Name <email>`` and read back, or an empty string."""
        if not self.name:
            return "a name is missing"
        for text in (self.name, self.email):
            if not text.isprintable() or text.strip() != text or "<" in text or ">" in text:
                return f"{text!a} is not fit for a name or an address"
        return ""


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot with its place in history."""

    snapshot: ObjectId
    parents: tuple[ObjectId, ...]
    """The first one is what was committed onto, the others were merged in; none twice."""
    recipe: ObjectId | None
    """The operation that made the snapshot."""
    author: Identity
    time: int
    """Unix seconds."""
    offset: int
    """Minutes east of UTC where it was made."""
    message: str
    """Stored as given, but for white space at its end."""


_Id = Annotated[bytes, msgspec.Meta(min_length=16, max_length=32)]


class _Wire(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """The fixed positions of a commit."""

    kind: int
    version: int
    snapshot: _Id
    parents: list[_Id]
    recipe: _Id | None
    name: str
    email: str
    time: int
    offset: int
    message: str


def write_commit(writer: ObjectWriter, commit: Commit) -> ObjectId:
    """Store a commit and give its id.

    Raises:
        UsageError: A value is out of its range.
    """
    return writer.put(Kind.COMMIT, _encode(commit, writer.hasher.width))


def read_commit(reader: ObjectReader, oid: ObjectId) -> Commit:
    """The commit of that id.

    Raises:
        ObjectNotFoundError: The store has no such object.
        CorruptObjectError: It is no commit, or not in the only form that a commit has.
    """
    data = reader.get(oid)
    try:
        return _decode(data, reader.hasher.width)
    except CorruptObjectError as error:
        raise CorruptObjectError(error.reason, oid=oid.hex()) from error


def walk(reader: ObjectReader, starts: Iterable[ObjectId]) -> Iterator[tuple[ObjectId, Commit]]:
    """Everything reachable from *starts*, newest first, but never a parent before its child."""
    return history.walk(_lookup(reader), starts)


def first_parents(reader: ObjectReader, start: ObjectId) -> Iterator[tuple[ObjectId, Commit]]:
    """*start*, its first parent, the first parent of that, and so on, as a stream."""
    return history.first_parents(_lookup(reader), start)


def merge_base(reader: ObjectReader, a: ObjectId, b: ObjectId) -> ObjectId | None:
    """The best common ancestor of two commits; None where their histories have nothing in common.

    A common ancestor is best if it is no ancestor of another one. Where branches were merged
    both ways there are several: the newest is taken, of equally new ones that of the lowest id.
    """
    return history.merge_base(_lookup(reader), a, b)


def is_ancestor(reader: ObjectReader, a: ObjectId, b: ObjectId) -> bool:
    """Whether *a* is in the history of *b*; a commit is in its own."""
    return history.is_ancestor(_lookup(reader), a, b)


def _lookup(reader: ObjectReader) -> Callable[[ObjectId], Commit]:
    return lambda oid: read_commit(reader, oid)


def _encode(commit: Commit, width: int) -> bytes:
    fault = _fault(commit, width)
    if fault:
        raise UsageError(f"the commit cannot be made: {fault}")
    return encode(
        [
            int(Kind.COMMIT),
            ENCODING_VERSION,
            commit.snapshot,
            list(commit.parents),
            commit.recipe,
            commit.author.name,
            commit.author.email,
            commit.time,
            commit.offset,
            commit.message.rstrip(),
        ]
    )


def _decode(data: bytes, width: int) -> Commit:
    try:
        wire = msgspec.convert(decode(data), _Wire, builtin_types=(bytes,))
    except msgspec.ValidationError as error:
        raise CorruptObjectError(f"is not a commit: {error}") from error
    if (wire.kind, wire.version) != (Kind.COMMIT, ENCODING_VERSION):
        raise CorruptObjectError(f"is of kind {wire.kind}, version {wire.version}: not a commit")
    commit = Commit(
        snapshot=ObjectId(wire.snapshot),
        parents=tuple(ObjectId(parent) for parent in wire.parents),
        recipe=None if wire.recipe is None else ObjectId(wire.recipe),
        author=Identity(wire.name, wire.email),
        time=wire.time,
        offset=wire.offset,
        message=wire.message,
    )
    fault = _fault(commit, width)
    if not fault and commit.message != commit.message.rstrip():
        fault = "its message ends in white space"
    if fault:
        raise CorruptObjectError(fault)
    return commit


def _fault(commit: Commit, width: int) -> str:
    """What is out of range, or an empty string."""
    ids = [commit.snapshot, *commit.parents, *([] if commit.recipe is None else [commit.recipe])]
    if any(len(oid) != width for oid in ids):
        return f"an id has not {width} bytes"
    if len(set(commit.parents)) != len(commit.parents):
        return "a parent comes twice"
    if not 0 <= commit.time <= LATEST_TIME or abs(commit.offset) > MAX_OFFSET:
        return f"time {commit.time} with offset {commit.offset} is out of range"
    return commit.author.fault()
