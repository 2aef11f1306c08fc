"""Copying bytes between open files, by sharing extents where the file system can."""

import contextlib
import fcntl
import os
import sys
from pathlib import Path

from datum.advice import system_advice
from datum.errors import StoreError

__all__ = ["CHUNK", "clone", "copy_into", "write_all", "write_new"]

CHUNK = 1 << 20
"""Bytes read at a time."""

_FICLONE = 0x40049409
"""Linux's request to share extents; other systems copy."""


def clone(source: int, target: int) -> bool:
    """Make *target* share the bytes of *source* (open files); False where that is not possible."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            fcntl.ioctl(target, _FICLONE, source)
            return True
    return False


def copy_into(source: int, target: int) -> None:
    """Copy one open file into another, empty one."""
    if clone(source, target):
        return
    while chunk := os.read(source, CHUNK):
        write_all(target, chunk)


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of *data*; the system may take it in parts."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet.

    Raises:
        StoreError: it is there, or cannot be written.
    """
    try:
        with path.open("xb") as file:
            file.write(data)
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be written: {error.strerror}", hint=system_advice(error)
        ) from error
