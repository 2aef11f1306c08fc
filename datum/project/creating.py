"""Making projects: empty ones, and ones that share the objects of another."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from datum.dataset.dataset import StoreReader
from datum.errors import OutputExistsError, ProjectError
from datum.objects.config import CONFIG_NAME
from datum.objects.disk import DiskStore
from datum.objects.files import make_folder
from datum.objects.ids import DEFAULT_HASH, ObjectId
from datum.objects.kinds import Kind
from datum.objects.store import ObjectWriter, Sealed
from datum.project.layout import OLD, Layout, write_file
from datum.project.reach import reachable
from datum.project.replacing import making_project
from datum.project.session import Session
from datum.refs.head import Head
from datum.refs.oplog import RefMove

__all__ = ["copy_object", "create_project", "share_commit", "sharing_project"]


def create_project(
    folder: Path, *, name: str = "", hash_name: str = DEFAULT_HASH, branch: str = "main"
) -> Layout:
    """Make an empty project.

    Args:
        folder: Where; made if absent. What is in it stays.
        name: The project's name: that of the folder if empty.
        hash_name: ``xxh3-128``, ``blake3`` or ``sha256``.
        branch: Name of the first branch.

    Raises:
        ProjectError: There is a project already.
        StoreVersionError: The hash is not known.
    """
    import tomlkit  # slow to import, and few commands change the configuration

    layout = Layout(Path(os.path.normpath(folder.absolute())))
    if (layout.folder / "config.toml").exists():
        raise ProjectError(
            f"{layout.root} is a datum project already", hint="`datum info` shows it"
        )
    head = Head.on(f"heads/{branch}")
    made = not layout.folder.exists()
    try:
        make_folder(layout.folder)
        _clear_unfinished(layout)
        DiskStore.create(layout.store, hash_name=hash_name, index_dir=layout.index)
        layout.write_head(head)
        document = tomlkit.document()
        document.add(
            tomlkit.comment("What `datum` knows of this project; `datum config` changes it.")
        )
        if name:
            document["project"] = {"name": name}
        document["store"] = {"path": "store"}
        write_file(layout.config, tomlkit.dumps(document))
    except BaseException as error:
        if made:
            shutil.rmtree(layout.folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise ProjectError(f"{layout.folder}: {error.strerror or error}") from error
        raise
    return layout


def _clear_unfinished(layout: Layout) -> None:
    """Remove the rules of a store that was being made when somebody was stopped: it has no log yet."""
    if not (layout.store / "log").exists():
        (layout.store / CONFIG_NAME).unlink(missing_ok=True)


def share_commit(
    session: Session, oid: ObjectId, folder: Path, *, overwrite: bool = False
) -> Layout:
    """Make a project whose branch ``main`` is at a commit, sharing the objects.

    One that is there already has to be moved away before, as ``making_project`` does.

    Packs and blobs never change, so they are linked where the file system can, else copied: either
    project may be deleted without harm to the other.

    Raises:
        OutputExistsError: The folder is there and not empty, and *overwrite* is not given.
    """
    others = [one for one in folder.iterdir() if one.name != OLD] if folder.exists() else []
    if others and not overwrite:
        raise OutputExistsError(folder)
    layout = create_project(folder, hash_name=session.store.hasher.name)
    other = Session(layout, author=session.author, command=session.command)
    packs = _link_packs(session, other)
    writer = other.store.writer()
    other.store.learn(packs, [], -1)
    for one in reachable(session.store, [oid]):
        if not other.store.has(one):
            copy_object(session.store, writer, one)
    sealed = writer.seal()
    moment, offset = other.now()
    other.log.append(
        [RefMove("heads/main", old=None, new=oid)],
        Sealed(tuple(dict.fromkeys([*packs, *sealed.packs])), sealed.inline),
        str(other.author),
        moment,
        offset,
        session.command,
    )
    other.learn()
    return layout


def _link_packs(session: Session, other: Session) -> list[str]:
    """Link the packs that the log names, and the blobs; the packs."""
    packs = list(session.log.added(-1).packs)
    for kind in ("packs", "blobs"):
        source = session.store.path / kind
        for path in sorted(source.rglob("*")) if source.is_dir() else ():
            if path.is_file():
                target = other.store.path / kind / path.relative_to(source)
                target.parent.mkdir(parents=True, exist_ok=True)
                _link(path, target)
    return packs


def _link(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


@contextlib.contextmanager
def sharing_project(
    session: Session, oid: ObjectId, folder: Path, *, overwrite: bool = False
) -> Iterator[Session]:
    """A block that makes something in a project of its own, which shares a commit.

    Where it fails, everything is as it was before.

    Raises:
        OutputExistsError: The folder is there and not empty, and *overwrite* is not given.
    """
    with making_project(folder, replace=overwrite, spare=session.layout):
        layout = share_commit(session, oid, folder, overwrite=overwrite)
        yield Session(layout, author=session.author, command=session.command)


def copy_object(store: StoreReader, writer: ObjectWriter, oid: ObjectId) -> None:
    """Copy one object from a store into another."""
    kind = store.kind(oid)
    if kind != Kind.BLOB:
        writer.put(kind, store.get(oid))
        return
    path = store.media_path(oid)
    writer.put_media(store.read_media(oid) if path is None else path)
