"""What every writer of images does: name them, count what has no place, write the files."""

from collections.abc import Iterator, Sequence

from datum.model import DEFAULT_SUBSET, Item
from datum.plugins import Writing
from datum_formats._common.losses import Places, count_item, where
from datum_formats._common.names import image_name

__all__ = ["count_bare", "items_with_images", "subsets_of"]


def subsets_of(writing: Writing) -> Sequence[str]:
    """The subsets; of a dataset without items the default one, so that there is a file at all."""
    return writing.dataset.subsets() or [DEFAULT_SUBSET]


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


def count_bare(writing: Writing, item: Item, *, alone: bool) -> None:
    """Count what is lost of an item whose image is not written, where only images have sizes.

    Args:
        writing: What is written.
        item: The item.
        alone: Whether nothing else says that the item exists.
    """
    if writing.save_media and item.image is not None and item.image.content is not None:
        return
    if alone:
        writing.losses.add(
            "item", "nothing is said of it, and its image is not written", where=where(item)
        )
    elif item.size is not None:
        writing.losses.add(
            "size", "it is that of the image, which is not written", where=where(item)
        )
