"""What a folder holds after a power cut: a model of what was synced, at every file operation.

File systems promise little. The bytes of a file are safe once it was synced, a name once its folder
was. Until then a crash may keep the old state or the new one, for each name and each file on its own,
and a file may come back empty or with a part of its bytes.
"""

import hashlib
import os
import random
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

__all__ = ["CrashingFolder", "Wreck"]

_OPERATIONS = (
    *("open", "write", "fsync", "fdatasync", "link", "rename", "replace", "mkdir", "unlink"),
    *("remove", "rmdir", "ftruncate", "posix_fallocate"),
)


class Wreck(msgspec.Struct, frozen=True, kw_only=True):
    """A state that a folder may be in after the power was cut."""

    moment: int
    """How many operations were made before; equal states are kept once, of the first moment."""
    operation: str
    """The operation that was about to be made."""
    kept: str
    """What outlived the crash beyond what was synced: ``synced`` alone, ``names``, ``mixed``."""
    folders: tuple[str, ...]
    """Relative names, parents first."""
    files: dict[str, bytes]

    def write(self, target: Path) -> None:
        """Make the folder *target* with this content."""
        target.mkdir(parents=True)
        for name in self.folders:
            (target / name).mkdir()
        for name, data in self.files.items():
            (target / name).write_bytes(data)


class CrashingFolder:
    """Watches the file operations of this process, and knows what of a folder would be left."""

    def __init__(self, root: Path, *, leave_out: str = "", seed: int = 0) -> None:
        """Take what is in the folder as durable.

        Args:
            root: The folder.
            leave_out: A relative name that is lost in every crash (what can be made again).
            seed: Of the states in which chance decides what is left.
        """
        self._root = root
        self._leave_out = leave_out
        self._draw = random.Random(seed)  # noqa: S311 (a repeatable series, no secret)
        self._held: dict[int, int] = {}
        self._content: dict[int, bytes] = {}
        self._names: dict[int, dict[str, int]] = {}
        self._known: set[bytes] = set()
        self.moment = 0
        """Operations seen so far."""
        self.wrecks: list[Wreck] = []
        """The states found, each once."""
        for inode in self._walk(root):
            self._sync(inode)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Note at each file operation in this block what a power cut would leave."""
        real = {name: getattr(os, name) for name in _OPERATIONS}
        for name, function in real.items():
            setattr(os, name, self._watched(name, function))
        try:
            yield
            self._note("end")
        finally:
            for name, function in real.items():
                setattr(os, name, function)
            for descriptor in self._held.values():
                os.close(descriptor)
            self._held.clear()

    def _watched(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if name == "open" and not arguments[1] & os.O_CREAT:
                return function(*arguments, **named)
            self._note(f"{name} {arguments[0]}")
            result = function(*arguments, **named)
            if name in ("fsync", "fdatasync"):
                self._sync(self._hold(f"/proc/self/fd/{arguments[0]}"))
            return result

        return call

    def _hold(self, path: Path | str) -> int:
        """The inode of a file or folder; kept open, so that its number is not given to another."""
        inode = os.stat(path).st_ino  # noqa: PTH116 (a descriptor's name in /proc is no usual path)
        if inode not in self._held:
            self._held[inode] = os.open(path, os.O_RDONLY)
        return inode

    def _walk(self, path: Path) -> Iterator[int]:
        yield self._hold(path)
        if path.is_dir():
            for entry in sorted(path.iterdir()):
                if str(entry.relative_to(self._root)) != self._leave_out:
                    yield from self._walk(entry)

    def _sync(self, inode: int) -> None:
        """Take the present state of a file or a folder as durable."""
        if self._is_folder(inode):
            self._names[inode] = self._current_names(inode)
        else:
            self._content[inode] = self._current_content(inode)

    def _is_folder(self, inode: int) -> bool:
        return stat.S_ISDIR(os.fstat(self._held[inode]).st_mode)

    def _current_names(self, inode: int) -> dict[str, int]:
        place = f"/proc/self/fd/{self._held[inode]}"
        return {name: self._hold(f"{place}/{name}") for name in sorted(os.listdir(place))}  # noqa: PTH208 (as above)

    def _current_content(self, inode: int) -> bytes:
        size = os.fstat(self._held[inode]).st_size
        return os.pread(self._held[inode], size, 0)

    def _note(self, operation: str) -> None:
        for _inode in self._walk(self._root):
            """Hold all that there is."""
        root = self._hold(self._root)
        for kept in ("synced", "names", "mixed"):
            folders: list[str] = []
            files: dict[str, bytes] = {}
            self._collect(root, "", kept, folders, files)
            state = hashlib.sha256(msgspec.msgpack.encode((folders, sorted(files.items()))))
            if state.digest() not in self._known:
                self._known.add(state.digest())
                self.wrecks.append(
                    Wreck(
                        moment=self.moment,
                        operation=operation,
                        kept=kept,
                        folders=tuple(folders),
                        files=files,
                    )
                )
        self.moment += 1

    def _collect(
        self, inode: int, prefix: str, kept: str, folders: list[str], files: dict[str, bytes]
    ) -> None:
        for name, child in sorted(self._left_names(inode, kept).items()):
            place = prefix + name
            if place == self._leave_out:
                continue
            if self._is_folder(child):
                folders.append(place)
                self._collect(child, f"{place}/", kept, folders, files)
            else:
                files[place] = self._left_content(child, kept)

    def _left_names(self, inode: int, kept: str) -> dict[str, int]:
        old, new = self._names.get(inode, {}), self._current_names(inode)
        if kept == "synced":
            return old
        if kept == "names":
            return new
        left = {}
        for name in {**old, **new}:
            found = self._draw.choice((old, new)).get(name)
            if found is not None:
                left[name] = found
        return left

    def _left_content(self, inode: int, kept: str) -> bytes:
        old = self._content.get(inode, b"")
        if kept != "mixed":
            return old
        new = self._current_content(inode)
        if new == old:
            return old
        part = new[: self._draw.randint(0, len(new))]
        return self._draw.choice((old, part, part.ljust(len(new), b"\0")))
