"""What every writer of images does: name them, count what has no place, write the files."""

from collections.abc import Iterator

from datum.model import Item
from datum.plugins import Writing
from datum_formats._common.losses import Places, count_item
from datum_formats._common.names import image_name

__all__ = ["items_with_images"]


def items_with_images(
    writing: Writing, subset: str, folder: str, places: Places
) -> Iterator[tuple[Item, str]]:
    """The items of a subset, each with the name of its image below *folder*, which has a slash.

    The image is written where that is wanted and possible; what is lost of an item beside its
    annotations is counted.

    Raises:
        FormatError: An id cannot be the name of a file; the message names the item.
    """
    for item in writing.dataset.items(subset):
        name = image_name(item, writing.image_ext)
        count_item(writing, item, places)
        if writing.save_media and item.image is not None and item.image.content is not None:
            writing.output.media(folder + name, item.image)
        yield item, name
