"""Sources: datasets outside, read into ``sources/NAME``; datum never writes into them."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from datum.errors import ProjectError, UnknownNameError
from datum.lineage.recipe import External, Recipe, read_recipe
from datum.objects.ids import ObjectId
from datum.objects.store import ObjectWriter
from datum.project.config import MediaChoice, SourceConfig, relative_path, set_table
from datum.project.reading import Progress, ReadResult, Source, read_source, reader_of
from datum.project.session import Session
from datum.project.signature import scan, signature
from datum.project.versions import software
from datum.refs.names import check_ref_name

__all__ = [
    "SourceState",
    "add_source",
    "commit_source",
    "follow_refs",
    "look_at_source",
    "remember_source",
    "remove_source",
    "source_of",
    "source_recipe",
    "source_ref",
]

_TABLE = "sources"


class _Seen(msgspec.Struct, frozen=True, array_like=True):
    """What the stat cache knows of a source."""

    commit: bytes
    signature: bytes
    files: tuple[str, ...]
    settings: bytes
    """The configuration that it was read with."""


class SourceState(msgspec.Struct, frozen=True, kw_only=True):
    """A source as it is on disk now."""

    name: str
    tip: ObjectId | None
    """The commit that ``sources/NAME`` is at; None where it was never read."""
    snapshot: ObjectId
    read: ReadResult | None
    """What was read; None where the files did not change since *tip*."""


def source_ref(name: str) -> str:
    """The ref of a source.

    Raises:
        RefNameError: The name cannot be one.
    """
    return check_ref_name(f"sources/{name}")


def source_of(session: Session, name: str) -> Source:
    """Where a source is, and how to read it.

    Raises:
        UnknownNameError: There is no source of that name.
    """
    config = session.config.sources.get(name)
    if config is None:
        raise UnknownNameError("source", name, session.config.sources, hint="`datum info`")
    path = Path(os.path.normpath(session.layout.root / config.path))
    return Source(path=path, format=config.format, options=config.options, media=config.media)


def add_source(
    session: Session,
    path: Path,
    format_name: str,
    *,
    name: str = "",
    options: dict[str, Any] | None = None,
    media: MediaChoice = "store",
    progress: Progress | None = None,
) -> SourceState:
    """Register a source and read it at once.

    Raises:
        ProjectError: A source of that name is there already, or nothing is at the path.
        FormatError: The dataset is not what its format says.
    """
    reader_of(format_name)
    name = name or free_name(session, path)
    ref = source_ref(name)
    if name in session.config.sources:
        raise ProjectError(
            f"there is a source '{name}' already",
            hint=f"give another name with -n, or `datum remove -n {name}`",
        )
    path = Path(os.path.normpath(path.absolute()))
    source = Source(path=path, format=format_name, options=options or {}, media=media)
    writer = session.store.writer()
    read = read_source(session.store, writer, source, progress=progress)
    recipe = source_recipe(source, name)
    commit = session.write_commit(writer, read.snapshot, (), f"Read {name}", recipe)
    session.publish(writer, {ref: commit})
    config = SourceConfig(
        path=relative_path(session.layout, path),
        format=format_name,
        media=media,
        options=options or {},
    )
    set_table(session.layout.config, "sources", name, _table(config))
    session.reload()
    remember_source(session, name, commit, read)
    return SourceState(name=name, tip=commit, snapshot=read.snapshot, read=read)


def _table(config: SourceConfig) -> dict[str, Any]:
    table: dict[str, Any] = {"path": config.path, "format": config.format, "media": config.media}
    if config.options:
        table["options"] = config.options
    return table


def free_name(session: Session, path: Path) -> str:
    """A name for a source, from its path; ``-2``, ``-3`` and so on behind it if it is taken."""
    stem = path.absolute().stem or "source"
    stem = "".join(c if c.isalnum() or c in "_-" else "-" for c in stem).strip("-") or "source"
    name, number = stem, 2
    while name in session.config.sources:
        name, number = f"{stem}-{number}", number + 1
    return name


def remove_source(session: Session, name: str) -> None:
    """Forget a source; what the branches took from it stays.

    Raises:
        UnknownNameError: There is no source of that name.
    """
    source_of(session, name)
    set_table(session.layout.config, "sources", name, None)
    session.reload()
    session.publish(None, {source_ref(name): None})


def look_at_source(
    session: Session, writer: ObjectWriter, name: str, *, progress: Progress | None = None
) -> SourceState:
    """The source as it is on disk now; read only where its files changed.

    Raises:
        FormatError: The dataset is not what its format says.
        ProjectError: There is nothing at the path.
    """
    source = source_of(session, name)
    tip = session.refs.get(source_ref(name))
    seen = _seen(session, name)
    if tip is not None and seen is not None and seen.commit == tip:
        same = seen.settings == _settings(source)
        if same and signature([*scan(source.path), *seen.files])[0] == seen.signature:
            snapshot = session.commit(tip).snapshot
            return SourceState(name=name, tip=tip, snapshot=snapshot, read=None)
    previous = None if tip is None else session.dataset(tip)
    read = read_source(session.store, writer, source, previous=previous, progress=progress)
    if tip is not None and read.snapshot == session.commit(tip).snapshot:
        # files that had just been written when they were read last can be trusted from now on
        remember_source(session, name, tip, read)
    return SourceState(name=name, tip=tip, snapshot=read.snapshot, read=read)


def commit_source(session: Session, writer: ObjectWriter, state: SourceState) -> ObjectId:
    """The commit of a source as it is on disk now: the one that there is, or a new one."""
    if state.tip is not None and session.commit(state.tip).snapshot == state.snapshot:
        return state.tip
    recipe = source_recipe(source_of(session, state.name), state.name)
    parents = () if state.tip is None else (state.tip,)
    return session.write_commit(writer, state.snapshot, parents, f"Read {state.name}", recipe)


def remember_source(session: Session, name: str, commit: ObjectId, read: ReadResult) -> None:
    """Keep the state of the files that *commit* was read from."""
    if read.signature is None:
        return
    settings = _settings(source_of(session, name))
    seen = _Seen(commit, read.signature, read.files, settings)
    session.store.memo().put_many(_TABLE, [(name.encode(), msgspec.msgpack.encode(seen))])


def _seen(session: Session, name: str) -> _Seen | None:
    data = session.store.memo().get(_TABLE, name.encode())
    if data is None:
        return None
    try:
        return msgspec.msgpack.decode(data, type=_Seen)
    except msgspec.DecodeError:
        return None


def _settings(source: Source) -> bytes:
    values = (str(source.path), source.format, sorted(source.options.items()), source.media)
    return msgspec.json.encode(values)


def source_recipe(source: Source, name: str) -> Recipe:
    """How the snapshot of a source came about."""
    return Recipe(
        operation="read",
        parameters={
            "name": name,
            "format": source.format,
            "options": source.options,
            "media": source.media,
        },
        externals=(External(uri=str(source.path)),),
        software=software(),
        determinism="external",
    )


def follow_refs(session: Session, moves: Mapping[str, ObjectId | None]) -> None:
    """Make the configured sources those that undo or redo left refs for.

    The operation log knows refs and no configuration; but the commit of a source has a recipe, which
    says where it was read and how.

    Args:
        session: The project.
        moves: The refs that were moved, and where to.
    """
    for ref, oid in moves.items():
        namespace, _, name = ref.partition("/")
        if namespace != "sources":
            continue
        if oid is None:
            set_table(session.layout.config, "sources", name, None)
        elif name not in session.config.sources:
            recipe = session.commit(oid).recipe
            if recipe is not None:
                config = _config_of(session, read_recipe(session.store, recipe))
                set_table(session.layout.config, "sources", name, _table(config))
    session.reload()


def _config_of(session: Session, recipe: Recipe) -> SourceConfig:
    return SourceConfig(
        path=relative_path(session.layout, Path(recipe.externals[0].uri)),
        format=recipe.parameters["format"],
        media=recipe.parameters["media"],
        options=recipe.parameters["options"],
    )
