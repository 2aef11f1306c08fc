"""Working copies: a branch as a folder in some format; edits there can be committed.

``working/NAME`` is a commit of what the folder held when datum last wrote or took it in, as its format
shows it; its parent is the commit of the branch that it came from. What the files say now, against
that, is what somebody edited.
"""

import filecmp
import os
import tempfile
from pathlib import Path

import msgspec

from datum.errors import OutputExistsError, ProjectError, UnknownNameError, UsageError
from datum.lineage.recipe import Recipe
from datum.losses import LossReport
from datum.objects.ids import ObjectId
from datum.objects.store import ObjectWriter
from datum.plugins import find_format
from datum.project.config import WorkingConfig, relative_path, set_table
from datum.project.exporting import Export, export_dataset, written_paths
from datum.project.guarding import closed_folders, refuse_harm
from datum.project.reading import Progress, ReadResult, Source, read_source
from datum.project.session import Session
from datum.project.signature import scan, signature
from datum.project.versions import software

__all__ = [
    "WorkingState",
    "branch_of",
    "check_out_into",
    "export_of",
    "follow_branch",
    "follow_commit",
    "forget_working",
    "look_at_working",
    "rebind_working",
    "refuse_edits",
    "working_of_ref",
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


def working_ref(name: str) -> str:
    """The ref of a working copy."""
    return f"working/{name}"


def working_of_ref(session: Session, ref: str) -> list[str]:
    """Names of the working copies of a branch."""
    return [name for name, config in session.config.working.items() if config.ref == ref]


def _config(session: Session, name: str) -> WorkingConfig:
    config = session.config.working.get(name)
    if config is None:
        raise UnknownNameError("working copy", name, session.config.working)
    return config


def _folder(session: Session, config: WorkingConfig) -> Path:
    return Path(os.path.normpath(session.layout.root / config.path))


def _export(config: WorkingConfig) -> Export:
    return Export(format=config.format, options=config.options, save_media=config.save_media)


def branch_of(session: Session, name: str) -> str:
    """The full name of the branch called *name*, of that of HEAD for an empty name.

    Raises:
        ProjectError: There is no such branch: a working copy shows a branch and nothing else.
    """
    ref = f"heads/{name.removeprefix('heads/')}" if name and name != "HEAD" else session.head.ref
    if ref is None:
        raise ProjectError(
            "HEAD is on no branch that a working copy could show",
            hint="make one with `datum switch -c NAME`",
        )
    if ref != session.head.ref and session.refs.get(ref) is None:
        raise ProjectError(
            f"there is no branch '{name}' that a working copy could show",
            hint=f"`datum branch NAME {name}` makes one; `datum export {name}` writes a plain export",
        )
    return ref


def export_of(session: Session, folder: Path) -> Export | None:
    """How the working copy in a folder is written; None where there is none."""
    name = _name_at(session, folder)
    return None if name is None else _export(session.config.working[name])


def look_at_working(
    session: Session, writer: ObjectWriter, name: str, *, progress: Progress | None = None
) -> WorkingState:
    """The working copy as it is on disk now; read only where its files changed.

    Raises:
        ProjectError: The folder is gone.
        FormatError: What is in it is no longer its format.
    """
    config = _config(session, name)
    folder = _folder(session, config)
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
    name = _name_at(session, folder)
    if name is None:
        refuse_harm(folder, overwrite=False, closed=closed_folders(session))
        if folder.exists() and any(folder.iterdir()):
            raise OutputExistsError(
                folder, hint="a working copy needs a folder of its own: an empty one, or a new one"
            )
        name = _free_name(session, folder)
        losses = export_dataset(
            session.store, session.dataset(tip), folder, export, progress=progress
        )
    else:
        if not force:
            refuse_edits(session, [name])
        losses = _replace(session, name, folder, tip, export)
    config = WorkingConfig(
        path=relative_path(session.layout, folder),
        format=export.format,
        ref=ref,
        save_media=export.save_media,
        options=export.options,
    )
    set_table(session.layout.config, "working", name, msgspec.to_builtins(config))
    session.reload()
    _settle(session, name, tip)
    return losses


def _name_at(session: Session, folder: Path) -> str | None:
    place = Path(os.path.normpath(folder.absolute()))
    for name, config in session.config.working.items():
        if _folder(session, config) == place:
            return name
    return None


def _free_name(session: Session, folder: Path) -> str:
    stem = "".join(c if c.isalnum() or c in "_-" else "-" for c in folder.absolute().name)
    stem = stem.strip("-") or "copy"
    name, number = stem, 2
    while name in session.config.working:
        name, number = f"{stem}-{number}", number + 1
    return name


def _settle(session: Session, name: str, tip: ObjectId) -> None:
    """Record what the folder holds now as the state to compare edits with."""
    config = _config(session, name)
    folder = _folder(session, config)
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
        if not _folder(session, _config(session, name)).exists():
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
        config = _config(session, state.name)
        _replace(session, state.name, state.path, commit, _export(config))
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
        config = _config(session, name)
        if tip is None:
            raise ProjectError(f"{new} has no commit that {config.path} could show")
        folder = _folder(session, config)
        losses = _replace(session, name, folder, tip, _export(config))
        reports.append((config.path, losses))
        changed = msgspec.structs.replace(config, ref=new)
        set_table(session.layout.config, "working", name, msgspec.to_builtins(changed))
        session.reload()
        _settle(session, name, tip)
    return reports


def _replace(
    session: Session, name: str, folder: Path, tip: ObjectId, export: Export
) -> LossReport:
    """Write the new state over the old one; files that are not datum's stay."""
    config = _config(session, name)
    before = session.refs.get(working_ref(name))
    old: set[str] = set()
    if before is not None:
        origin = session.commit(before).parents[0]
        old = written_paths(session.store, session.dataset(origin), _export(config))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as staging:
        fresh = Path(staging) / "new"
        losses = export_dataset(session.store, session.dataset(tip), fresh, export)
        new = {path.relative_to(fresh).as_posix() for path in fresh.rglob("*") if path.is_file()}
        for relative in sorted(old - new):
            (folder / relative).unlink(missing_ok=True)
        for relative in sorted(new):
            _move(fresh / relative, folder / relative)
    for relative in sorted(old - new, reverse=True):
        _prune((folder / relative).parent, folder)
    return losses


def _move(source: Path, target: Path) -> None:
    """Put a file in its place; one of equal content is left alone, with its times."""
    if target.is_file() and filecmp.cmp(source, target, shallow=False):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)


def _prune(folder: Path, root: Path) -> None:
    """Remove folders that became empty, up to *root*."""
    while folder != root and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def rebind_working(session: Session, old: str, new: str) -> None:
    """Make the working copies of a ref those of another one that is at the same commit."""
    for name in working_of_ref(session, old):
        changed = msgspec.structs.replace(_config(session, name), ref=new)
        set_table(session.layout.config, "working", name, msgspec.to_builtins(changed))
    session.reload()


def forget_working(session: Session, name: str) -> None:
    """Stop looking at a working copy; its files stay.

    Raises:
        UnknownNameError: There is none of that name.
    """
    _config(session, name)
    set_table(session.layout.config, "working", name, None)
    session.reload()
    session.publish(None, {working_ref(name): None})
