"""Mending the operation log: what can still be told where a record is damaged or missing.

The log is a chain, so one bad record cuts off all that follow. What these moved and added is known
where they are whole themselves. One new record in place of the bad one says all of it again, and
the rest is set aside. Nobody else may be at work meanwhile.
"""

from collections.abc import Callable, Iterator, Mapping

import msgspec

from datum.errors import CorruptObjectError, DatumError
from datum.objects.files import Files
from datum.objects.ids import ObjectId
from datum.refs.fold import EMPTY, Fold
from datum.refs.oplog import record_name
from datum.refs.record import (
    Record,
    RefMove,
    decode_damaged,
    decode_record,
    is_whole,
    record_digest,
)

__all__ = [
    "CutLog",
    "Piece",
    "doubtful_moves",
    "find_cut",
    "log_gap",
    "moves_between",
    "refs_after",
]


class Piece(msgspec.Struct, frozen=True):
    """The file of a record that the log no longer leads to."""

    number: int
    data: bytes
    record: Record | None
    """What it says; None where that cannot be told."""
    whole: bool
    """Whether its checksum is right. Otherwise *record* is what it seems to say."""


class CutLog(msgspec.Struct, frozen=True):
    """A log with a bad record in it."""

    sound: Fold
    """The state before that record."""
    records: tuple[Record, ...]
    """Those before it."""
    pieces: tuple[Piece, ...]
    """The files from there on, by number. The bad one is absent where its file is."""


def log_gap(files: Files, upto: int) -> int | None:
    """The record that is missing after *upto*, the end of the log as reading finds it; None for none."""
    later = [number for number in _numbers(files) if number > upto + 1]
    return upto + 1 if later else None


def find_cut(files: Files) -> CutLog | None:
    """Where the log is cut, None where every record is whole and follows the one before.

    Raises:
        StoreVersionError: A record is of a later version, which is no damage.
    """
    state, sound = EMPTY, list[Record]()
    numbers = _numbers(files)
    for number in numbers:
        piece = _piece(files, number)
        after = _follows(state, piece)
        if after is None or piece.record is None:
            rest = [one for one in numbers if one > number]
            return CutLog(state, tuple(sound), (piece, *(_piece(files, one) for one in rest)))
        state = after
        sound.append(piece.record)
    return None


def refs_after(cut: CutLog, exists: Callable[[ObjectId], bool]) -> dict[str, ObjectId]:
    """What refs stand for after all pieces, as far as can be told.

    Args:
        cut: The log.
        exists: Whether there is a commit or tag of an id: what a record with a wrong checksum
            says is believed only if it fits what is there.
    """
    refs = dict(cut.sound.refs)
    for piece in cut.pieces:
        for move in () if piece.record is None else piece.record.moves:
            fits = refs.get(move.ref) == move.old and (move.new is None or exists(move.new))
            if piece.whole or fits:
                refs.pop(move.ref, None)
                if move.new is not None:
                    refs[move.ref] = move.new
    return refs


def doubtful_moves(cut: CutLog) -> Iterator[RefMove]:
    """What the records with a wrong checksum seem to say."""
    for piece in cut.pieces:
        if piece.record is not None and not piece.whole:
            yield from piece.record.moves


def moves_between(old: Mapping[str, ObjectId], new: Mapping[str, ObjectId]) -> Iterator[RefMove]:
    """The moves that make one state of the refs out of another, by name."""
    for ref in sorted(old.keys() | new.keys()):
        if old.get(ref) != new.get(ref):
            yield RefMove(ref, old=old.get(ref), new=new.get(ref))


def _numbers(files: Files) -> list[int]:
    """The numbers of the files that there are, found by listing: this is for repairs alone."""
    found = [name for name in files.list("log/") if name.rpartition("/")[2].isdecimal()]
    numbers = [int(name.rpartition("/")[2]) for name in found]
    return sorted(n for n, name in zip(numbers, found, strict=True) if record_name(n) == name)


def _piece(files: Files, number: int) -> Piece:
    path = record_name(number)
    data = files.get(path)
    if is_whole(data):
        try:
            return Piece(number, data, decode_record(data, path=path), whole=True)
        except CorruptObjectError:
            return Piece(number, data, None, whole=True)
    try:
        record = decode_damaged(data, path=path)
    except DatumError:
        return Piece(number, data, None, whole=False)
    fits = record.number == number
    return Piece(number, data, record if fits else None, whole=False)


def _follows(state: Fold, piece: Piece) -> Fold | None:
    """The state after a record that follows, None where it does not."""
    record = piece.record
    if record is None or not piece.whole or record.number != state.number + 1:
        return None
    if record.previous != state.digest or record.number != piece.number:
        return None
    try:
        return state.after([(record_name(piece.number), record_digest(piece.data), record)])
    except CorruptObjectError:
        return None
