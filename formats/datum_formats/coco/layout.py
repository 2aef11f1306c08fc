"""Where the files of a COCO dataset are, and what their names say."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, unquote

import msgspec

from datum.errors import FormatError
from datum.model import DEFAULT_SUBSET
from datum_formats._common.files import inside

__all__ = [
    "TASKS",
    "ImageFinder",
    "Layout",
    "Source",
    "annotation_path",
    "clean_name",
    "find_sources",
    "folder_name",
    "split_name",
]

TASKS = (
    "instances",
    "person_keypoints",
    "stuff",
    "panoptic",
    "captions",
    "labels",
    "image_info",
)
"""In the order in which an item's annotations are put together."""


_VERSION = re.compile(r"^images/v\d+/")
"""What Objects365 has before the folder of an image, which is in that of its subset."""


class Source(msgspec.Struct, frozen=True):
    """A file of annotations."""

    path: Path
    task: str
    """Empty where the name says none."""
    subset: str
    folders: tuple[str, ...]
    """Names of folders in which its images may be."""


def split_name(stem: str) -> tuple[str, str]:
    """Task and subset that the name of a file says: what is after the last ``_`` is the subset.

    The task is empty where the name begins with none.
    """
    for task in TASKS:
        if stem == task or stem.startswith(task + "_"):
            return task, unquote(stem[len(task) + 1 :].rpartition("_")[2]) or DEFAULT_SUBSET
    return "", DEFAULT_SUBSET


def folder_name(subset: str) -> str:
    """A subset as one part of a path; no two subsets share one.

    Raises:
        FormatError: It is not Unicode.
    """
    try:
        subset.encode()
    except UnicodeEncodeError as error:
        raise FormatError(f"subset {subset!r} cannot be the name of a file") from error
    quoted = quote(subset, safe=" !#$&'()+,;=@[]^{}~-_.") or "%"
    return quoted.replace(".", "%2E") if set(quoted) == {"."} else quoted


def annotation_path(task: str, subset: str) -> str:
    """The file of a task and a subset, relative to the root of the dataset."""
    return f"annotations/{task}_{folder_name(subset)}.json"


def find_sources(path: Path, task: str) -> tuple[Path, list[Source]]:
    """The root of a dataset and its files of annotations, ordered by task, then name.

    Args:
        path: The root, the folder of annotations, or one file.
        task: The one that is wanted; empty for all.

    Raises:
        FormatError: There is none.
    """
    if path.is_file():
        return _root_of(path.parent), [_source(path, split_name(path.stem))]
    if not path.is_dir():
        raise FormatError("no such file or folder", path=path)
    folder = path / "annotations" if (path / "annotations").is_dir() else path
    files = sorted(entry for entry in folder.glob("*.json") if entry.is_file())
    named = [(file, split_name(file.stem)) for file in files]
    found = [_source(file, name) for file, name in named if name[0] and task in ("", name[0])]
    if not found and not any(name[0] for _, name in named):
        found = _unnamed(files)
    if not found:
        wanted = f"{task or '<task>'}_<subset>.json"
        raise FormatError(f"no {wanted} in it or in its folder annotations", path=path)
    found.sort(key=lambda source: TASKS.index(source.task) if source.task else 0)
    root = path if folder != path else _root_of(path)
    return root, found


def _unnamed(files: list[Path]) -> list[Source]:
    """Files whose names say no task: the only one has no subset, of several each is one."""
    if len(files) == 1:
        return [_source(files[0], ("", DEFAULT_SUBSET))]
    return [_source(file, ("", file.stem)) for file in files]


def _source(path: Path, name: tuple[str, str]) -> Source:
    task, subset = name
    rest = path.stem[len(task) + 1 :] if task else path.stem
    folders = dict.fromkeys(part for part in (subset, rest) if part)
    return Source(path, task, subset, tuple(folders))


def _root_of(folder: Path) -> Path:
    """The root of the dataset whose annotations are in *folder*."""
    above = folder.resolve().parent
    if folder.resolve().name == "annotations" or (
        (above / "images").is_dir() and not (folder / "images").is_dir()
    ):
        return above
    return folder


def clean_name(name: str, path: Path) -> str:
    """The name of an image as a relative path with slashes.

    Raises:
        FormatError: It is absolute or climbs out of the dataset.
    """
    clean = name.replace("\\", "/")
    while clean.startswith("./"):
        clean = clean[2:]
    drive = clean[1:3] == ":/"
    if clean.startswith("/") or drive or "\0" in clean or ".." in clean.split("/"):
        raise FormatError(f"'{name}' leaves the dataset", path=path)
    return clean


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """Where a dialect of COCO has its files."""

    find: Callable[[Path, str], tuple[Path, list[Source]]] = find_sources
    """As :func:`find_sources`."""
    annotations: Callable[[str, str], str] = annotation_path
    """The file of a task and a subset."""
    images: Callable[[str], str] = lambda subset: f"images/{folder_name(subset)}/"
    """The folder of a subset's images, with a slash at its end."""
    subset: Callable[[str], str] = lambda path: split_name(path.rpartition("/")[2][:-5])[1]
    """What reading takes for the subset of a file of annotations, which ends in ``.json``."""
    image_keys: tuple[str, ...] = ()
    """Keys that images must have; an empty list where nothing is known."""


class ImageFinder:
    """Finds the images of one subset: in ``images/<subset>``, ``images``, ``<subset>`` and beside."""

    def __init__(self, root: Path, sources: list[Source]) -> None:
        self._root = root
        folders = [folder for source in sources for folder in source.folders]
        names = [f"images/{folder}" for folder in folders] + ["images", *folders]
        places = [root / name for name in names] + [root, *(s.path.parent for s in sources)]
        self._bases = [str(place) for place in dict.fromkeys(places) if place.is_dir()]
        self._listed: dict[str, dict[str, bool]] = {}

    def find(self, raw: str, name: str, path: Path) -> Path | None:
        """The file called *name*; None where it is absent.

        Args:
            raw: As the file of annotations says it.
            name: The same, clean.
            path: The file that says it, for the error.

        Raises:
            FormatError: A link leads out of the dataset.
        """
        names = list(dict.fromkeys([raw, name, _VERSION.sub("", name)]))
        for file in [f"{base}/{one}" for one in names for base in self._bases]:
            folder, _, last = file.rpartition("/")
            link = self._listing(folder, path).get(last)
            if link is None:
                continue
            if link:
                inside(self._root, os.path.relpath(file, self._root), path=path)
            return Path(file)
        return None

    def _listing(self, folder: str, path: Path) -> dict[str, bool]:
        """The files of a folder, and whether each is a link; listed once, not asked for one by one."""
        known = self._listed.get(folder)
        if known is None:
            known = self._listed[folder] = {}
            try:
                with os.scandir(folder) as entries:
                    known |= {one.name: one.is_symlink() for one in entries if one.is_file()}
            except (OSError, ValueError):
                return known
            if known:
                inside(self._root, os.path.relpath(folder, self._root), path=path)
        return known
