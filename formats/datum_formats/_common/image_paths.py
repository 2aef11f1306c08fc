"""Paths of images that lie together, whatever their items are called: no two are the same."""

from pathlib import PurePosixPath

from datum.model import Item
from datum.plugins import Writing
from datum_formats._common.folder_names import folder_name
from datum_formats._common.images import IMAGE_EXTENSIONS, image_names
from datum_formats._common.names import check_id

__all__ = ["ImagePaths", "image_ext"]


def image_ext(item: Item, writing: Writing) -> str:
    """The extension that the image of an item gets."""
    own = PurePosixPath(item.image.path).suffix if item.image is not None else ""
    ext = writing.image_ext or own
    return ext if ext.lower() in IMAGE_EXTENSIONS else ".jpg"


class ImagePaths:
    """Gives out paths in one folder, and knows which do not say the id of their item."""

    def __init__(self, writing: Writing) -> None:
        """No path is taken."""
        self._writing = writing
        self._ids: dict[str, str] = {}

    def path(self, item: Item, folder: str = "") -> str:
        """A new path: the id and the extension, in *folder* where the id does not begin with it.

        Where it is taken, by an item of another subset, in a folder of the item's subset.

        Raises:
            FormatError: The id, or the subset, cannot be the name of a file.
        """
        start = f"{folder}/" if folder and not item.id.startswith(f"{folder}/") else ""
        path = start + check_id(item) + image_ext(item, self._writing)
        while path in self._ids:
            path = f"{folder_name(item.subset, 'subset')}/{path}"
        self._ids[path] = item.id
        return path

    def write(self, item: Item, path: str, folder: str) -> None:
        """Write the image of an item below *folder*, which has a slash, if that is wanted.

        That its bytes are not to be had is counted.
        """
        image = item.image
        if not self._writing.save_media or image is None:
            return
        if image.content is None:
            where = f"{item.subset}/{item.id}"
            self._writing.losses.add("media", "its bytes are not to be had", where=where)
        else:
            self._writing.output.media(folder + path, image)

    def odd_ids(self) -> dict[str, str]:
        """The ids that do not follow from paths, for ``dataset_meta.json``."""
        names = image_names(self._ids)
        return {path: item_id for path, item_id in self._ids.items() if names[path] != item_id}
