"""Whether files outside have changed since they were read: size, time and inode, never contents."""

import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import xxhash

__all__ = ["Stamp", "folders_around", "scan", "signature", "stamp"]

RACY = 2_000_000_000
"""Nanoseconds: a file that was changed so shortly before it was looked at may change again within
the same tick of its file system's clock, so it is not trusted yet."""

_BESIDE = ("annotation", "label", "json", "xml")
"""What folders of annotations are called, with images in a folder beside them."""
_DEPTH = 4
_MOST_FOLDERS = 1000


class Stamp(msgspec.Struct, frozen=True, array_like=True):
    """What tells one state of a file from another without reading it."""

    size: int
    mtime: int
    """Nanoseconds since 1970."""
    inode: int

    def settled(self, now: int) -> bool:
        """Whether the file is old enough, at *now* in nanoseconds, to be trusted."""
        return self.mtime < now - RACY


def stamp(path: str | Path) -> Stamp | None:
    """The stamp of a file; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 (twice as fast as Path.stat, and called for every file)
    except OSError:
        return None
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ino)


def scan(path: Path) -> Iterator[str]:
    """The file, or the files under the folder at any depth, as full names."""
    if not path.is_dir():
        yield str(path)
        return
    waiting = [str(path)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir():
                    waiting.append(entry.path)
                else:
                    yield entry.path


def folders_around(path: Path) -> list[str]:
    """The folders in which images of a dataset at *path* may appear: a folder's time tells when.

    Those beside a file, and beside a folder of annotations, some levels deep. Never more than a
    thousand, so a file in a home directory costs little.
    """
    root = path.parent if path.is_file() else path
    if root.name.lower().startswith(_BESIDE):
        root = root.parent
    found, level = [], [str(root)]
    for _ in range(_DEPTH):
        found += level
        level = [entry.path for folder in level for entry in _folders_in(folder)]
        if len(found) + len(level) > _MOST_FOLDERS:
            break
    return found


def _folders_in(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            inside = [entry for entry in entries if not entry.name.startswith(".")]
            return [entry for entry in inside if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def signature(paths: Iterable[str]) -> tuple[bytes, bool]:
    """One digest of the stamps of files, and whether all are old enough to trust it."""
    now = time.time_ns()
    settled = True
    parts = []
    for path in sorted(set(paths)):
        found = stamp(path)
        settled = settled and (found is None or found.settled(now))
        parts.append(f"{path}\0{found and (found.size, found.mtime, found.inode)}")
    return xxhash.xxh3_128_digest("\n".join(parts).encode("utf-8", "surrogateescape")), settled
