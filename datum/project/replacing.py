"""Making a project, where another one may be: cut short, it leaves everything as it was before.

While the new one is made, the old one waits beside it as ``.datum.old``, which the process that makes
the new one holds a lock on. That its ``config.toml`` is deleted decides for the new one. Where there
was none, the folder holds a file ``nothing`` in its stead.
"""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from datum.advice import system_advice
from datum.errors import ProjectError, UsageError
from datum.objects.files import make_folder, sync_folder
from datum.project.layout import FOLDER, OLD, Layout, find_project

__all__ = ["making_project", "open_project", "put_back"]

_NOTHING = "nothing"
_WAITING = ("config.toml", _NOTHING)
"""Files of ``.datum.old`` that say that the new project is not finished."""


@contextlib.contextmanager
def making_project(
    folder: Path, *, replace: bool = False, spare: Layout | None = None
) -> Iterator[None]:
    """A block that makes a project: where it fails, everything is as it was before.

    Args:
        folder: Where the project is to be.
        replace: Whether one that is there is deleted, its history included, once the new one is
            made. Other files stay.
        spare: A project that must not be replaced.

    Raises:
        UsageError: It would be.
        ProjectError: Another process is replacing the project that is there.
    """
    root = Path(os.path.normpath(folder.absolute()))
    put_back(root)
    place, aside, new = root / FOLDER, root / OLD, not root.exists()
    if replace and spare is not None and place.exists() and place.samefile(spare.folder):
        raise UsageError(
            f"{root} is the project at work, which cannot replace itself",
            hint="choose another place with -o",
        )
    if place.exists() and not (replace and (place / "config.toml").is_file()):
        yield  # whoever makes the project refuses, or goes on with what is there
        return
    old = place.exists()
    if not old:
        try:
            make_folder(aside)
        except OSError as error:
            raise ProjectError(f"{root}: {error.strerror}", hint=system_advice(error)) from error
    with _locked(place if old else aside, root, needed=old):
        if old:
            place.rename(aside)
        else:
            (aside / _NOTHING).touch()
        sync_folder(root)
        try:
            yield
        except BaseException:
            _put_back(root)
            if new:
                with contextlib.suppress(OSError):
                    root.rmdir()
            raise
        _give_up_old(root)


def open_project(folder: Path) -> Layout:
    """The project that a folder lies in, looked for upward; one that was cut short is put back first.

    Raises:
        ProjectError: There is none, or another process is making it right now.
    """
    layout = find_project(folder)
    if not (layout.root / OLD).exists():
        return layout
    put_back(layout.root)
    return find_project(folder)


def put_back(root: Path) -> None:
    """Where replacing the project of a folder was cut short, put the old one back, or remove its rest.

    Raises:
        ProjectError: Another process is replacing it right now, or the folder cannot be written.
    """
    aside = root / OLD
    if not aside.is_dir():
        return
    with _locked(aside, root):
        if any((aside / name).is_file() for name in _WAITING):
            _put_back(root)
        else:
            _give_up_old(root)


def _put_back(root: Path) -> None:
    shutil.rmtree(root / FOLDER, ignore_errors=True)
    if (root / OLD / _NOTHING).exists():
        shutil.rmtree(root / OLD)
    else:
        (root / OLD).rename(root / FOLDER)
    sync_folder(root)


def _give_up_old(root: Path) -> None:
    """Delete the old project, what makes it one first."""
    for name in _WAITING:
        (root / OLD / name).unlink(missing_ok=True)
    sync_folder(root / OLD)
    shutil.rmtree(root / OLD)


@contextlib.contextmanager
def _locked(folder: Path, root: Path, *, needed: bool = True) -> Iterator[None]:
    """Hold the lock of a folder; the system lets go of it when the process ends, however it does."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise ProjectError(f"{folder}: {error.strerror}") from error
    try:
        _lock(descriptor, root, needed=needed)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, root: Path, *, needed: bool) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ProjectError(
            f"the project in {root} is being made by another process",
            hint="wait until that has ended",
        ) from error
    except OSError as error:  # no locks here: whether somebody is at work cannot be told
        if not needed:
            return
        raise ProjectError(
            f"{root}: a project cannot be made on this file system: {error.strerror}",
            hint=f"move {FOLDER} (or {OLD}, where that is left over) yourself",
        ) from error
