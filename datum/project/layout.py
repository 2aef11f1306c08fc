"""Where a project keeps its things: the folder ``.datum`` and what is in it."""

import os
import tempfile
from pathlib import Path

import msgspec

from datum.errors import ProjectError
from datum.objects.files import sync_folder
from datum.refs.head import Head

__all__ = ["FOLDER", "OLD", "Layout", "find_project", "write_file"]

FOLDER = ".datum"
OLD = ".datum.old"
"""A project that is being replaced by another one, or was when the process was killed."""


class Layout(msgspec.Struct, frozen=True):
    """The paths of a project."""

    root: Path
    """The directory that holds ``.datum``."""

    @property
    def folder(self) -> Path:
        """``.datum`` itself."""
        return self.root / FOLDER

    @property
    def config(self) -> Path:
        """Store, sources, working copies, author."""
        return self.folder / "config.toml"

    @property
    def head(self) -> Path:
        """The branch or commit that the project stands on."""
        return self.folder / "HEAD"

    @property
    def store(self) -> Path:
        """The embedded store."""
        return self.folder / "store"

    @property
    def index(self) -> Path:
        """What can be deleted at any time: the index of the store, memos, the stat cache."""
        return self.folder / "index"

    def read_head(self) -> Head:
        """Where the project stands.

        Raises:
            ProjectError: The file cannot be read.
            CorruptObjectError: It is no HEAD.
        """
        try:
            return Head.parse(self.head.read_text(), path=str(self.head))
        except (OSError, UnicodeDecodeError) as error:
            raise ProjectError(f"{self.head}: {error}", hint="run `datum switch main`") from error

    def write_head(self, head: Head) -> None:
        """Stand elsewhere, atomically."""
        write_file(self.head, head.format())


def write_file(path: Path, text: str) -> None:
    """Replace a small file so that a crash leaves the old one or the new one."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
        sync_folder(path.parent)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def find_project(start: Path) -> Layout:
    """The project that *start* lies in, looked for upward.

    Raises:
        ProjectError: There is none.
    """
    start = start.absolute()
    for folder in (start, *start.parents):
        if any((folder / name / "config.toml").is_file() for name in (FOLDER, OLD)):
            return Layout(folder)
    raise ProjectError(
        f"{start} is not in a datum project",
        hint="make one with `datum create`, or name one with -p",
    )
