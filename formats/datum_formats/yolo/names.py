"""Names of files: what belongs to which item, and what a list can say."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from datum.errors import FormatError
from datum_formats._common.files import inside
from datum_formats._common.names import stem

__all__ = ["label_path", "locate", "names_to_ids"]

_PART = 255
"""Bytes of one part of a path, as common file systems limit it."""

_PATH = 2000
"""Characters of a whole path, which leaves room for where the dataset is."""


def label_path(image: str) -> str:
    """The label file of an image: the last folder ``images`` is ``labels``, the extension .txt."""
    folder, found, rest = f"/{image}".rpartition("/images/")
    swapped = f"{folder}/labels/{rest}" if found else rest
    return stem(swapped.removeprefix("/")) + ".txt"


def locate(root: Path, said: str, *, path: Path, line: int | None = None) -> str:
    """A path that a file of the dataset says, relative to *root*, with slashes.

    Raises:
        FormatError: It lies outside.
    """
    if (
        "\0" in said
        or len(said) > _PATH
        or any(len(part.encode()) > _PART for part in said.split("/"))
    ):
        raise FormatError(f"'{said[:60]}' cannot be the name of a file", path=path, line=line)
    if said.startswith("/"):
        for base in (root, root.resolve()):
            if Path(said).is_relative_to(base) and ".." not in Path(said).parts:
                return Path(said).relative_to(base).as_posix()
        return (
            inside(root, said, path=path, line=line)
            .resolve()
            .relative_to(root.resolve())
            .as_posix()
        )
    if ".." in said or said.startswith("./"):
        found = inside(root, said, path=path, line=line)
        if ".." in PurePosixPath(said).parts:
            return found.resolve().relative_to(root.resolve()).as_posix()
    while said.startswith("./"):
        said = said[2:]
    return said


def names_to_ids(names: Iterable[str]) -> Mapping[str, str]:
    """Ids of images by their names: without the extension, unless two differ by that alone."""
    kept = list(names)
    counts = Counter(stem(name) for name in kept)
    return {name: stem(name) if counts[stem(name)] == 1 else name for name in kept}
