"""The fold of the operation log: which refs there are after a record, and where that is kept."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Protocol

import msgspec

from datum.errors import CorruptObjectError
from datum.objects.codec import decode, encode
from datum.objects.ids import ObjectId
from datum.refs.record import DIGEST_BYTES, FIRST_PREVIOUS, Record

__all__ = ["EMPTY", "Cache", "Fold", "decode_fold", "encode_fold"]

_VERSION = 1


class Cache(Protocol):
    """A place for the bytes of one fold. What it loses is read from the log again."""

    def get(self) -> bytes | None:
        """What was put last, or None."""
        ...

    def put(self, data: bytes, /) -> None:
        """Keep *data* in place of what was put before."""
        ...


class Fold(msgspec.Struct, frozen=True):
    """The refs after record *number*."""

    number: int
    """-1 before the first record."""
    digest: bytes
    """SHA-256 of that record's file: what the next record has to follow."""
    refs: Mapping[str, ObjectId]
    """Full names and the commits (or tags) they name."""

    def after(self, news: Iterable[tuple[str, bytes, Record]]) -> "Fold":
        """The fold with the records that follow.

        Args:
            news: Name of the file, digest and content of each, in order.

        Raises:
            CorruptObjectError: A record moves a ref from where it was not.
        """
        refs = dict(self.refs)
        number, digest = self.number, self.digest
        for path, this, record in news:
            _move(refs, record, path)
            number, digest = record.number, this
        return self if number == self.number else Fold(number, digest, refs)


EMPTY = Fold(-1, FIRST_PREVIOUS, {})
"""Before the first record."""


def _move(refs: dict[str, ObjectId], record: Record, path: str) -> None:
    """Make the moves of a record in *refs*."""
    for move in record.moves:
        if refs.get(move.ref) != move.old:
            raise CorruptObjectError(f"moves {move.ref} from where it was not", path=path)
        if move.new is None:
            del refs[move.ref]
        else:
            refs[move.ref] = move.new


def encode_fold(fold: Fold) -> bytes:
    """Bytes to keep a fold as: a checksum, then canonical msgpack."""
    payload = encode([_VERSION, fold.number, fold.digest, dict(fold.refs)])
    return hashlib.sha256(payload).digest() + payload


def decode_fold(data: bytes) -> Fold | None:
    """What ``encode_fold`` made; None for anything else, since it can be had from the log again."""
    payload = data[DIGEST_BYTES:]
    if hashlib.sha256(payload).digest() != data[:DIGEST_BYTES]:
        return None
    try:
        version, number, digest, refs = msgspec.convert(
            decode(payload), tuple[int, int, bytes, dict[str, bytes]], builtin_types=(bytes,)
        )
    except (CorruptObjectError, msgspec.ValidationError):
        return None
    if version != _VERSION:
        return None
    return Fold(number, digest, {ref: ObjectId(oid) for ref, oid in refs.items()})
