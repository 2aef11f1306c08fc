"""File names of items: injective, so that no two items ever share one."""

from pathlib import PurePosixPath

from datum.errors import FormatError
from datum.model import Item

__all__ = ["check_id", "media_name", "sidecar_name"]

_LONGEST = 255
"""Bytes of one part of a path, as common file systems limit it."""


def check_id(item: Item) -> str:
    """The item's id, if it can be a relative path as it is.

    Raises:
        FormatError: It cannot; the message names the item.
    """
    parts = item.id.split("/")
    bad = "\0" in item.id or any(part in ("", ".", "..") for part in parts)
    # half a surrogate pair is no text, and has no bytes of its own
    bad = bad or any("\ud800" <= letter <= "\udfff" for letter in item.id)
    if bad or any(len(part.encode()) > _LONGEST - 10 for part in parts):
        raise FormatError(f"item '{item.subset}/{item.id}' cannot be the name of a file")
    return item.id


def media_name(item: Item, ext: str = "", default: str = ".jpg") -> str:
    """Name of the item's image file, relative to the folder of images.

    The id and the extension of the media; the id alone where it ends in the extension already,
    as ids of images do that differ by extension alone.

    Args:
        item: The item.
        ext: Extension to use instead of the media's own, with the dot.
        default: Extension where nothing says which.
    """
    name = check_id(item)
    own = PurePosixPath(item.image.path).suffix if item.image else ""
    if (
        item.image
        and not ext
        and own
        and PurePosixPath(item.image.path).name == name.split("/")[-1]
    ):
        return name
    return name + (ext or own or default)


def sidecar_name(item: Item, ext: str) -> str:
    """Name of a file beside the image: the id and *ext*, which has the dot."""
    return check_id(item) + ext
