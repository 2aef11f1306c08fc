"""Writing images into a zip archive."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from msgspec.structs import replace

from datum.errors import FormatError, UsageError
from datum.model import DEFAULT_SUBSET, Item
from datum.plugins import Writing
from datum_formats._common.dataset_meta import META_NAME, encode_meta
from datum_formats._common.folder_names import folder_name
from datum_formats._common.image_paths import ImagePaths, image_ext
from datum_formats._common.images import IMAGE_EXTENSIONS
from datum_formats._common.pixels import reencoded
from datum_formats._common.unkept import Unkept
from datum_formats.image_zip.archive import zip_chunks

__all__ = ["write_image_zip"]

_REASON = "an archive of images has no place for it"


def write_image_zip(writing: Writing) -> None:
    """Write the images of all items.

    Raises:
        FormatError: An id cannot be the name of a file, or an image is not of the type that is asked for.
        UsageError: The archive cannot be called so.
    """
    unkept = Unkept(losses=writing.losses, reason=_REASON)
    unkept.dataset(writing.dataset)
    labels = writing.dataset.categories.labels
    if labels:
        writing.losses.add("labels", _REASON, count=len(labels))
    name = writing.options.get("name") or "default.zip"
    if PurePosixPath(name).name != name or not name.endswith(".zip"):
        raise UsageError(f"'{name}' is no name of an archive", hint="write --name images.zip")
    compression = writing.options.get("compression") or "ZIP_STORED"
    writing.output.stream(name, zip_chunks(_members(writing, unkept), compression))


def _members(writing: Writing, unkept: Unkept) -> Iterator[tuple[str, bytes]]:
    paths = ImagePaths(writing)
    subsets = writing.dataset.subsets()
    for subset in subsets:
        start = f"{folder_name(subset, 'subset')}/" if len(subsets) > 1 else ""
        for item in writing.dataset.items(subset):
            unkept.item(item)
            where = f"{item.subset}/{item.id}"
            if subset != DEFAULT_SUBSET or start:
                writing.losses.add("subset", "all items come back in one subset", where=where)
            if "\\" in item.id:
                reason = "has a back-slash, which readers of archives take for a slash"
                raise FormatError(f"item '{where}' {reason}")
            data = _data(item, writing)
            if data is not None:
                yield paths.path(replace(item, id=start + item.id)), data
    meta = encode_meta(ids=paths.odd_ids())
    if meta is not None:
        yield META_NAME, meta


def _data(item: Item, writing: Writing) -> bytes | None:
    """The image file of an item; None where there is none, which is counted."""
    where = f"{item.subset}/{item.id}"
    image = item.image
    own = PurePosixPath(image.path).suffix if image is not None else ""
    data = None if image is None or image.content is None else writing.load(image)
    if data is None:
        writing.losses.add("item", "it has no image to write", where=where)
        return None
    if own and own.lower() not in IMAGE_EXTENSIONS:
        writing.losses.add("item", "its media is no image", where=where)
        return None
    if not writing.image_ext or own.lower() == writing.image_ext.lower():
        return data
    made = reencoded(data, image_ext(item, writing))
    if made is None:
        raise FormatError(f"the image of item '{where}' cannot be made a {writing.image_ext} file")
    return made
