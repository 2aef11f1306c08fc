"""An export into a folder, which shows at its place whole or not at all."""

import errno
import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from datum.errors import FormatError, MediaError, OutputExistsError, UsageError
from datum.model import Media
from datum.outputs.memory import media_bytes
from datum.outputs.paths import check_path, written_twice
from datum.outputs.pictures import needs_conversion
from datum.outputs.sources import load_media, media_name, place_media
from datum.outputs.staging import exchange, make_staging, sweep

__all__ = ["FolderOutput"]

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{,200}")
"""Names that are allowed in any folder."""

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC

_FICLONE = 0x40049409
"""Linux: share the blocks of one file with another."""


class FolderOutput:
    """A folder, as a context manager: at its place on leaving, gone if an exception is raised.

    Files are collected in a hidden folder beside the final place, on the same file system, and
    that folder is renamed at the end. Where the place itself cannot be renamed (the working
    directory, a mount point), the hidden folder is inside it and its content is moved up.
    """

    def __init__(
        self,
        path: Path,
        *,
        load: Callable[[Media], bytes | None] = load_media,
        place: Callable[[Media], Path | None] = place_media,
        overwrite: bool = False,
    ) -> None:
        """Touches nothing yet.

        Args:
            path: The final place; links are followed.
            load: The bytes of media; None where they are not to be had.
            place: The file that holds exactly these bytes, to copy from; None where there is none.
            overwrite: Whether to replace what is there.
        """
        self.path = path
        self._target = path.resolve()
        self._load = load
        self._place = place
        self._overwrite = overwrite
        self._staging: Path | None = None
        self._lock = -1
        self._folders: dict[str, str] = {}
        self._made: list[Path] = []
        self._clones = True

    def __enter__(self) -> Self:
        """Make the hidden folder.

        Raises:
            OutputExistsError: Something is at the final place already, and not to be replaced.
        """
        if not self._overwrite and _occupied(self._target):
            raise OutputExistsError(self.path)
        home = self._target if _is_fixed(self._target) else self._target.parent
        try:
            self._made = _make_folders(home)
            sweep(home)
            self._staging, self._lock = make_staging(home)
        except OSError as error:  # about a folder that nobody named
            raise OSError(error.errno, error.strerror, str(self.path)) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        staging = self._open_staging()
        try:
            if kind is None:
                _publish(staging, self._target, self.path, overwrite=self._overwrite)
                self._made = []
        finally:
            self._staging = None
            shutil.rmtree(staging, ignore_errors=True)
            os.close(self._lock)
            _remove_folders(self._made)

    def write(self, path: str, data: bytes) -> None:
        """Make a file of *data*.

        Raises:
            FormatError: The path leaves the folder, is taken, or cannot be a file's name.
        """
        number = self._open(path)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(number, rest) :]
        finally:
            os.close(number)

    def stream(self, path: str, chunks: Iterable[bytes]) -> None:
        """Make a file of the chunks, one after the other; errors as in :meth:`write`."""
        with self._create(path) as file:
            file.writelines(chunks)

    def media(self, path: str, media: Media) -> None:
        """Make a file of the media's bytes: shared blocks, a copy, or converted.

        Raises:
            FormatError: As in :meth:`write`.
            MediaError: There are no bytes, or they do not decode where that is needed.
        """
        place = self._place(media)
        if place is None or needs_conversion(media, path, b""):
            self.write(path, media_bytes(media, path, self._load))
            return
        try:
            source = place.open("rb")
        except OSError as error:
            reason = error.strerror or str(error)
            raise MediaError(reason, path=media_name(media, path)) from error
        with source, self._create(path) as file:
            self._copy(source, file)

    def _copy(self, source: BinaryIO, file: BinaryIO) -> None:
        if self._clones:
            try:
                fcntl.ioctl(file.fileno(), _FICLONE, source.fileno())
            except OSError:
                self._clones = False
            else:
                return
        shutil.copyfileobj(source, file, 1 << 20)

    def _create(self, path: str) -> BinaryIO:
        return open(self._open(path), "wb")  # noqa: PTH123 (a number is no path; the caller closes)

    def _open(self, path: str) -> int:
        """Make an empty file; its number among the open files."""
        try:
            return os.open(self._place_of(path), _NEW, 0o666)
        except (FileExistsError, NotADirectoryError) as error:
            raise written_twice(path) from error
        except OSError as error:
            if error.errno in (errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL):
                raise FormatError(f"'{path}' cannot be the name of a file") from error
            raise

    def _place_of(self, path: str) -> str:
        """The whole path of a file, whose folder is there."""
        staging = self._open_staging()
        folder, _, name = path.rpartition("/")
        place = self._folders.get(folder)
        # folders repeat, and most names are plain: both are checked once, or at a glance
        if place is None or not _PLAIN.fullmatch(name):
            parts = check_path(path)
            if place is None:
                made = staging.joinpath(*parts[:-1])
                made.mkdir(parents=True, exist_ok=True)
                place = self._folders[folder] = f"{made}/"
        return place + name

    def _open_staging(self) -> Path:
        if self._staging is None:
            raise UsageError(f"the output {self.path} is not open")
        return self._staging


def _occupied(target: Path) -> bool:
    if not target.is_dir():
        return target.exists()
    with os.scandir(target) as entries:
        return next(entries, None) is not None


def _is_fixed(target: Path) -> bool:
    """Whether a folder is there that cannot, or should not, be renamed."""
    return target.is_dir() and (os.path.ismount(target) or Path.cwd().is_relative_to(target))


def _make_folders(folder: Path) -> list[Path]:
    """Make a folder and its parents; those that were made, the innermost first."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _remove_folders(folders: list[Path]) -> None:
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return  # somebody else uses it by now


def _publish(staging: Path, target: Path, path: Path, *, overwrite: bool) -> None:
    if staging.parent == target:
        _fill(staging, target)
        return
    try:
        staging.rename(target)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
            raise
        if not overwrite:
            raise OutputExistsError(path) from error
        _swap(staging, target)


def _swap(staging: Path, target: Path) -> None:
    """Put *staging* where *target* is, and delete what was there."""
    if exchange(staging, target):
        _delete(staging)
        return
    aside = staging.with_name(staging.name + ".old")
    target.rename(aside)
    try:
        staging.rename(target)
    except BaseException:
        aside.rename(target)
        raise
    _delete(aside)


def _fill(staging: Path, target: Path) -> None:
    """Move the content of *staging* up into *target*, and delete what was there."""
    aside = staging.with_name(staging.name + ".old")
    old = [entry for entry in target.iterdir() if entry != staging]
    aside.mkdir()
    moved: list[tuple[Path, Path]] = []
    try:
        for entry in (*old, *sorted(staging.iterdir())):
            place = (aside if entry.parent == target else target) / entry.name
            entry.rename(place)
            moved.append((entry, place))
    except BaseException:
        for entry, place in reversed(moved):
            place.rename(entry)
        aside.rmdir()
        raise
    _delete(aside)


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
