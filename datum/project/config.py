"""The configuration of a project: ``.datum/config.toml``, comments and order kept on writing."""

import os
import tomllib
from pathlib import Path
from typing import Any, Literal

import msgspec

from datum.errors import ProjectError, UnknownNameError, UsageError
from datum.project.layout import Layout, write_file

__all__ = [
    "SETTINGS",
    "Config",
    "MediaChoice",
    "SourceConfig",
    "WorkingConfig",
    "change_setting",
    "read_config",
    "read_settings",
    "relative_path",
    "set_table",
]

MediaChoice = Literal["store", "reference", "none"]


class SourceConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A dataset outside that the project takes from."""

    path: str
    """Absolute, or relative to the project where it lies inside."""
    format: str
    media: MediaChoice = "store"
    """Whether the bytes of media are taken in, referenced where they are, or left out."""
    options: dict[str, Any] = msgspec.field(default_factory=dict)


class WorkingConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A working copy: a folder with an export of a branch, whose edits can be committed."""

    path: str
    format: str
    ref: str
    """Full name of the branch that it shows."""
    save_media: bool = True
    options: dict[str, Any] = msgspec.field(default_factory=dict)


class _Store(msgspec.Struct, frozen=True):
    path: str = "store"


class _Project(msgspec.Struct, frozen=True):
    name: str = ""


class _User(msgspec.Struct, frozen=True):
    name: str = ""
    email: str = ""


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """The configuration of a project."""

    project: _Project = msgspec.field(default_factory=_Project)
    store: _Store = msgspec.field(default_factory=_Store)
    user: _User = msgspec.field(default_factory=_User)
    sources: dict[str, SourceConfig] = msgspec.field(default_factory=dict)
    working: dict[str, WorkingConfig] = msgspec.field(default_factory=dict)


SETTINGS = {
    "project.name": "the project's name: that of its folder if not set",
    "user.name": "the author's name in commits",
    "user.email": "the author's address in commits",
}
"""What ``datum config`` may set, and what it is for."""


def read_config(layout: Layout) -> Config:
    """The configuration of a project.

    Raises:
        ProjectError: It is missing or malformed.
    """
    data = _load(layout.config)
    if "store" not in data:
        raise ProjectError(
            f"{layout.config}: [store] is missing, so the file is not whole",
            hint="bring it back from a copy; a new project's file shows its form",
        )
    try:
        return msgspec.convert(data, Config)
    except msgspec.ValidationError as error:
        raise ProjectError(f"{layout.config}: {error}") from error


def read_settings(path: Path) -> dict[str, str]:
    """The settings in a configuration file, by dotted name; none where there is no file.

    Raises:
        ProjectError: It is malformed.
    """
    if not path.is_file():
        return {}
    data = _load(path)
    found = {}
    for name in SETTINGS:
        table, _, key = name.partition(".")
        value = data.get(table, {}).get(key) if isinstance(data.get(table), dict) else None
        if isinstance(value, str):
            found[name] = value
    return found


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProjectError(f"{path}: {error}") from error


def change_setting(path: Path, name: str, value: str | None) -> None:
    """Set a setting, or remove it.

    Raises:
        UnknownNameError: There is no such setting.
    """
    if name not in SETTINGS:
        raise UnknownNameError("setting", name, SETTINGS)
    if value is not None and not value.isprintable():
        raise UsageError(f"{name} may not hold control characters")
    table, _, key = name.partition(".")
    set_table(path, table, key, value)


def set_table(path: Path, table: str, key: str, value: Any) -> None:
    """Set ``[table] key`` in a configuration file, or remove it where *value* is None.

    Raises:
        ProjectError: The file is malformed.
    """
    import tomlkit  # slow to import, and few commands change the configuration
    from tomlkit.exceptions import TOMLKitError

    try:
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        document = tomlkit.parse(text)
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise ProjectError(f"{path}: {error}") from error
    section = document.setdefault(table, tomlkit.table(is_super_table=isinstance(value, dict)))
    if value is None:
        section.pop(key, None)
        if not section:
            document.pop(table)
    else:
        section[key] = value
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, tomlkit.dumps(document))


def relative_path(layout: Layout, path: Path) -> str:
    """A path as the configuration has it: relative where it lies in the project."""
    absolute = Path(os.path.normpath(path.absolute()))
    if absolute.is_relative_to(layout.root):
        return absolute.relative_to(layout.root).as_posix()
    return str(absolute)
