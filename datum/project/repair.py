"""``fsck --repair``: the log, packs, index and HEAD made whole again, as far as anything is left."""

import contextlib
import secrets
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

import msgspec

from datum.errors import CorruptObjectError, DatumError
from datum.objects.blobs import blob_name
from datum.objects.frames import Entry
from datum.objects.ids import ObjectId
from datum.objects.kinds import Kind
from datum.objects.mend import (
    damaged_packs,
    rebuild_index,
    rescue_entries,
    retire_pack,
    set_aside,
)
from datum.objects.pack import pack_name
from datum.objects.repack import repack
from datum.objects.store import ObjectWriter, Sealed
from datum.project.care import Checked, check
from datum.project.reading import read_source
from datum.project.session import Session
from datum.project.sources import source_of, source_ref
from datum.refs.commits import read_commit
from datum.refs.head import Head
from datum.refs.mend import CutLog, doubtful_moves, find_cut, moves_between, refs_after
from datum.refs.names import short_name
from datum.refs.oplog import Record, record_name
from datum.refs.record import NONCE_BYTES, encode_record
from datum.refs.tags import read_tag

__all__ = ["Repaired", "repair"]

_RECOVERED = "heads/recovered-"
"""Branches of commits that only a record knew that cannot be read."""


class Repaired(msgspec.Struct, frozen=True):
    """What a repair did, and what a check found afterwards."""

    done: tuple[str, ...]
    """A line for each thing that was mended."""
    checked: Checked


def repair(session: Session) -> Repaired:
    """Mend what can be mended, without losing anything that can be read. Nobody else may be at work.

    Sound objects of damaged files go into new packs, and the damaged files into ``quarantine/``.
    What is lost from the store and unchanged in a source is read from there again.

    Raises:
        StoreError: ``store.toml`` is damaged, or something cannot be written.
        StoreVersionError: The store is one of a later version.
    """
    done = [*_mend_head(session), *_mend_log(session)]
    session.store.forget_index()
    session = _again(session)
    done += _mend_packs(session)
    _rebuild_index(session)
    checked = check(session)
    mended = [*_drop_damaged_media(session, checked), *_read_sources_again(session, checked)]
    if mended:
        done += mended
        checked = check(session)
    if not checked.hurt and (missing := list(_forget_missing(session))):
        done += missing
        checked = check(session)
    return Repaired(tuple(done), checked)


def _again(session: Session) -> Session:
    """The same project, with nothing remembered."""
    return Session(session.layout, author=session.author, command=session.command)


# --- the log


def _mend_log(session: Session) -> Iterator[str]:
    """Put one record in the place of what is damaged, with all that the later ones say."""
    store = session.store
    cut = find_cut(store.files)
    if cut is None:
        return
    number = cut.sound.number + 1
    entries = chain.from_iterable(_inline_entries(session, cut))
    rescued = (*repack(store.files, store.hasher.width, entries), *_unnamed_packs(session, cut))
    named = [digest for record in cut.records for digest in record.packs]
    inline = [(one.number, one.inline) for one in cut.records if one.inline is not None]
    rebuild_index(store, dict.fromkeys([*named, *rescued]), inline, -1)
    refs = refs_after(cut, lambda oid: _is_version(session, oid))
    refs |= _lost_commits(session, cut, rescued, refs)
    moment, offset = session.now()
    record = Record(
        number=number,
        previous=cut.sound.digest,
        who=str(session.author),
        time=moment,
        offset=offset,
        command=session.command,
        moves=tuple(moves_between(cut.sound.refs, refs)),
        packs=rescued,
        nonce=secrets.token_bytes(NONCE_BYTES),
    )
    _replace_records(session, cut, record)
    yield (
        f"{record_name(number)}: the log goes on from here with one record in place of "
        f"{_count(len(cut.pieces), 'file')}, which {'is' if len(cut.pieces) == 1 else 'are'} in quarantine/"
    )
    for move in record.moves:
        to = "is gone" if move.new is None else f"is at {move.new.hex()[:10]}"
        advice = f"; `datum reset {short_name(move.ref)}` puts the current branch there"
        yield f"{move.ref} {to}{advice if move.ref.startswith(_RECOVERED) else ''}"
    for move in doubtful_moves(cut):
        if move.new is not None and not _is_version(session, move.new):
            yield f"{move.ref} was at {move.new.hex()}, which is lost with the damaged record"


def _replace_records(session: Session, cut: CutLog, record: Record) -> None:
    """In an order that leaves, whenever it is cut short, a log that is repaired to the same state."""
    files = session.store.files
    for piece in cut.pieces:
        copy = f"quarantine/{piece.number:08}.{secrets.token_hex(8)}"
        files.put_idempotent(copy, piece.data)
    files.put_idempotent(record_name(record.number), encode_record(record))
    for piece in cut.pieces:
        if piece.number != record.number:
            files.delete(record_name(piece.number))


def _inline_entries(session: Session, cut: CutLog) -> Iterator[Iterable[Entry]]:
    """What is left of the packs that travel in the pieces, from their files and from the index."""
    store = session.store
    for piece in cut.pieces:
        yield rescue_entries(store, piece.data)
    first = cut.sound.number + 1
    last = max((piece.number for piece in cut.pieces), default=first)
    for number in range(first, last + 1):
        with contextlib.suppress(DatumError):  # the index may be damaged too
            yield rescue_entries(store, store.index().inline(number) or b"")


def _unnamed_packs(session: Session, cut: CutLog) -> tuple[str, ...]:
    """Packs that later records name, and, since some may not say, all others that are there."""
    named = {digest for record in cut.records for digest in record.packs}
    later = [one for piece in cut.pieces if piece.record for one in piece.record.packs]
    there = [
        name.rpartition("/")[2].removesuffix(".pack")
        for name in session.store.files.list("packs/")
        if name.endswith(".pack")
    ]
    sure = [digest for digest in later if digest in there]
    return tuple(dict.fromkeys(one for one in (*sure, *there) if one not in named))


def _is_version(session: Session, oid: ObjectId) -> bool:
    """Whether there is a commit or tag of that id."""
    with contextlib.suppress(DatumError):
        return session.store.kind(oid) in (Kind.COMMIT, Kind.TAG)
    return False


def _lost_commits(
    session: Session, cut: CutLog, packs: Iterable[str], refs: dict[str, ObjectId]
) -> dict[str, ObjectId]:
    """Branches for commits that only a record that cannot be read knew."""
    if all(piece.whole for piece in cut.pieces) and _is_contiguous(cut):
        return {}
    known = set(refs.values())
    records = [*cut.records, *(one.record for one in cut.pieces if one.whole and one.record)]
    for record in records:
        known.update(oid for move in record.moves for oid in (move.old, move.new) if oid)
    commits = set(_versions_of(session, packs))
    led_to = set[ObjectId]()
    waiting = [oid for oid in (*known, *commits) if _is_version(session, oid)]
    seen = set[ObjectId]()
    while waiting:
        oid = waiting.pop()
        if oid in seen or session.store.kind(oid) != Kind.COMMIT:
            continue
        seen.add(oid)
        with contextlib.suppress(CorruptObjectError):
            parents = read_commit(session.store, oid).parents
            led_to.update(parents)
            waiting.extend(one for one in parents if _is_version(session, one))
    tips = sorted(commits - led_to - known)
    return {_recovered_ref(session, oid, refs): oid for oid in tips}


def _recovered_ref(session: Session, oid: ObjectId, refs: Mapping[str, ObjectId]) -> str:
    """The name of something that was found again: a tag has its own."""
    if session.store.kind(oid) == Kind.TAG:
        ref = f"tags/{read_tag(session.store, oid).name}"
        if ref not in refs:
            return ref
    return f"{_RECOVERED}{oid.hex()[:8]}"


def _is_contiguous(cut: CutLog) -> bool:
    """Whether no file of a record is missing."""
    numbers = [piece.number for piece in cut.pieces]
    return numbers == list(range(cut.sound.number + 1, cut.sound.number + 1 + len(numbers)))


def _versions_of(session: Session, packs: Iterable[str]) -> Iterator[ObjectId]:
    """Ids of the commits and tags in packs."""
    for digest in packs:
        with contextlib.suppress(CorruptObjectError):
            data = session.store.files.get(pack_name(digest))
            for entry in rescue_entries(session.store, data):
                if entry.kind in (Kind.COMMIT, Kind.TAG):
                    yield entry.oid


# --- packs, media, the index, HEAD


def _mend_packs(session: Session) -> Iterator[str]:
    """Restore footers; move sound objects out of damaged packs, and these into quarantine."""
    store = session.store
    for pack in damaged_packs(store, dict.fromkeys(session.log.added(-1).packs)):
        name = pack_name(pack.digest)
        if pack.restored:
            yield f"{name}: the footer was made again, and the pack is whole"
            continue
        session.record_packs(Sealed(packs=pack.into))
        retire_pack(store, pack.digest)
        kept = sum(1 for digest in pack.into for _ in _entries(session, digest))
        yield f"{name}: {_count(kept, 'sound object')} kept; the rest is in quarantine/"


def _entries(session: Session, digest: str) -> Iterable[Entry]:
    return rescue_entries(session.store, session.store.files.get(pack_name(digest)))


def _rebuild_index(session: Session) -> None:
    session.store.forget_index()
    session.learn()


def _drop_damaged_media(session: Session, checked: Checked) -> Iterator[str]:
    """Set damaged files of media aside, so that the same bytes can be taken in again."""
    for fault in checked.faults:
        damaged = fault.oid is not None and fault.path == blob_name(fault.oid)
        if damaged and session.store.files.modified(fault.path) is not None:
            set_aside(session.store, fault.path)
            yield f"{fault.path}: {fault.reason}; it is in quarantine/"


def _read_sources_again(session: Session, checked: Checked) -> Iterator[str]:
    """What is lost and unchanged in a source gets its old id when the source is read again."""
    lost = {hurt.oid for hurt in checked.hurt}
    for name in session.config.sources if lost else ():
        writer = session.store.writer()
        for previous in (None, session.refs.get(source_ref(name))):
            with contextlib.suppress(DatumError, OSError):
                dataset = None if previous is None else session.dataset(previous)
                read_source(session.store, writer, source_of(session, name), previous=dataset)
        found = {oid for oid in lost if _is_made(writer, oid)}
        if not found:
            writer.discard()
            continue
        session.record_packs(writer.seal())
        lost -= found
        yield f"source {name}: {_count(len(found), 'lost object')} read from there again"


def _is_made(writer: ObjectWriter, oid: ObjectId) -> bool:
    """Whether an object can be had again, whole."""
    with contextlib.suppress(DatumError):
        writer.get(oid)
        return True
    return False


def _forget_missing(session: Session) -> Iterator[str]:
    """Packs that are missing and that nothing needs."""
    for digest in dict.fromkeys(session.log.added(-1).packs):
        absent = session.store.files.modified(pack_name(digest)) is None
        if absent and not session.store.reader.is_gone(digest):
            retire_pack(session.store, digest)
            yield f"{pack_name(digest)}: is missing, and nothing that is left needs it"


def _mend_head(session: Session) -> Iterator[str]:
    """Stand on a branch again where the file that says where is damaged or missing."""
    try:
        session.layout.read_head()
    except DatumError:
        session.layout.write_head(Head.on("heads/main"))
        yield "HEAD: was unreadable, and is on main now; `datum switch` goes elsewhere"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
