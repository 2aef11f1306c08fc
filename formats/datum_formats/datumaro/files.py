"""Where the files of a dataset are: its annotation files, and its media by relative name."""

import os
import posixpath
from pathlib import Path

from datum.errors import FormatError

__all__ = ["MediaIndex", "annotation_files", "subset_file", "subset_of"]

_UNSAFE = '%/\\:*?"<>|'


def annotation_files(path: Path) -> tuple[Path, list[Path]]:
    """The root of a dataset, and its annotation files in order.

    Args:
        path: The root, the folder of annotations, or one annotation file.

    Raises:
        FormatError: There are none.
    """
    if path.is_file():
        return _root_of(path.resolve().parent), [path]
    for folder in (path / "annotations", path):
        files = sorted(file for file in folder.glob("*.json") if file.is_file())
        if files:
            return (path if folder != path else _root_of(path.resolve())), files
    reason = "no annotations/*.json" if path.is_dir() else "no such file or folder"
    raise FormatError(reason, path=path)


def _root_of(folder: Path) -> Path:
    """The root, for the folder that annotation files are in."""
    if folder.name == "annotations":
        return folder.parent
    has_images = (folder.parent / "images").is_dir() and not (folder / "images").is_dir()
    return folder.parent if has_images else folder


def subset_file(subset: str) -> str:
    """Name, without extension, of the files of a subset; another one for every other subset."""
    name = "".join(
        f"%{ord(letter):02X}" if letter in _UNSAFE or ord(letter) < ord(" ") else letter
        for letter in subset
    )
    if not name:
        return "%"
    if name.startswith("."):
        name = "%2E" + name[1:]
    return name


def subset_of(path: Path, told: str | None) -> str:
    """The subset of an annotation file: as the file tells it, else as it is called."""
    return path.stem if told is None else told


class MediaIndex:
    """The files under a root, listed once per top folder; links that leave the root are left out."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._real = str(root.resolve())
        self._folders: dict[str, dict[str, str]] = {}

    def find(self, *names: str) -> str | None:
        """The first of *names*, relative to the root, that is a file inside it."""
        for name in names:
            # a back-slash is a letter of a name, and a slash where Windows wrote the file
            found = self._file(name)
            if found is None and "\\" in name:
                found = self._file(name.replace("\\", "/"))
            if found is not None:
                return found
        return None

    def _file(self, name: str) -> str | None:
        clean = posixpath.normpath(name)
        top, _, rest = clean.partition("/")
        if not rest or top in ("", "..", "."):
            return None
        if top not in self._folders:
            self._folders[top] = self._list(top)
        return self._folders[top].get(clean)

    def relative(self, name: str) -> str | None:
        """An absolute name made relative to the root; None where it is outside."""
        for root in (str(self._root), self._real):
            if name.startswith(root + "/"):
                return name[len(root) + 1 :]
        return None

    def _list(self, top: str) -> dict[str, str]:
        found: dict[str, str] = {}
        if not self._is_inside(str(self._root / top)):
            return found
        for folder, _, names in os.walk(self._root / top):
            inner = Path(folder).relative_to(self._root).as_posix()
            for name in names:
                file = f"{folder}/{name}"
                if not os.path.islink(file) or self._is_inside(file):  # noqa: PTH114 (a hot loop)
                    found[f"{inner}/{name}"] = file
        return found

    def _is_inside(self, file: str) -> bool:
        return os.path.realpath(file).startswith(self._real + "/")
