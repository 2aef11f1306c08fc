"""What an output must not touch: projects, sources, working copies, the dataset it is made from."""

import os
from collections.abc import Iterable
from pathlib import Path

from datum.errors import UsageError
from datum.project.layout import FOLDER, OLD
from datum.project.session import Session

__all__ = ["closed_folders", "refuse_harm"]

_HINT = "choose another place with -o"


def closed_folders(session: Session) -> list[Path]:
    """Sources and working copies, into which no export may go.

    A source around the project is left out: exports beside ``.datum`` are usual there.
    """
    root = session.layout.root.resolve()
    config = session.config
    places = [one.path for one in config.sources.values()]
    places += [one.path for one in config.working.values()]
    found = [(root / path).resolve() for path in places]
    return [path for path in found if not root.is_relative_to(path)]


def refuse_harm(
    path: Path, *, overwrite: bool, closed: Iterable[Path] = (), spared: Iterable[Path] = ()
) -> None:
    """Raise if an output at *path* would destroy what cannot be made again.

    Args:
        path: Where the output is to be.
        overwrite: Whether what is there would be deleted.
        closed: Nothing is to be written into these.
        spared: These are not to be deleted.

    Raises:
        UsageError: *path* is a part of a project's own files or of something closed; or, with
            *overwrite*, a project, something closed or something spared would be deleted.
    """
    target = path.resolve()
    closed = list(closed)
    if FOLDER in target.parts or OLD in target.parts:
        raise UsageError(f"{path} is among a project's own files in {FOLDER}", hint=_HINT)
    for kept in (one.resolve() for one in closed):
        if kept != target and target.is_relative_to(kept):
            raise UsageError(
                f"{path} lies in {kept}, which is a source or a working copy", hint=_HINT
            )
    if not overwrite:
        return
    for kept in (*closed, *spared, *_projects(target)):
        if kept.resolve().is_relative_to(target):
            raise UsageError(f"to replace {path} would delete {kept}", hint=_HINT)


def _projects(folder: Path) -> Iterable[Path]:
    for where, folders, _ in os.walk(folder):
        for name in (FOLDER, OLD):
            if name in folders and Path(where, name, "config.toml").is_file():
                yield Path(where, name)
