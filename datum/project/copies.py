"""Which working copies a project has: their names, folders, branches and formats."""

import os
from pathlib import Path

import msgspec

from datum.errors import ProjectError, UnknownNameError
from datum.project.config import WorkingConfig, relative_path, set_table
from datum.project.exporting import Export
from datum.project.session import Session

__all__ = [
    "branch_of",
    "config_for",
    "config_of",
    "configure",
    "export_of",
    "folder_of",
    "free_name",
    "name_at",
    "plan_of",
    "working_of_ref",
    "working_ref",
]


def working_ref(name: str) -> str:
    """The ref of a working copy."""
    return f"working/{name}"


def working_of_ref(session: Session, ref: str) -> list[str]:
    """Names of the working copies of a branch."""
    return [name for name, config in session.config.working.items() if config.ref == ref]


def config_of(session: Session, name: str) -> WorkingConfig:
    """The configuration of a working copy.

    Raises:
        UnknownNameError: There is none of that name.
    """
    config = session.config.working.get(name)
    if config is None:
        raise UnknownNameError("working copy", name, session.config.working)
    return config


def folder_of(session: Session, config: WorkingConfig) -> Path:
    """Where a working copy is."""
    return Path(os.path.normpath(session.layout.root / config.path))


def plan_of(config: WorkingConfig) -> Export:
    """How a working copy is written."""
    return Export(format=config.format, options=config.options, save_media=config.save_media)


def branch_of(session: Session, name: str) -> str:
    """The full name of the branch called *name*, of that of HEAD for an empty name.

    Raises:
        ProjectError: There is no such branch: a working copy shows a branch and nothing else.
    """
    ref = f"heads/{name.removeprefix('heads/')}" if name and name != "HEAD" else session.head.ref
    if ref is None:
        raise ProjectError(
            "HEAD is on no branch that a working copy could show",
            hint="make one with `datum switch -c NAME`",
        )
    if ref != session.head.ref and session.refs.get(ref) is None:
        raise ProjectError(
            f"there is no branch '{name}' that a working copy could show",
            hint=f"`datum branch NAME {name}` makes one; `datum export {name}` writes a plain export",
        )
    return ref


def export_of(session: Session, folder: Path) -> Export | None:
    """How the working copy in a folder is written; None where there is none."""
    name = name_at(session, folder)
    return None if name is None else plan_of(session.config.working[name])


def config_for(session: Session, ref: str, folder: Path, export: Export) -> WorkingConfig:
    """The configuration of a working copy of a branch in a folder."""
    return WorkingConfig(
        path=relative_path(session.layout, folder),
        format=export.format,
        ref=ref,
        save_media=export.save_media,
        options=export.options,
    )


def configure(session: Session, name: str, config: WorkingConfig | None) -> None:
    """Make that the configuration of a working copy; None to forget it."""
    table = None if config is None else msgspec.to_builtins(config)
    set_table(session.layout.config, "working", name, table)
    session.reload()


def name_at(session: Session, folder: Path) -> str | None:
    """The name of the working copy in a folder; None where there is none."""
    place = Path(os.path.normpath(folder.absolute()))
    for name, config in session.config.working.items():
        if folder_of(session, config) == place:
            return name
    return None


def free_name(session: Session, folder: Path) -> str:
    """A name for a new working copy, from its folder."""
    stem = "".join(c if c.isalnum() or c in "_-" else "-" for c in folder.absolute().name)
    stem = stem.strip("-") or "copy"
    name, number = stem, 2
    while name in session.config.working:
        name, number = f"{stem}-{number}", number + 1
    return name
