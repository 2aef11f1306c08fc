"""A file in the making that stays in memory while it is small."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from datum.advice import system_advice
from datum.errors import StoreError
from datum.objects.copying import write_all

__all__ = ["Spool"]


class Spool:
    """Takes bytes at its end and gives back any of them. Not for several threads."""

    def __init__(self, make_path: Callable[[], Path], limit: int) -> None:
        self._make_path = make_path
        self._limit = limit
        self._buffer = bytearray()
        self._descriptor = -1
        self._process = os.getpid()
        self.path: Path | None = None
        """The file, once there is more than the limit."""
        self.size = 0
        """In bytes."""

    def write(self, data: bytes) -> None:
        """Add to the end.

        Raises:
            StoreError: the file cannot be written.
        """
        self.size += len(data)
        if self.path is None:
            self._buffer += data
            if self.size > self._limit:
                self.spill()
            return
        self._write(data)

    def spill(self) -> Path:
        """Go from memory to a file, if that has not happened, and give its path."""
        if self.path is None:
            path = self._make_path()
            try:
                self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
            except OSError as error:
                raise StoreError(
                    f"{path}: cannot be created: {error.strerror}", hint=system_advice(error)
                ) from error
            self.path = path
            self._write(bytes(self._buffer))
            self._buffer = bytearray()
        return self.path

    def read(self, start: int, length: int) -> bytes:
        """At most *length* bytes from *start*; the file may have been renamed meanwhile."""
        if self.path is None:
            return bytes(self._buffer[start : start + length])
        return os.pread(self._descriptor, length, start)

    def content(self) -> bytes:
        """Everything."""
        return self.read(0, self.size)

    def discard(self) -> None:
        """Close, and remove the file if it still has its first name and was made by this process."""
        if self.path is not None and self._process == os.getpid():
            with contextlib.suppress(OSError):
                self.path.unlink()
        self.close()

    def close(self) -> None:
        """Close the file; nothing can be read any more."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __del__(self) -> None:
        self.discard()

    def _write(self, data: bytes) -> None:
        try:
            write_all(self._descriptor, data)
        except OSError as error:
            raise StoreError(
                f"{self.path}: cannot be written: {error.strerror}", hint=system_advice(error)
            ) from error
