"""Paths inside an output: relative, below its folder, and each one written once."""

from datum.errors import FormatError

__all__ = ["ClaimedPaths", "check_path", "written_twice"]

_LONGEST = 255
"""Bytes of one part of a path, as common file systems limit it."""


def check_path(path: str) -> tuple[str, ...]:
    r"""The parts of a relative path, none of which leads out of the folder.

    A back-slash may be in a name, but not where it would lead out on a system that takes it for a
    separator: ``a\..\b`` and ``\b`` are refused.

    Raises:
        FormatError: The path is empty, absolute, leaves the folder, or cannot be a file's name.
    """
    steps = path.replace("\\", "/").split("/")
    if path.startswith(("/", "\\")) or path[1:3] in (":/", ":\\") or ".." in steps:
        raise FormatError(f"'{path}' leaves the output folder")
    if "\0" in path or "" in steps or "." in steps:
        raise FormatError(f"'{path}' cannot be the name of a file")
    parts = tuple(path.split("/"))
    try:
        too_long = max(len(part.encode()) for part in parts) > _LONGEST
    except UnicodeEncodeError as error:
        raise FormatError(f"{path!r} cannot be the name of a file: not Unicode") from error
    if too_long:
        raise FormatError(f"'{path}' has a part longer than {_LONGEST} bytes")
    return parts


def written_twice(path: str) -> FormatError:
    """The error for a path that is taken, as a file or as a folder."""
    return FormatError(f"'{path}' would be written twice, or both as file and as folder")


class ClaimedPaths:
    """The paths that were written so far, for outputs that no file system looks after."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()

    def claim(self, path: str) -> None:
        """Take *path* for a file.

        Raises:
            FormatError: It is not allowed, or taken.
        """
        parts = check_path(path)
        folders = ["/".join(parts[:end]) for end in range(1, len(parts))]
        if path in self._files or path in self._folders or not self._files.isdisjoint(folders):
            raise written_twice(path)
        self._files.add(path)
        self._folders.update(folders)
