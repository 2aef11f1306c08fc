"""Putting a project where another one is: whenever it is cut short, one of the two is there, whole.

While the new one is made, the old one waits beside it as ``.datum.old``, which the process that makes
the new one holds a lock on. That the old ``config.toml`` is deleted decides for the new one.
"""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from datum.errors import ProjectError, UsageError
from datum.objects.files import sync_folder
from datum.project.layout import FOLDER, OLD, Layout

__all__ = ["making_project", "put_back"]


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
    place = root / FOLDER
    if not (replace and (place / "config.toml").is_file()):
        with _removed_on_failure(root):
            yield
        return
    if spare is not None and place.samefile(spare.folder):
        raise UsageError(
            f"{root} is the project at work, which cannot replace itself",
            hint="choose another place with -o",
        )
    with _locked(place, root):
        place.rename(root / OLD)
        sync_folder(root)
        try:
            yield
        except BaseException:
            _put_back(root)
            raise
        _give_up_old(root)


def put_back(root: Path) -> None:
    """Where replacing the project of a folder was cut short, put the old one back, or remove its rest.

    Raises:
        ProjectError: Another process is replacing it right now, or the folder cannot be written.
    """
    aside = root / OLD
    if not aside.is_dir():
        return
    with _locked(aside, root):
        if (aside / "config.toml").is_file():
            _put_back(root)
        else:
            _give_up_old(root)


@contextlib.contextmanager
def _removed_on_failure(root: Path) -> Iterator[None]:
    """Remove what a block made of a new project, if it fails."""
    place = root / FOLDER
    there, new = place.exists(), not root.exists()
    try:
        yield
    except BaseException:
        if not there:
            shutil.rmtree(place, ignore_errors=True)
        if new:
            with contextlib.suppress(OSError):
                root.rmdir()
        raise


def _put_back(root: Path) -> None:
    shutil.rmtree(root / FOLDER, ignore_errors=True)
    (root / OLD).rename(root / FOLDER)
    sync_folder(root)


def _give_up_old(root: Path) -> None:
    """Delete the old project, what makes it one first."""
    (root / OLD / "config.toml").unlink(missing_ok=True)
    sync_folder(root / OLD)
    shutil.rmtree(root / OLD)


@contextlib.contextmanager
def _locked(folder: Path, root: Path) -> Iterator[None]:
    """Hold the lock of a folder; the system lets go of it when the process ends, however it does."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise ProjectError(f"{folder}: {error.strerror}") from error
    try:
        _lock(descriptor, root)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, root: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ProjectError(
            f"the project in {root} is being replaced by another process",
            hint="wait until that has ended",
        ) from error
    except OSError as error:  # no locks here: whether somebody is at work cannot be told
        raise ProjectError(
            f"{root}: a project cannot be replaced on this file system: {error.strerror}",
            hint=f"move {FOLDER} (or {OLD}, where that is left over) yourself",
        ) from error
