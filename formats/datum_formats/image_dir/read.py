"""Reading a folder of images."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from datum.errors import FormatError
from datum.model import DEFAULT_SUBSET, Categories, Item
from datum.plugins import Reading
from datum_formats._common.images import IMAGE_EXTENSIONS, find_images, image_media

__all__ = ["read_image_dir"]


def read_image_dir(path: Path, options: Mapping[str, Any]) -> Reading:
    """Read the images under *path*, or the one image that it is.

    Raises:
        FormatError: There is nothing at *path*, or a file that is no image, or the name of a file
            is no text.
    """
    if path.is_dir():
        root, found = path, find_images(path)
    elif path.is_file() and path.suffix.lower() in IMAGE_EXTENSIONS:
        root, found = path.parent, {path.stem: path}
    else:
        raise FormatError("neither a folder nor an image", path=path)
    subset = options.get("subset") or DEFAULT_SUBSET
    return Reading(categories=Categories(), items=_items(root, found, subset))


def _items(root: Path, found: Mapping[str, Path], subset: str) -> Iterator[Item]:
    for name, file in found.items():
        media = image_media(file, file.relative_to(root).as_posix())
        yield Item(id=name, subset=subset, media=(media,))
