"""Image files of a dataset that is written."""

from pathlib import PurePosixPath

from datum.model import Item
from datum.plugins import Writing

__all__ = ["write_image"]

_TELLING = frozenset([".jpg", ".jpeg", ".jpe", ".png", ".gif", ".bmp", ".webp", ".ppm", ".pgm"])
"""Extensions of images whose size the reader finds in their headers."""


def write_image(writing: Writing, item: Item, path: str) -> bool:
    """Write the item's image, if that is wanted and possible; whether it is there and tells its size."""
    if not writing.save_media or item.image is None or item.image.content is None:
        return False
    writing.output.media(path, item.image)
    return PurePosixPath(path).suffix.lower() in _TELLING
