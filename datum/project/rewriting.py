"""Bringing the files of a working copy to another state, so that a kill half-way can be finished.

A note under ``.datum/pending`` says what the files are to become, and how they were before. As long as
it is there, nothing takes the folder for what somebody edited: the next command that looks at it
finishes first what the note says.
"""

import filecmp
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from datum.errors import ProjectError
from datum.objects.files import make_folder
from datum.outputs.staging import hidden_folder
from datum.project.config import WorkingConfig
from datum.project.layout import Layout, write_file
from datum.project.signature import Stamp, stamp

__all__ = ["Pending", "bring_files", "pending", "remove_note", "write_note"]

_FOLDER = "pending"


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """What is under way with a working copy."""

    config: WorkingConfig
    """What its configuration is to be."""
    tip: str
    """The commit that it is to show, in hexadecimal digits."""
    old: tuple[str, ...] = ()
    """Relative names of the files that it has of datum."""
    before: dict[str, Stamp] = msgspec.field(default_factory=dict)
    """Of these and the new files, those that are there: how each was before it was touched."""


def pending(layout: Layout, name: str) -> Pending | None:
    """What is under way with the working copy of that name, None for nothing.

    Raises:
        ProjectError: The note cannot be read.
    """
    path = _path(layout, name)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Pending)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise ProjectError(
            f"{path}: {error}", hint="delete it, and see what `datum status` says"
        ) from error


def write_note(layout: Layout, name: str, note: Pending) -> None:
    """Say, durably, what is about to be done."""
    path = _path(layout, name)
    make_folder(path.parent)
    write_file(path, msgspec.json.encode(note).decode())


def remove_note(layout: Layout, name: str) -> None:
    """It was done, or is not wanted any more."""
    _path(layout, name).unlink(missing_ok=True)


def bring_files(
    folder: Path,
    old: Iterable[str],
    write: Callable[[Path], None],
    begin: Callable[[dict[str, Stamp]], None],
    before: dict[str, Stamp] | None = None,
) -> None:
    """Write new files over old ones; files that are not datum's stay.

    Args:
        folder: The working copy.
        old: Relative names of the files that go, unless they are among the new ones.
        write: Makes a folder with the new files.
        begin: Called before the first file is touched, with the stamps of those that are there.
        before: What *begin* was called with when the same was begun before.

    Raises:
        ProjectError: It was begun before, and a file was changed since.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with hidden_folder(folder.parent) as hidden:
        fresh = hidden / "new"
        write(fresh)
        new = {path.relative_to(fresh).as_posix() for path in fresh.rglob("*") if path.is_file()}
        gone = sorted({*old} - new)
        if before is None:
            found = ((name, stamp(folder / name)) for name in (*gone, *sorted(new)))
            begin({name: one for name, one in found if one is not None})
        else:
            _refuse_edits(folder, fresh, [*gone, *sorted(new)], before)
        for name in gone:
            (folder / name).unlink(missing_ok=True)
        for name in sorted(new):
            _move(fresh / name, folder / name)
    for name in reversed(gone):
        _prune((folder / name).parent, folder)


def _refuse_edits(
    folder: Path, fresh: Path, names: Iterable[str], before: dict[str, Stamp]
) -> None:
    """Raise if a file is neither as it was before nor as it is to become."""
    for name in names:
        place, wanted = folder / name, fresh / name
        untouched = stamp(place) == before.get(name)
        if untouched or (not place.exists() and not wanted.exists()) or _equal(wanted, place):
            continue
        raise ProjectError(
            f"{place} was edited after a command that was rewriting {folder} was killed",
            hint="keep a copy of it, then `datum checkout --into` that folder with --force",
        )


def _path(layout: Layout, name: str) -> Path:
    return layout.folder / _FOLDER / f"{name}.json"


def _equal(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and filecmp.cmp(one, other, shallow=False)


def _move(source: Path, target: Path) -> None:
    """Put a file in its place; one of equal content is left alone, with its times."""
    if _equal(source, target):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)


def _prune(folder: Path, root: Path) -> None:
    """Remove folders that became empty, up to *root*."""
    while folder != root and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
