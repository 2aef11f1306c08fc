"""LMDB environments: opened once for each process, never shared over a fork, grown when full.

An environment here holds nothing that cannot be made again. One that is damaged, or belongs to
another store, is removed and made anew without a word.
"""

import contextlib
import fcntl
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import lmdb

from datum.errors import StoreError

__all__ = ["Environment", "UnusableError"]

_MAP_SIZE = 1 << 28
_MAX_TABLES = 128
_MISC = b"misc"
_STAMP = b"stamp"
_DAMAGE = (
    lmdb.BadDbiError,
    lmdb.BadTxnError,
    lmdb.BadValsizeError,
    lmdb.CorruptedError,
    lmdb.IncompatibleError,
    lmdb.InvalidError,
    lmdb.PageNotFoundError,
    lmdb.PanicError,
    lmdb.VersionMismatchError,
)


class UnusableError(StoreError):
    """There can be no environment in that folder (it is read-only, say): do without one."""


class _Opened:
    """An open environment and its tables. Only the registry keeps these, so that a fork can drop them."""

    def __init__(self, environment: Any, data: Path) -> None:
        self.environment = environment
        self.tables: dict[bytes, Any] = {}
        self.notes: dict[int, Any] = {}
        self.lock = threading.RLock()
        self.identity = _identity(data)


class _Registry:
    """The open environments of this process, by folder."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.lock = threading.RLock()
        self.opened: dict[str, _Opened] = {}

    def forget_after_fork(self) -> None:
        """LMDB forbids a child to use what its parent opened."""
        for opened in self.opened.values():
            with contextlib.suppress(lmdb.Error):
                opened.environment.close()
        self.reset()


_REGISTRY = _Registry()
os.register_at_fork(after_in_child=_REGISTRY.forget_after_fork)


class Environment:
    """The tables in a folder, opened when first asked for; *stamp* says what they are about."""

    def __init__(self, folder: Path, stamp: bytes) -> None:
        self._folder = folder
        self._key = os.path.realpath(folder)
        self._stamp = stamp

    @contextlib.contextmanager
    def reading(self) -> Iterator[Any]:
        """A short read transaction; nothing may be yielded to callers while it is open.

        Raises:
            UnusableError: there can be no environment.
            StoreError: it was damaged; it has been removed.
        """
        opened = self._opened()
        with self._guarded(opened), _begin_reading(opened.environment) as transaction:
            yield transaction

    def write(self, work: Callable[[Any], None]) -> None:
        """Run *work* in a write transaction, again from its start if the map has to grow.

        Raises:
            UnusableError: there can be no environment.
            StoreError: it was damaged and has been removed, or there is no space.
        """
        opened = self._opened()
        with self._guarded(opened):
            _run(opened.environment, work)
            _pad(opened.environment, self._folder / "data.mdb")

    def table(self, name: bytes, *, create: bool = True) -> Any:
        """Handle of a table, None if it is absent and not to be created. Not inside a transaction."""
        opened = self._opened()
        with self._guarded(opened):
            found = opened.tables.get(name)
            if found is None:
                found = _open_table(opened.environment, name, create=create)
                if found is not None:
                    opened.tables[name] = found
            return found

    def get_many(self, name: bytes, keys: Sequence[bytes]) -> list[bytes | None]:
        """Values of a table by key, None where there is none. A key of no bytes has no value.

        Raises:
            UnusableError: there can be no environment.
            StoreError: it was damaged; it has been removed.
        """
        opened = self._opened()
        table = opened.tables.get(name)
        if table is None:
            table = self.table(name, create=False)
        if table is None:
            return [None] * len(keys)
        try:
            with opened.lock, _begin_reading(opened.environment) as transaction:
                get = transaction.get
                return [get(key, None, table) if key else None for key in keys]
        except lmdb.Error as error:
            raise self._failure(error) from error

    def notes(self) -> dict[int, Any]:
        """Room for what is derived from the tables; empty again when the environment is made anew."""
        return self._opened().notes

    def remove(self) -> None:
        """Delete everything in the environment, and the files themselves."""
        with _REGISTRY.lock:
            opened = _REGISTRY.opened.pop(self._key, None)
            if opened is not None:
                with opened.lock:
                    opened.environment.close()
            if self._folder.is_dir():
                with _alone(self._folder):
                    _wipe(self._folder)

    @contextlib.contextmanager
    def _guarded(self, opened: _Opened) -> Iterator[None]:
        with opened.lock:
            try:
                yield
            except lmdb.Error as error:
                raise self._failure(error) from error

    def _failure(self, error: lmdb.Error) -> StoreError:
        """What to raise for an error of LMDB; a damaged environment is removed first."""
        if isinstance(error, _DAMAGE):
            self.remove()
            return StoreError(
                f"{self._folder}: the index was damaged and has been removed: {error}",
                hint="run the command again; the index is rebuilt",
            )
        return StoreError(
            f"{self._folder}: the index cannot be used: {error}",
            hint="make room on that disk; deleting the folder loses nothing, it is made again",
        )

    def _opened(self) -> _Opened:
        opened = _REGISTRY.opened.get(self._key)
        if opened is not None:
            return opened
        with _REGISTRY.lock:
            opened = _REGISTRY.opened.get(self._key)
            if opened is None:
                opened = self._open()
                _REGISTRY.opened[self._key] = opened
            return opened

    def refresh(self) -> None:
        """Let go of an environment whose files were deleted or replaced, so that it is made anew."""
        with _REGISTRY.lock:
            opened = _REGISTRY.opened.get(self._key)
            if opened is not None and opened.identity != _identity(self._folder / "data.mdb"):
                del _REGISTRY.opened[self._key]
                with opened.lock:
                    opened.environment.close()

    def _open(self) -> _Opened:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with _alone(self._folder):
                environment = self._open_sound()
                if environment is None:
                    _wipe(self._folder)
                    environment = self._open_sound()
        except (OSError, lmdb.Error) as error:
            raise UnusableError(str(error)) from error
        if environment is None:
            raise UnusableError(f"{self._folder}: cannot be made anew")
        return _Opened(environment, self._folder / "data.mdb")

    def _open_sound(self) -> Any:
        """The environment, None if what is there is damaged or about something else."""
        try:
            environment = lmdb.open(
                str(self._folder),
                map_size=_MAP_SIZE,
                max_dbs=_MAX_TABLES,
                metasync=False,
                readahead=False,
            )
        except _DAMAGE:
            return None
        try:
            if _whole(environment, self._folder / "data.mdb") and self._stamped(environment):
                environment.reader_check()
                return environment
        except _DAMAGE:
            pass
        environment.close()
        return None

    def _stamped(self, environment: Any) -> bool:
        """Whether the stamp is ours; a new environment gets it."""
        misc = environment.open_db(_MISC)
        with environment.begin(db=misc) as transaction:
            found = transaction.get(_STAMP)
        if found is None and environment.stat()["entries"] == 1:  # the table just made
            _run(environment, lambda transaction: transaction.put(_STAMP, self._stamp, db=misc))
            return True
        return bool(found == self._stamp)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let no other process open or remove the environment meanwhile, where the system has locks.

    LMDB's two files belong together: who opened one of before and one of after a removal would write
    without the lock of the others.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _begin_reading(environment: Any) -> Any:
    try:
        return environment.begin()
    except lmdb.MapResizedError:  # another process made it grow
        environment.set_mapsize(0)
        return environment.begin()


def _run(environment: Any, work: Callable[[Any], None]) -> None:
    while True:
        try:
            with environment.begin(write=True) as transaction:
                work(transaction)
        except lmdb.MapFullError:
            environment.set_mapsize(environment.info()["map_size"] * 2)
        except lmdb.MapResizedError:
            environment.set_mapsize(0)
        else:
            return


def _open_table(environment: Any, name: bytes, *, create: bool) -> Any:
    while True:
        try:
            return environment.open_db(name, create=create)
        except lmdb.NotFoundError:
            return None
        except lmdb.MapFullError:
            environment.set_mapsize(environment.info()["map_size"] * 2)
        except lmdb.MapResizedError:
            environment.set_mapsize(0)


def _needed(environment: Any) -> int:
    """Bytes that the file must have. Reading a page behind its end would kill the process."""
    return int((environment.info()["last_pgno"] + 1) * environment.stat()["psize"])


def _whole(environment: Any, data: Path) -> bool:
    return data.stat().st_size >= _needed(environment)


def _pad(environment: Any, data: Path) -> None:
    """Pages that were given up in the transaction that made them leave the file short: fill up."""
    needed = _needed(environment)
    with contextlib.suppress(OSError):
        if data.stat().st_size < needed and hasattr(os, "posix_fallocate"):
            descriptor = os.open(data, os.O_RDWR)
            try:
                os.posix_fallocate(descriptor, 0, needed)  # never shrinks, never overwrites
            finally:
                os.close(descriptor)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _wipe(folder: Path) -> None:
    for name in ("data.mdb", "lock.mdb"):
        path = folder / name
        if path.is_dir() and not path.is_symlink():
            continue
        path.unlink(missing_ok=True)
