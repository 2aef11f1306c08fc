"""Open packs and decoded frames, a bounded number of each, kept for the next read."""

import errno
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Generic, TypeVar

from datum.errors import CorruptObjectError, StoreError
from datum.objects.frames import Entry, entry_at
from datum.objects.ids import ObjectId
from datum.objects.pack import Place, ReadBytes, read_frame

__all__ = ["FrameCache", "OpenFiles"]

_FILES = 64
_FRAME_BYTES = 32 << 20
_LARGE = 1 << 18
"""Decoded frames above this (single media, mostly) are not kept."""


K = TypeVar("K", bound=Hashable)


class _OpenFile:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = os.open(path, os.O_RDONLY)

    def read(self, start: int, length: int) -> bytes:
        """At most *length* bytes from *start*: never the whole file, never a shared position."""
        try:
            return os.pread(self._descriptor, length, start)
        except OSError as error:
            if error.errno != errno.ESTALE:
                raise StoreError(f"{self.path}: cannot be read: {error.strerror}") from error
        return self._reopened().read(start, length)

    def _reopened(self) -> "_OpenFile":
        """The same name again: the server forgot which file was meant."""
        try:
            return _OpenFile(self.path)
        except OSError as error:
            raise StoreError(f"{self.path}: cannot be read: {error.strerror}") from error

    def __del__(self) -> None:
        if hasattr(self, "_descriptor"):
            os.close(self._descriptor)


class OpenFiles:
    """Files open for reading, the least recently used closed first. Safe for threads and forks."""

    def __init__(self) -> None:
        self._open: OrderedDict[Path, _OpenFile] = OrderedDict()
        self._lock = threading.Lock()

    def reader(self, path: Path) -> ReadBytes:
        """How to read a file.

        Raises:
            FileNotFoundError: there is none.
            StoreError: it cannot be opened.
        """
        with self._lock:
            found = self._open.get(path)
            if found is None:
                found = self._open[path] = _open(path)
                if len(self._open) > _FILES:
                    self._open.popitem(last=False)
            else:
                self._open.move_to_end(path)
        return found.read

    def forget(self, path: Path) -> None:
        """Close a file, so that the next reader opens what is there then."""
        with self._lock:
            self._open.pop(path, None)


class FrameCache(Generic[K]):
    """Decoded frames, the least recently used dropped first."""

    def __init__(self) -> None:
        self._frames: OrderedDict[tuple[K, int], bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def entry(
        self, pack: K, reader: Callable[[K], ReadBytes], place: Place, oid: ObjectId
    ) -> Entry:
        """The entry at a place of a pack.

        Args:
            pack: A name of the pack.
            reader: Called with that name if the pack has to be read.
            place: Where the entry is.
            oid: The id expected there.

        Raises:
            CorruptObjectError: the frame is damaged or has another object there.
        """
        raw = self._frame(pack, reader, place.frame)
        entry = entry_at(raw, place.position, len(oid))
        if entry.oid != oid:
            raise CorruptObjectError("its pack has another object in its place", oid=oid.hex())
        return entry

    def _frame(self, pack: K, reader: Callable[[K], ReadBytes], offset: int) -> bytes:
        key = (pack, offset)
        with self._lock:
            raw = self._frames.get(key)
            if raw is not None:
                self._frames.move_to_end(key)
                return raw
        raw = read_frame(reader(pack), offset)[1]
        if len(raw) <= _LARGE:
            self._keep(key, raw)
        return raw

    def _keep(self, key: tuple[K, int], raw: bytes) -> None:
        with self._lock:
            if key in self._frames:
                return
            self._frames[key] = raw
            self._bytes += len(raw)
            while self._bytes > _FRAME_BYTES:
                self._bytes -= len(self._frames.popitem(last=False)[1])


def _open(path: Path) -> _OpenFile:
    try:
        return _OpenFile(path)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StoreError(f"{path}: cannot be opened: {error.strerror}") from error
