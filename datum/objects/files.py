"""Five calls over plain files: the one module that writes, syncs, links and renames in a store.

On shared directories no answer is taken at its word: ``EEXIST``, ``EPERM``, ``EACCES`` and ``ESTALE``
come for one another, and a reply can be lost after the server did the work. So every doubtful
answer is settled by reading the content back. A bucket or a test can stand in for the directory.
"""

import contextlib
import errno
import os
import secrets
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from datum.advice import system_advice
from datum.errors import StoreError, UsageError
from datum.objects.copying import copy_into, write_all

__all__ = ["TEMPORARY", "Files", "LocalFiles", "MemoryFiles", "make_folder", "sync_folder"]

TEMPORARY = "tmp"
"""Folder of unfinished files; nothing in it is ever part of the store."""

_STALE_TRIES = 3
_NO_DIRECTORY_SYNC = frozenset((errno.EINVAL, errno.ENOTSUP, errno.EBADF))

_T = TypeVar("_T")


class Files(Protocol):
    """Named immutable files. Names are relative, with ``/`` between parts: ``packs/ab/….pack``."""

    def get(self, name: str, start: int = 0, length: int | None = None) -> bytes:
        """Bytes of a file from *start*, at most *length* of them; short where the file ends.

        Raises:
            FileNotFoundError: there is no such file; this is how existence is asked for.
            StoreError: it cannot be read.
        """
        ...

    def put_new(self, name: str, data: bytes) -> bool:
        """Create a file, whole and durable, unless the name is taken; True if it holds *data* now.

        Of several callers with different data exactly one is told True. Two callers with equal
        data may both be, because a repeated request cannot be told from a second caller: who
        needs to know puts a nonce into the data.
        """
        ...

    def put_idempotent(self, name: str, data: bytes | Path) -> None:
        """Make a durable file under a name that always means the same bytes (a digest).

        A path in the store's own temporary folder is moved; any other is copied.
        """
        ...

    def list(self, prefix: str) -> "Sequence[str]":
        """Names that start with *prefix*, ascending. On shares it may be late: decide nothing by it."""
        ...

    def delete(self, name: str) -> None:
        """Remove a file; it is no error if it is gone already."""
        ...


class LocalFiles:
    """A directory, local or on a network share."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, name: str) -> Path:
        """Where a name is.

        Raises:
            UsageError: the name is absolute, empty, or leads out of the directory.
        """
        _check_name(name)
        return self.root / name

    def get(self, name: str, start: int = 0, length: int | None = None) -> bytes:
        """See ``Files.get``."""
        path = self.path(name)
        try:
            return _retry_stale(lambda: _read(path, start, length))
        except (IsADirectoryError, NotADirectoryError) as error:
            raise FileNotFoundError(errno.ENOENT, "no such file", str(path)) from error
        except FileNotFoundError:
            raise
        except OSError as error:
            raise _failure(path, "cannot be read", error) from error

    def put_new(self, name: str, data: bytes) -> bool:
        """See ``Files.put_new``: link a finished temporary file to the name."""
        target = self.path(name)
        temporary = self._write_temporary(target, data)
        try:
            make_folder(target.parent)
            if _linked(temporary, target):
                sync_folder(target.parent)
                return True
            return self._settle_new(target, data)
        except OSError as error:
            raise _failure(target, "cannot be created", error) from error
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink()

    def put_idempotent(self, name: str, data: bytes | Path) -> None:
        """See ``Files.put_idempotent``."""
        target = self.path(name)
        if isinstance(data, bytes):
            self.publish([(name, self._write_temporary(target, data))])
        elif data.parent == self.root / TEMPORARY:
            self.publish([(name, data)])
        else:
            self.publish([(name, self._copy_temporary(target, data))])

    def publish(self, entries: Iterable[tuple[str, Path]]) -> None:
        """Move many temporary files to their names; all of them are durable on return.

        Each file is synced before it gets its name, and each folder once after.
        """
        entries = list(entries)
        for name, temporary in entries:
            _sync_file(temporary, self.path(name))
        folders: dict[Path, None] = {}
        for name, temporary in entries:
            target = self.path(name)
            try:
                make_folder(target.parent)
                _move(temporary, target)
            except OSError as error:
                raise _failure(target, "cannot be published", error) from error
            folders[target.parent] = None
        for folder in folders:
            sync_folder(folder)

    def list(self, prefix: str) -> "Sequence[str]":
        """See ``Files.list``."""
        folder = prefix.rpartition("/")[0]
        start = self.path(folder) if folder else self.root
        found = []
        for where, _, names in os.walk(start):
            base = Path(where).relative_to(self.root).as_posix()
            found += [name if base == "." else f"{base}/{name}" for name in names]
        return sorted(name for name in found if name.startswith(prefix))

    def delete(self, name: str) -> None:
        """See ``Files.delete``."""
        path = self.path(name)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            if error.errno not in (errno.ESTALE, errno.ENOTDIR):
                raise _failure(path, "cannot be deleted", error) from error

    def remove_old(self, name: str, cutoff: float) -> bool:
        """Remove a file unless it was written at *cutoff* or later; whether it is gone.

        Somebody may write the very same file anew between a look at its age and its removal. So it
        is moved out of the way first, looked at, and put back if it is young.
        """
        path, aside = self.path(name), self.temporary()
        try:
            path.rename(aside)
            young = aside.stat().st_mtime >= cutoff
            if young:
                with contextlib.suppress(FileExistsError):
                    os.link(aside, path)
            aside.unlink()
        except FileNotFoundError:
            return True
        except OSError as error:
            raise _failure(path, "cannot be deleted", error) from error
        return not young

    def temporary(self) -> Path:
        """A fresh path for a file in the making; the caller creates it."""
        folder = self.root / TEMPORARY
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _failure(folder, "cannot be created", error) from error
        return folder / f"{os.getpid()}-{secrets.token_hex(12)}"

    def modified(self, name: str) -> float | None:
        """When a file was written, in seconds by the clock of the share; None if it is gone.

        For ages of garbage only; nothing else may be decided by it.
        """
        try:
            return self.path(name).stat().st_mtime
        except OSError:
            return None

    def _write_temporary(self, target: Path, data: bytes) -> Path:
        temporary = self.temporary()
        try:
            _write_synced(temporary, data)
        except OSError as error:
            raise _failure(target, "cannot be written", error) from error
        return temporary

    def _copy_temporary(self, target: Path, source: Path) -> Path:
        temporary = self.temporary()
        try:
            with source.open("rb") as reading, temporary.open("xb") as writing:
                copy_into(reading.fileno(), writing.fileno())
        except OSError as error:
            raise _failure(target, f"cannot be copied from {source}", error) from error
        return temporary

    def _settle_new(self, target: Path, data: bytes) -> bool:
        """No link was seen: the name is taken, the reply was lost, or there are no hard links."""
        found = _content(target)
        if found is None:
            found = data if _create_exclusively(target, data) else _content(target)
        return found == data


class MemoryFiles:
    """Files in memory, for tests and for stores that nobody keeps."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def get(self, name: str, start: int = 0, length: int | None = None) -> bytes:
        """See ``Files.get``."""
        _check_name(name)
        try:
            data = self._files[name]
        except KeyError:
            raise FileNotFoundError(errno.ENOENT, "no such file", name) from None
        return data[start:] if length is None else data[start : start + length]

    def put_new(self, name: str, data: bytes) -> bool:
        """See ``Files.put_new``."""
        _check_name(name)
        with self._lock:
            return self._files.setdefault(name, data) == data

    def put_idempotent(self, name: str, data: bytes | Path) -> None:
        """See ``Files.put_idempotent``; a path is always copied."""
        _check_name(name)
        self._files[name] = data if isinstance(data, bytes) else data.read_bytes()

    def list(self, prefix: str) -> "Sequence[str]":
        """See ``Files.list``."""
        return sorted(name for name in self._files if name.startswith(prefix))

    def delete(self, name: str) -> None:
        """See ``Files.delete``."""
        _check_name(name)
        self._files.pop(name, None)


def _check_name(name: str) -> None:
    if not name or "\0" in name or any(part in ("", ".", "..") for part in name.split("/")):
        raise UsageError(f"'{name}' is not the name of a file in a store")


def _failure(path: Path, what: str, error: OSError) -> StoreError:
    return StoreError(f"{path}: {what}: {error.strerror or error}", hint=system_advice(error))


def _retry_stale(read: Callable[[], _T]) -> _T:
    """Try again where a network file system forgot which file was meant."""
    for _ in range(_STALE_TRIES - 1):
        try:
            return read()
        except OSError as error:
            if error.errno != errno.ESTALE:
                raise
    return read()


def _read(path: Path, start: int, length: int | None) -> bytes:
    with path.open("rb") as file:
        if start:
            file.seek(start)
        return file.read() if length is None else file.read(length)


def _content(path: Path) -> bytes | None:
    """What is under a name, None for nothing; opened, because a stat may be answered from a cache."""
    try:
        return _retry_stale(lambda: _read(path, 0, None))
    except FileNotFoundError:
        return None


def _write_synced(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _linked(temporary: Path, target: Path) -> bool:
    """Link, and trust the count of links alone: the answer to link() can be lost or wrong."""
    with contextlib.suppress(OSError):
        os.link(temporary, target)
    return temporary.stat().st_nlink == 2  # noqa: PLR2004  # the temporary name and the target


def _create_exclusively(target: Path, data: bytes) -> bool:
    """Where there are no hard links; a reader may see the file while it is still short."""
    try:
        _write_synced(target, data)
    except FileExistsError:
        return False
    except OSError:
        with contextlib.suppress(OSError):
            target.unlink()
        raise
    sync_folder(target.parent)
    return True


def _sync_file(temporary: Path, target: Path) -> None:
    try:
        descriptor = os.open(temporary, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _failure(target, "cannot be made durable", error) from error


def _move(temporary: Path, target: Path) -> None:
    """Rename; an error after the server did it shows as the same file under the new name."""
    size = temporary.stat().st_size
    try:
        temporary.replace(target)
    except OSError:
        if temporary.exists() or not target.exists() or target.stat().st_size != size:
            raise


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, each durable in the one above."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir()
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the file system can."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_DIRECTORY_SYNC:
            raise
    finally:
        os.close(descriptor)
