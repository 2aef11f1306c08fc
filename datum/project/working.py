"""Working copies: a branch as a folder in some format; edits there can be committed.

``working/NAME`` is a commit of what the folder held when datum last wrote or took it in, as its format
shows it; its parent is the commit of the branch that it came from. What the files say now, against
that, is what somebody edited.
"""

from pathlib import Path

import msgspec

from datum.errors import OutputExistsError, ProjectError, UsageError
from datum.lineage.recipe import Recipe
from datum.losses import LossReport
from datum.objects.ids import ObjectId
from datum.objects.store import ObjectWriter
from datum.plugins import find_format
from datum.project.config import WorkingConfig
from datum.project.copies import (
    config_for,
    config_of,
    configure,
    folder_of,
    free_name,
    name_at,
    plan_of,
    working_of_ref,
    working_ref,
)
from datum.project.exporting import Export, export_dataset, written_paths
from datum.project.guarding import closed_folders, refuse_harm
from datum.project.layout import write_file
from datum.project.reading import Progress, ReadResult, Source, read_source
from datum.project.rewriting import Pending, bring_files, pending, remove_note, write_note
from datum.project.session import Session
from datum.project.signature import Stamp, scan, signature
from datum.project.versions import software

__all__ = [
    "WorkingState",
    "check_out_into",
    "follow_branch",
    "follow_commit",
    "forget_working",
    "look_at_working",
    "rebind_working",
    "refuse_edits",
]

_TABLE = "working"


class _Seen(msgspec.Struct, frozen=True, array_like=True):
    commit: bytes
    signature: bytes


class WorkingState(msgspec.Struct, frozen=True, kw_only=True):
    """A working copy as it is on disk now."""

    name: str
    path: Path
    commit: ObjectId
    """The commit of the branch that the folder was written from."""
    base: ObjectId
    """Snapshot of what the folder held then."""
    snapshot: ObjectId
    """Snapshot of what it holds now."""
    read: ReadResult | None
    """What was read; None where no file changed."""

    @property
    def edited(self) -> bool:
        """Whether somebody changed it."""
        return self.base != self.snapshot


def look_at_working(
    session: Session, writer: ObjectWriter, name: str, *, progress: Progress | None = None
) -> WorkingState:
    """The working copy as it is on disk now; read only where its files changed.

    Raises:
        ProjectError: The folder is gone.
        FormatError: What is in it is no longer its format.
    """
    _finish(session, name)
    config = config_of(session, name)
    folder = folder_of(session, config)
    if not folder.is_dir():
        raise ProjectError(
            f"the working copy {folder} is gone", hint=f"`datum checkout --forget {name}`"
        )
    tip = session.refs.get(working_ref(name))
    if tip is None:
        raise ProjectError(
            f"the working copy {folder} was never written",
            hint=f"`datum checkout --into {config.path} --force`",
        )
    commit = session.commit(tip)
    read = None
    if not _unchanged(session, name, tip, folder):
        read = _read(session, writer, config, folder, previous=tip, progress=progress)
        if read.snapshot == commit.snapshot:
            _remember(session, name, tip, read)
    return WorkingState(
        name=name,
        path=folder,
        commit=commit.parents[0],
        base=commit.snapshot,
        snapshot=commit.snapshot if read is None else read.snapshot,
        read=read,
    )


def _unchanged(session: Session, name: str, tip: ObjectId, folder: Path) -> bool:
    data = session.store.memo().get(_TABLE, name.encode())
    if data is None:
        return False
    try:
        seen = msgspec.msgpack.decode(data, type=_Seen)
    except msgspec.DecodeError:
        return False
    return seen.commit == tip and seen.signature == signature(scan(folder))[0]


def _read(
    session: Session,
    writer: ObjectWriter,
    config: WorkingConfig,
    folder: Path,
    *,
    previous: ObjectId,
    progress: Progress | None = None,
) -> ReadResult:
    media = "store" if config.save_media or find_format(config.format).needs_media else "none"
    source = Source(path=folder, format=config.format, media=media)  # type: ignore[arg-type] # one of the choices
    return read_source(
        session.store, writer, source, previous=session.dataset(previous), progress=progress
    )


def check_out_into(
    session: Session,
    ref: str,
    folder: Path,
    export: Export,
    *,
    force: bool = False,
    progress: Progress | None = None,
) -> LossReport:
    """Write a branch into a folder as a working copy, or bring the one that is there up to date.

    Raises:
        OutputExistsError: The folder is not empty and no working copy.
        ProjectError: It has edits that were not committed, and *force* is not given.
        UsageError: The format cannot be both written and read, or the folder lies in a source.
    """
    card = find_format(export.format)
    if card.read is None or card.write is None:
        raise UsageError(f"{export.format} cannot be both written and read")
    tip = session.refs.get(ref)
    if tip is None:
        raise ProjectError(f"{ref} has no commit yet", hint="run `datum commit`")
    name = name_at(session, folder)
    if name is None:
        refuse_harm(folder, overwrite=False, closed=closed_folders(session))
        if folder.exists() and any(folder.iterdir()):
            raise OutputExistsError(
                folder, hint="a working copy needs a folder of its own: an empty one, or a new one"
            )
        name = free_name(session, folder)
        return _begin(
            session, name, folder, config_for(session, ref, folder, export), tip, progress
        )
    if not force:
        refuse_edits(session, [name])
    return _bring(session, name, config_for(session, ref, folder, export), tip)


def _begin(
    session: Session,
    name: str,
    folder: Path,
    config: WorkingConfig,
    tip: ObjectId,
    progress: Progress | None,
) -> LossReport:
    """Write a working copy for the first time."""
    write_note(session.layout, name, Pending(config=config, tip=tip.hex()))
    settings = session.layout.config.read_text(encoding="utf-8")
    try:
        configure(session, name, config)
        dataset = session.dataset(tip)
        losses = export_dataset(session.store, dataset, folder, plan_of(config), progress=progress)
    except BaseException:
        write_file(session.layout.config, settings)
        remove_note(session.layout, name)
        raise
    _settle(session, name, tip)
    remove_note(session.layout, name)
    return losses


def _bring(
    session: Session, name: str, config: WorkingConfig, tip: ObjectId, begun: Pending | None = None
) -> LossReport:
    """Make a working copy that is there already show another state."""
    folder = folder_of(session, config)
    old = tuple(sorted(_own_files(session, name)))
    losses: list[LossReport] = []

    def write(fresh: Path) -> None:
        dataset = session.dataset(tip)
        losses.append(export_dataset(session.store, dataset, fresh, plan_of(config)))

    def begin(stamps: dict[str, Stamp]) -> None:
        note = Pending(config=config, tip=tip.hex(), old=old, before=stamps)
        write_note(session.layout, name, note)

    bring_files(folder, old, write, begin, None if begun is None else begun.before)
    configure(session, name, config)
    _settle(session, name, tip)
    remove_note(session.layout, name)
    return losses[0]


def _own_files(session: Session, name: str) -> set[str]:
    """Relative names of the files that datum wrote, or was about to write when it was killed."""
    note = pending(session.layout, name)
    found = set[str]() if note is None else set(note.old)
    if note is not None:
        tip = ObjectId(bytes.fromhex(note.tip))
        found |= written_paths(session.store, session.dataset(tip), plan_of(note.config))
    before = session.refs.get(working_ref(name))
    if before is not None:
        origin = session.commit(before).parents[0]
        config = config_of(session, name)
        found |= written_paths(session.store, session.dataset(origin), plan_of(config))
    return found


def _finish(session: Session, name: str) -> None:
    """Where a command was killed while it rewrote a working copy, do what it was about to do."""
    note = pending(session.layout, name)
    if note is not None:
        _bring(session, name, note.config, ObjectId(bytes.fromhex(note.tip)), note)


def _settle(session: Session, name: str, tip: ObjectId) -> None:
    """Record what the folder holds now as the state to compare edits with."""
    config = config_of(session, name)
    folder = folder_of(session, config)
    writer = session.store.writer()
    read = _read(session, writer, config, folder, previous=tip)
    recipe = Recipe(
        operation="checkout",
        parameters={"format": config.format, "options": config.options},
        inputs=(("branch", session.commit(tip).snapshot),),
        software=software(),
        determinism="external",
    )
    commit = session.write_commit(writer, read.snapshot, (tip,), f"Working copy {name}", recipe)
    session.publish(writer, {working_ref(name): commit})
    _remember(session, name, commit, read)


def _remember(session: Session, name: str, commit: ObjectId, read: ReadResult) -> None:
    """Keep the state of the files that *commit* shows."""
    if read.signature is not None:
        seen = msgspec.msgpack.encode(_Seen(commit, read.signature))
        session.store.memo().put_many(_TABLE, [(name.encode(), seen)])


def refuse_edits(session: Session, names: list[str]) -> None:
    """Raise if one of the working copies has edits that were not committed.

    Raises:
        ProjectError: One has; the message names it.
    """
    writer = session.store.writer()
    for name in names:
        _finish(session, name)
        if not folder_of(session, config_of(session, name)).exists():
            continue
        state = look_at_working(session, writer, name)
        if state.edited:
            raise ProjectError(
                f"{state.path} has edits that are not committed",
                hint="`datum commit` takes them in; --force throws them away",
            )


def follow_commit(session: Session, state: WorkingState, commit: ObjectId, *, alone: bool) -> None:
    """After a commit took the edits of a working copy: they are what it is compared with from now on.

    Args:
        session: The project.
        state: The working copy as it was taken.
        commit: The new commit.
        alone: Whether the commit holds nothing but these edits; else the folder is brought up to date.
    """
    if not alone:
        now = look_at_working(session, session.store.writer(), state.name)
        if now.snapshot != state.snapshot:
            return  # edited again meanwhile: the next status shows it
        config = config_of(session, state.name)
        _bring(session, state.name, config, commit)
        return
    _settle(session, state.name, commit)


def follow_branch(
    session: Session, old: str | None, new: str, *, force: bool = False
) -> list[tuple[str, LossReport]]:
    """Make the working copies of one branch show another; those of *new* are brought up to date.

    Raises:
        ProjectError: One has edits that were not committed, and *force* is not given.
    """
    names = [*dict.fromkeys([*working_of_ref(session, old or ""), *working_of_ref(session, new)])]
    if not force:
        refuse_edits(session, names)
    tip = session.refs.get(new)
    reports = []
    for name in names:
        config = config_of(session, name)
        if tip is None:
            raise ProjectError(f"{new} has no commit that {config.path} could show")
        changed = msgspec.structs.replace(config, ref=new)
        reports.append((config.path, _bring(session, name, changed, tip)))
    return reports


def rebind_working(session: Session, old: str, new: str) -> None:
    """Make the working copies of a ref those of another one that is at the same commit."""
    for name in working_of_ref(session, old):
        _finish(session, name)
        configure(session, name, msgspec.structs.replace(config_of(session, name), ref=new))


def forget_working(session: Session, name: str) -> None:
    """Stop looking at a working copy; its files stay.

    Raises:
        UnknownNameError: There is none of that name.
    """
    config_of(session, name)
    remove_note(session.layout, name)
    configure(session, name, None)
    session.publish(None, {working_ref(name): None})
