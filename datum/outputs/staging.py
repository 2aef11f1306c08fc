"""Hidden folders in which outputs are collected: made, swapped into place, and swept up after a kill."""

import contextlib
import ctypes
import fcntl
import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

__all__ = ["exchange", "hidden_folder", "make_staging", "sweep"]

_NAME = re.compile(r"\.datum-[0-9a-f]{12}")
_HERE = -100  # AT_FDCWD
_EXCHANGE = 2  # RENAME_EXCHANGE


def make_staging(home: Path) -> tuple[Path, int]:
    """A new hidden folder, and the open file whose lock says that somebody is at work in it."""
    while True:
        staging = home / f".datum-{secrets.token_hex(6)}"
        staging.mkdir()
        descriptor = os.open(staging, os.O_RDONLY | os.O_DIRECTORY)
        _locks(descriptor)
        if staging.is_dir():  # somebody may have swept it up before it had its lock
            return staging, descriptor
        os.close(descriptor)


@contextlib.contextmanager
def hidden_folder(home: Path) -> Iterator[Path]:
    """A hidden folder that is deleted at the end."""
    sweep(home)
    staging, lock = make_staging(home)
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        os.close(lock)


def sweep(home: Path) -> None:
    """Delete the hidden folders of processes that were killed: nobody holds their lock."""
    with os.scandir(home) as entries:
        found = [entry.path for entry in entries if _NAME.fullmatch(entry.name)]
    for path in found:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            continue
        if _locks(descriptor):
            shutil.rmtree(path, ignore_errors=True)
        os.close(descriptor)


def exchange(one: Path, other: Path) -> bool:
    """Let two paths change places in one step, so that a kill leaves neither empty.

    False where the system or the file system cannot.
    """
    if sys.platform != "linux":
        return False
    renameat2 = getattr(ctypes.CDLL(None), "renameat2", None)
    if renameat2 is None:
        return False
    done = renameat2(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE)
    return bool(done == 0)


def _locks(descriptor: int) -> bool:
    """Take the lock; False where another process has it, or where there are no locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
