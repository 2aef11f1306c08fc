"""Names of files: what belongs to which item, and what a list can say."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path, PurePosixPath

from datum.errors import FormatError
from datum.model import Item
from datum_formats._common.files import inside
from datum_formats._common.images import IMAGE_EXTENSIONS
from datum_formats._common.names import check_id

__all__ = [
    "check_line",
    "image_name",
    "label_path",
    "locate",
    "names_to_ids",
    "stem",
    "subset_folder",
]

_PART = 255
"""Bytes of one part of a path, as common file systems limit it."""

_PATH = 2000
"""Characters of a whole path, which leaves room for where the dataset is."""

_LONGEST = 240
"""Bytes of a subset's name, which gets a prefix and a suffix in a file name of at most 255."""


def stem(name: str) -> str:
    """A path without the extension of its last part."""
    dot = name.rfind(".")
    return name[:dot] if dot > name.rfind("/") + 1 else name


def image_name(item: Item, ext: str) -> str:
    """Name of the item's image: always the id and an extension, since its labels are the id's."""
    own = PurePosixPath(item.image.path).suffix if item.image else ""
    if own.lower() not in IMAGE_EXTENSIONS:
        own = ""
    return check_line(check_id(item), f"item '{item.subset}/{item.id}'") + (ext or own or ".jpg")


def label_path(image: str) -> str:
    """The label file of an image: the last folder ``images`` is ``labels``, the extension .txt."""
    folder, found, rest = f"/{image}".rpartition("/images/")
    swapped = f"{folder}/labels/{rest}" if found else rest
    return stem(swapped.removeprefix("/")) + ".txt"


def subset_folder(subset: str, reserved: Collection[str]) -> str:
    """The subset's name as one part of a path; two subsets never share one.

    Raises:
        FormatError: The name means something else to the format, or is empty or too long.
    """
    if subset in reserved:
        raise FormatError(f"subset '{subset}' has a name that the format keeps for itself")
    quoted = check_line(subset, f"subset '{subset}'").replace("%", "%25").replace("/", "%2F")
    if subset in (".", ".."):
        quoted = quoted.replace(".", "%2E")
    if not subset.strip() or subset != subset.strip() or "\0" in subset:
        raise FormatError(f"subset '{subset}' cannot be the name of a file")
    if len(quoted.encode()) > _LONGEST:
        raise FormatError(f"subset '{subset[:40]}…' is too long for the name of a file")
    return quoted


def check_line(text: str, what: str) -> str:
    """The text, if it fits into a line.

    Raises:
        FormatError: It has a line break.
    """
    if "\n" in text:
        raise FormatError(f"{what!r} has a line break, which a list cannot hold")
    return text


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
