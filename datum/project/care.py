"""Care for a store: checking every object of it, and deleting what nothing leads to."""

import math
from collections.abc import Iterable

import msgspec

from datum.errors import DatumError, ObjectNotFoundError
from datum.objects.blobs import blob_name
from datum.objects.collect import Collected, collect, unreachable
from datum.objects.ids import ObjectId
from datum.objects.pack import pack_name
from datum.objects.store import Sealed
from datum.objects.verify import Depth, Fault, verify
from datum.project.hurt import Hurt, find_hurt
from datum.project.reach import reachable
from datum.project.session import Session
from datum.project.shape import shape_faults
from datum.refs.mend import log_gap
from datum.refs.oplog import Added

__all__ = ["Checked", "Garbage", "check", "collect_garbage", "live_objects"]


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What a check found."""

    records: int
    """Of the operation log."""
    packs: int
    refs: int
    faults: tuple[Fault, ...]
    """Of files: the log, packs, media."""
    hurt: tuple[Hurt, ...]
    """Of what refs lead to: commits, snapshots, items."""

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults and not self.hurt


def check(session: Session, *, fast: bool = False) -> Checked:
    """Check the log, every pack, every object, and everything that refs lead to.

    Args:
        session: The project.
        fast: Check packs by their names and footers alone, and of media only that they are known.
    """
    faults: list[Fault] = []
    added = _log(session, faults)
    if faults:
        return Checked(
            records=added.upto + 1, packs=len(added.packs), refs=0, faults=tuple(faults), hurt=()
        )
    refs = _starts(session)
    store = session.store
    depth = Depth.PACKS if fast else Depth.MEDIA
    faults.extend(verify(store, added.packs, added.inline, depth))
    bad = {fault.oid: fault.reason for fault in faults if fault.oid is not None}

    def probe(oid: ObjectId) -> None:
        known = store.has(oid) if fast else store.reader.entry(oid) is not None
        if not known:
            raise ObjectNotFoundError(oid.hex())

    hurt = tuple(find_hurt(store, refs, bad, probe))
    needed = {one.oid for one in hurt}
    faults = [fault for fault in faults if fault.oid in needed or not _collected(session, fault)]
    if not fast:
        faults.extend(shape_faults(session, refs.values()))
    return Checked(
        records=added.upto + 1,
        packs=len(added.packs),
        refs=len(refs),
        faults=tuple(faults),
        hurt=hurt,
    )


def _collected(session: Session, fault: Fault) -> bool:
    """Whether it is that a file of a medium is absent. A pack may outlive such a file as garbage."""
    own = fault.oid is not None and fault.path == blob_name(fault.oid)
    return own and session.store.files.modified(fault.path) is None


def _log(session: Session, faults: list[Fault]) -> Added:
    """What the log added, as far as it is sound; a damaged record is a fault."""
    packs: list[str] = []
    inline: list[tuple[int, bytes]] = []
    upto = -1
    try:
        for record in session.log.records():
            packs.extend(record.packs)
            if record.inline is not None:
                inline.append((record.number, record.inline))
            upto = record.number
        session.log.state()
    except DatumError as error:
        faults.append(Fault(error.message, f"log record {upto + 1}"))
    else:
        missing = log_gap(session.store.files, upto)
        if missing is not None:
            faults.append(Fault("is missing, and later ones are there", f"log record {missing}"))
    return Added(tuple(dict.fromkeys(packs)), tuple(inline), upto)


def _starts(session: Session) -> dict[str, ObjectId]:
    """Every ref, and the commit of HEAD where it is on none."""
    refs = session.refs.all()
    head = session.head
    return refs if head.oid is None else {**refs, "HEAD": head.oid}


class Garbage(msgspec.Struct, frozen=True, kw_only=True):
    """What nothing leads to and is older than the time of grace."""

    objects: int
    bytes: int
    """Of the objects, before compression."""
    files: tuple[str, ...]
    """Packs without anything live, and media; names in the store."""
    collected: Collected | None
    """What was done; None for a look alone."""


def collect_garbage(session: Session, *, grace: float, dry_run: bool = False) -> Garbage:
    """Delete what no ref leads to, and no operation younger than *grace*.

    A file is condemned first; a later run deletes it when the time of grace is over again.

    Args:
        session: The project.
        grace: Seconds; 0 deletes at once, and is for when nobody else is at work.
        dry_run: Only say what would be deleted.

    Raises:
        CorruptObjectError: Something live is damaged, so what it leads to cannot be told.
        ObjectNotFoundError: Something live is missing.
    """
    now = _share_time(session)
    cutoff = math.inf if grace <= 0 else now - grace
    since = math.inf if grace <= 0 else session.now()[0] - grace
    live = live_objects(session, since=since)
    packs = session.log.added(-1).packs
    garbage = _garbage(session, packs, live, cutoff)
    if dry_run:
        return garbage
    if garbage.objects:
        session.record_packs(Sealed())  # from here on, old commits may not be whole
    done = collect(session.store, packs, live, cutoff, session.record_packs)
    session.learn()
    return msgspec.structs.replace(garbage, collected=done)


def live_objects(session: Session, *, since: float) -> set[ObjectId]:
    """What refs lead to, and what they led to before operations from *since* (Unix seconds) on."""
    live: set[ObjectId] = set()
    for _ in reachable(session.store, _starts(session).values(), live):
        """They are kept in *live*."""
    kept: set[ObjectId] = set()
    for record in session.log.records():
        if record.time < since:
            continue
        for move in record.moves:
            for oid in (move.old, move.new):
                if oid is not None and oid not in live:
                    kept |= _reach_what_is_left(session, oid, live)
    return live | kept


def _reach_what_is_left(session: Session, oid: ObjectId, live: set[ObjectId]) -> set[ObjectId]:
    """Follow what an old record led to; an earlier collection may have deleted some of it."""
    news: list[ObjectId] = []
    try:
        for one in reachable(session.store, [oid], live):
            news.append(one)  # noqa: PERF402 (what came before an error has to be known)
    except ObjectNotFoundError:
        live.difference_update(news)
        return set(news)
    return set()


def _garbage(session: Session, packs: Iterable[str], live: set[ObjectId], cutoff: float) -> Garbage:
    files = session.store.files

    def old(name: str) -> bool:
        modified = files.modified(name)
        return modified is not None and modified < cutoff

    objects, size, names = 0, 0, []
    for use in unreachable(session.store, [one for one in packs if old(pack_name(one))], live):
        objects, size = objects + use.dead, size + use.dead_bytes
        if not use.live:
            names.append(pack_name(use.digest))
    for name in files.list("blobs/"):
        oid = _blob_id(name)
        if oid is not None and oid not in live and old(name):
            objects, size = objects + 1, size + files.path(name).stat().st_size
            names.append(name)
    return Garbage(objects=objects, bytes=size, files=tuple(names), collected=None)


def _blob_id(name: str) -> ObjectId | None:
    try:
        oid = ObjectId(bytes.fromhex(name.rpartition("/")[2]))
    except ValueError:
        return None
    return oid if blob_name(oid) == name else None


def _share_time(session: Session) -> float:
    """The time by the clock of the file system that the store is on."""
    probe = session.store.files.temporary()
    probe.touch()
    try:
        return probe.stat().st_mtime
    finally:
        probe.unlink()
