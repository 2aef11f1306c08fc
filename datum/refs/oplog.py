"""The operation log: numbered, immutable records, each created exclusively, each once.

What refs there are is the fold of their moves. Creating the next number is the only write, and it
gives compare-and-swap, moves of several refs at once, the history of every ref, and undo.
"""

import secrets
import time as clock
from collections.abc import Callable, Iterable, Iterator

import msgspec

from datum.errors import (
    CorruptObjectError,
    RefError,
    RefMovedError,
    StoreError,
    UsageError,
)
from datum.objects.files import Files
from datum.objects.ids import Hasher
from datum.objects.store import Sealed
from datum.refs.fold import EMPTY, Cache, Fold, decode_fold, encode_fold
from datum.refs.names import check_ref_name, short_name
from datum.refs.record import (
    FIRST_PREVIOUS,
    NONCE_BYTES,
    Record,
    RefMove,
    decode_record,
    encode_record,
    is_whole,
    record_digest,
)

__all__ = ["MAX_NUMBER", "Added", "OperationLog", "Record", "RefMove", "record_name"]

MAX_NUMBER = 99_999_999
"""The last number that the names of the files have room for."""

_PER_FOLDER = 10_000
_CACHE_EVERY = 64
"""A cached fold may be this many records behind."""

_WAITS = (0.0, 0.01, 0.05, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0)
"""Seconds between looks at a record that another machine has made and this one cannot see yet."""

_TORN_WAITS = (0.05, 0.2, 0.5)
"""Seconds between looks at a record that is not whole."""


class Added(msgspec.Struct, frozen=True):
    """What a stretch of the log made part of the store."""

    packs: tuple[str, ...]
    inline: tuple[tuple[int, bytes], ...]
    """Number of the record, the pack that travels in it."""
    upto: int
    """The last record looked at; -1 in an empty log."""


def record_name(number: int) -> str:
    """The file of a record: ``log/0000/00000017``, ten thousand to a folder."""
    return f"log/{number // _PER_FOLDER:04}/{number:08}"


def _last(exists: Callable[[int], bool], known: int) -> int:
    """The last number that exists, given one that probably does; there are no gaps."""
    low, high = (known, known + 1) if known < 0 or exists(known) else (-1, known)
    step = 1
    while high > known and exists(high):
        low, step = high, step * 2
        high += step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if exists(middle) else (low, middle)
    return low


class OperationLog:
    """The log over a store's files. It remembers the fold of all it has read."""

    def __init__(
        self,
        files: Files,
        hasher: Hasher,
        *,
        hint: int = -1,
        cache: Cache | None = None,
        sleep: Callable[[float], object] = clock.sleep,
    ) -> None:
        """Open the log; nothing is read yet.

        Args:
            files: The store's files.
            hasher: How the store makes ids; the log refuses ids of another width.
            hint: A number that the log once reached, where to begin to look for its end.
            cache: Where the fold is kept between runs; losing it costs time alone.
            sleep: Waits, in seconds, for a record to become visible on a network file system.
        """
        self._files = files
        self._width = hasher.width
        self._hint = max(hint, -1)
        self._cache = cache
        self._sleep = sleep
        self._fold: Fold | None = None
        self._cached = -1

    # --- reading

    def tail(self) -> int:
        """The number of the last record, -1 in an empty log; found by probing, not by listing."""
        known = self._hint if self._fold is None else max(self._hint, self._fold.number)
        self._hint = _last(self._exists, known)
        return self._hint

    def record(self, number: int) -> Record:
        """The record of that number.

        Raises:
            RefError: The log has none.
            CorruptObjectError: Its file is torn, altered, or not a record.
        """
        return self._decode(number, self._must_read(number))

    def records(self, start: int = 0) -> Iterator[Record]:
        """All records from *start* on, oldest first, each checked to follow the one before.

        Raises:
            RefError: The log does not reach *start*, which may be one more than its last number.
            CorruptObjectError: Names the file that is torn, altered or does not follow.
        """
        digest = record_digest(self._must_read(start - 1)) if start > 0 else EMPTY.digest
        for _, _, record in self._news(Fold(max(start, 0) - 1, digest, {})):
            yield record

    def backward(self, since: Fold | None = None) -> Iterator[Record]:
        """All records, newest first, each checked to be the one that the next one follows.

        Args:
            since: A state of this log, to begin with its last record; the state now if absent.

        Raises:
            CorruptObjectError: Names the file that is torn, altered or not followed.
        """
        since = self.state() if since is None else since
        digest = since.digest
        for number in range(since.number, -1, -1):
            data = self._read(number)
            if data is None or record_digest(data) != digest:
                raise CorruptObjectError(
                    "is not what the record after it follows", path=record_name(number)
                )
            record = self._decode(number, data)
            digest = record.previous
            yield record

    def state(self) -> Fold:
        """The refs after the last record that there is now.

        Raises:
            CorruptObjectError: Names the file that is torn, altered or does not follow.
        """
        fold = self._kept() if self._fold is None else self._fold
        fold = fold.after(self._news(fold))
        if fold.number < self._hint and self._exists(self._hint):
            raise CorruptObjectError(
                f"is missing, though record {self._hint} is there",
                path=record_name(fold.number + 1),
            )
        self._keep(fold)
        return fold

    def added(self, since: int) -> Added:
        """What the records after number *since* made part of the store.

        Where the log no longer reaches *since* (it was restored from a copy), all of it counts.
        """
        if since >= 0 and not self._exists(since):
            since = -1
        packs: list[str] = []
        inline: list[tuple[int, bytes]] = []
        upto = since
        for record in self.records(since + 1):
            packs.extend(record.packs)
            if record.inline is not None:
                inline.append((record.number, record.inline))
            upto = record.number
        return Added(tuple(packs), tuple(inline), upto)

    def moved(self, ref: str, state: Fold, advice: str) -> RefMovedError | UsageError:
        """The error that says who moved a ref last, with *advice* after the hint to its log."""
        for record in self.backward(state):
            if any(move.ref == ref for move in record.moves):
                hint = f"see `datum log {short_name(ref)}`; {advice}"
                return RefMovedError(ref, record.who, record.command, hint=hint)
        return UsageError(f"{ref} does not exist")

    # --- writing

    def append(
        self,
        moves: Iterable[RefMove],
        sealed: Sealed | None,
        who: str,
        time: int,
        offset: int,
        command: str,
        *,
        undoes: int | None = None,
        redoes: int | None = None,
    ) -> Record:
        """Add a record, and with it move its refs, all of them or none.

        Records that others add meanwhile do not matter unless they move one of the same refs.

        Args:
            moves: The refs to move, each from the value it must have.
            sealed: What a writer made durable, now to become part of the store.
            who: ``Name <email>``.
            time: Unix seconds.
            offset: Minutes east of UTC.
            command: The command line as typed.
            undoes: The number of the record whose moves these take back.
            redoes: The number of the record whose moves these make again.

        Raises:
            RefMovedError: A ref is not where its move says. Nothing was written.
            RefNameError: A new ref has a name that no ref may have.
            UsageError: A value is out of its range, or a ref to move does not exist.
            CorruptObjectError: The log is damaged.
        """
        sealed = sealed or Sealed()
        draft = Record(
            number=0,
            previous=FIRST_PREVIOUS,
            who=who,
            time=time,
            offset=offset,
            command=command,
            moves=self._checked(moves),
            packs=sealed.packs,
            inline=sealed.inline,
            nonce=secrets.token_bytes(NONCE_BYTES),
            undoes=undoes,
            redoes=redoes,
        )
        while True:
            state = self.state()
            self._compare(draft.moves, state)
            record = msgspec.structs.replace(draft, number=state.number + 1, previous=state.digest)
            data = encode_record(record)
            if self._create(record.number, data):
                news = (record_name(record.number), record_digest(data), record)
                self._keep(state.after([news]))
                return record

    def _create(self, number: int, data: bytes) -> bool:
        """Try to make the file of a record; whether what is there in the end is ours."""
        if number > MAX_NUMBER:
            raise StoreError(f"the operation log is full: it has {number} records")
        if self._files.put_new(record_name(number), data):
            return True
        for wait in _WAITS:
            self._sleep(wait)
            found = self._read(number)
            if found is not None:
                return found == data
        raise StoreError(
            f"{record_name(number)} is taken, but cannot be read",
            hint="try again in a minute: network file systems can be that late",
        )

    def _checked(self, moves: Iterable[RefMove]) -> tuple[RefMove, ...]:
        """The moves in the order of the record."""
        ordered = tuple(sorted(moves, key=lambda move: move.ref))
        for move in ordered:
            check_ref_name(move.ref)
        if not self._fits(ordered):
            raise UsageError(f"the ids of this store have {self._width} bytes")
        return ordered

    def _compare(self, moves: tuple[RefMove, ...], state: Fold) -> None:
        """Refuse moves of refs that are not where the moves begin."""
        for move in moves:
            if state.refs.get(move.ref) != move.old:
                raise self.moved(move.ref, state, "then run the command again")

    # --- one file

    def _read(self, number: int) -> bytes | None:
        """The file of a record, None where there is none."""
        try:
            return self._files.get(record_name(number))
        except FileNotFoundError:
            return None

    def _exists(self, number: int) -> bool:
        try:
            self._files.get(record_name(number), 0, 1)
        except FileNotFoundError:
            return False
        return True

    def _must_read(self, number: int) -> bytes:
        data = self._read(number) if number >= 0 else None
        if data is None:
            raise RefError(f"the operation log has no record {number}")
        return data

    def _decode(self, number: int, data: bytes) -> Record:
        """The record in the file of that number."""
        path = record_name(number)
        record = decode_record(data, path=path)
        if record.number != number:
            raise CorruptObjectError(f"holds record {record.number}", path=path)
        if not self._fits(record.moves):
            raise CorruptObjectError(f"holds an id that has not {self._width} bytes", path=path)
        return record

    def _follow(self, number: int, data: bytes, previous: bytes) -> Record:
        """The same, checked to follow the record with the digest *previous*."""
        record = self._decode(number, data)
        if record.previous != previous:
            raise CorruptObjectError(
                "does not follow the record before it", path=record_name(number)
            )
        return record

    def _fits(self, moves: tuple[RefMove, ...]) -> bool:
        """Whether all ids are as wide as the store's."""
        ids = (oid for move in moves for oid in (move.old, move.new) if oid is not None)
        return all(len(oid) == self._width for oid in ids)

    # --- the fold

    def _news(self, fold: Fold) -> Iterator[tuple[str, bytes, Record]]:
        """The records after the fold: name of the file, digest, content."""
        number, previous = fold.number + 1, fold.digest
        while (data := self._whole(number)) is not None:
            record = self._follow(number, data, previous)
            previous = record_digest(data)
            yield record_name(number), previous, record
            number += 1

    def _whole(self, number: int) -> bytes | None:
        """The file of a record; where it is torn, what it becomes.

        On file systems without hard links a record can be seen while it is being written.
        """
        data = self._read(number)
        for wait in _TORN_WAITS:
            if data is None or is_whole(data):
                break
            self._sleep(wait)
            data = self._read(number)
        return data

    def _kept(self) -> Fold:
        """The fold to go on from: the cached one, if it still is of this log."""
        data = None if self._cache is None else self._cache.get()
        fold = None if data is None else decode_fold(data)
        if fold is None or fold.number < 0:
            return EMPTY
        last = self._read(fold.number)
        if last is None or record_digest(last) != fold.digest:
            return EMPTY
        self._cached = fold.number
        return fold

    def _keep(self, fold: Fold) -> None:
        """Remember the fold, and cache it when it has moved on far enough."""
        self._fold = fold
        if self._cache is not None and fold.number - self._cached >= _CACHE_EVERY:
            self._cache.put(encode_fold(fold))
            self._cached = fold.number
