"""References to images in files of labelling tools: URLs, paths of another machine, plain names."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from datum.errors import FormatError
from datum_formats._common.images import image_files
from datum_formats._common.names import stem

__all__ = ["Images", "ids_of", "place_of", "unique_ids"]

_UPLOAD = re.compile(r"^[0-9a-f]{8}-")
"""What Label Studio puts before the name of a file that was uploaded."""


def place_of(said: str) -> str:
    """The path of a reference, with slashes."""
    if "://" not in said and not said.startswith(("/data/", "file:")):
        return said if "/" in said else said.replace("\\", "/")
    try:
        parts = urlsplit(said)
    except ValueError:
        return said
    local = parse_qs(parts.query).get("d")
    return (local[0] if local else unquote(parts.path)).lstrip("/")


def ids_of(references: Sequence[str], prefix: str) -> list[tuple[str, str]]:
    """Id and name (with extension) of each image; no id is there twice for different references.

    The name is the path below *prefix*, else its last part; the id is the name without extension,
    or the whole path where others have the same.

    Args:
        references: As the file says them.
        prefix: The folder in which our own writer puts images, with a slash at its end.
    """
    # what our own writer wrote is taken as it is, back-slashes included
    places = [said if said.startswith(prefix) else place_of(said) for said in references]
    names = [
        place.removeprefix(prefix) if place.startswith(prefix) else place.rpartition("/")[2]
        for place in places
    ]
    times = Counter(stem(name) for name in names)
    return [
        (stem(name), name) if times[stem(name)] == 1 else (place, place)
        for name, place in zip(names, places, strict=True)
    ]


def unique_ids(references: Sequence[str], prefix: str, path: Path) -> list[tuple[str, str]]:
    """As :func:`ids_of`, where each image may be there once alone.

    Raises:
        FormatError: One is there twice, or has no name; *path* is the file that says so.
    """
    found = ids_of(references, prefix)
    times = Counter(own for own, _ in found)
    for said, (own, _) in zip(references, found, strict=True):
        if times[own] > 1 or not own:
            raise FormatError(f"image '{said}' is there twice, or has no name", path=path)
    return found


class Images:
    """The image files of a dataset, by path and by name."""

    def __init__(self, root: Path) -> None:
        """Look at the files below *root*, once one is asked for by its name."""
        self._root = root
        self._by_name: dict[str, Path] | None = None

    def find(self, said: str) -> Path | None:
        """The file of a reference: by its path, else the only one of its name.

        None where there is none inside the dataset.
        """
        place = place_of(said)
        try:
            file = self._root / place
            if file.is_file() and file.resolve().is_relative_to(self._root.resolve()):
                return file
        except (OSError, ValueError):
            return None
        name = place.rpartition("/")[2]
        return self._named().get(name) or self._named().get(_UPLOAD.sub("", name))

    def _named(self) -> dict[str, Path]:
        if self._by_name is None:
            found = [(file.name, file) for file in image_files(self._root)]
            times = Counter(name for name, _ in found)
            self._by_name = {name: file for name, file in found if times[name] == 1}
        return self._by_name
