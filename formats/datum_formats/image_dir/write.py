"""Writing a folder of images."""

from collections import Counter
from pathlib import PurePosixPath
from urllib.parse import quote

from datum.losses import LossReport
from datum.model import DEFAULT_SUBSET, Item, Media
from datum.plugins import Writing
from datum_formats._common.images import IMAGE_EXTENSIONS
from datum_formats._common.names import check_id

__all__ = ["write_image_dir"]

_NO_PLACE = "a folder of images has no place for it"


def write_image_dir(writing: Writing) -> None:
    """Write the image of each item.

    Raises:
        FormatError: An id cannot be the name of a file.
        MediaError: An image cannot be read, or not be turned into another type.
    """
    subsets = writing.dataset.subsets()
    _count_dataset(writing)
    for subset in subsets:
        folder = f"{_folder_name(subset)}/" if len(subsets) > 1 else ""
        _Folder(writing, folder).write(subset)


def _folder_name(subset: str) -> str:
    name = quote(subset, safe=" ", errors="surrogatepass")
    return "%2E" + name[1:] if name.startswith(".") else name or "%"


def _count_dataset(writing: Writing) -> None:
    """Count what is lost of the dataset as a whole."""
    dataset, losses = writing.dataset, writing.losses
    if dataset.categories.labels:
        losses.add("labels", _NO_PLACE, count=len(dataset.categories.labels))
    for name in dataset.infos:
        losses.add(f"info {name}", _NO_PLACE)


class _Folder:
    """The images of one subset.

    The reader calls an image by its stem, unless two images share it. An id such as ``a.jpg``, as
    the reader gives it to one of two, can therefore be a file's name only beside the other one;
    those are written last.
    """

    def __init__(self, writing: Writing, folder: str) -> None:
        self._writing = writing
        self._folder = folder
        self._written: set[str] = set()
        self._held: list[tuple[Item, Media]] = []

    def write(self, subset: str) -> None:
        for item in self._writing.dataset.items(subset):
            _count_item(item, self._writing.losses)
            media = self._image(item)
            if media is None:
                continue
            if self._is_whole_name(item, media):
                self._held.append((item, media))
            else:
                self._place(item, media, check_id(item) + self._ext(media))
        stems = Counter(_stem(item.id) for item, _ in self._held)
        for item, media in self._held:
            stem = _stem(item.id)
            beside = stems[stem] > 1 and stem not in self._written
            self._place(item, media, item.id if beside else item.id + self._ext(media))

    def _image(self, item: Item) -> Media | None:
        """The image of an item; None where there is nothing to write, which is counted."""
        where = f"{item.subset}/{item.id}"
        losses = self._writing.losses
        if item.subset != DEFAULT_SUBSET or self._folder:
            losses.add("subset", "all items come back in one subset", where=where)
        media = item.image
        if media is None or media.content is None:
            losses.add("item", "it has no image to write", where=where)
            return None
        if self._ext(media).lower() not in IMAGE_EXTENSIONS:
            losses.add("item", "its media is no image", where=where)
            return None
        if len(item.media) > 1:
            losses.add("media", _NO_PLACE, where=where, count=len(item.media) - 1)
        return media

    def _ext(self, media: Media) -> str:
        return self._writing.image_ext or PurePosixPath(media.path).suffix or ".jpg"

    def _is_whole_name(self, item: Item, media: Media) -> bool:
        """Whether the id has the extension of the file already."""
        return PurePosixPath(check_id(item)).suffix == self._ext(media)

    def _place(self, item: Item, media: Media, name: str) -> None:
        self._written.add(item.id)
        self._writing.output.media(self._folder + name, media)


def _stem(name: str) -> str:
    return PurePosixPath(name).with_suffix("").as_posix()


def _count_item(item: Item, losses: LossReport) -> None:
    where = f"{item.subset}/{item.id}"
    for one in item.annotations:
        losses.add(one.kind, _NO_PLACE, where=where)
    for name in item.attributes:
        losses.add(f"attribute {name}", _NO_PLACE, where=where)
