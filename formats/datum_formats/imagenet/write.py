"""Writing a folder of images for each label."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from datum.model import Item, Label, Media
from datum.plugins import Writing
from datum_formats._common.dataset_meta import META_NAME, encode_meta
from datum_formats._common.folder_names import folder_name
from datum_formats._common.images import IMAGE_EXTENSIONS, image_names
from datum_formats._common.label_folders import NO_LABEL, label_folder
from datum_formats._common.names import check_id
from datum_formats._common.unkept import Unkept

__all__ = ["write_folders"]

_REASON = "folders of labels have no place for it"


def write_folders(writing: Writing, *, with_subsets: bool) -> None:
    """Write the images of each item into the folder of each of its labels.

    Raises:
        FormatError: A label, a subset or an id cannot be the name of a file.
        MediaError: An image cannot be read, or not be turned into another type.
    """
    unkept = Unkept(losses=writing.losses, reason=_REASON, kinds={"label"})
    unkept.dataset(writing.dataset)
    _Tree(writing, unkept, with_subsets=with_subsets).write()


class _Tree:
    """The folders of one export."""

    def __init__(self, writing: Writing, unkept: Unkept, *, with_subsets: bool) -> None:
        self._writing = writing
        self._unkept = unkept
        self._with_subsets = with_subsets
        self._labels = writing.dataset.categories.names()
        self._folders: dict[int, str] = {}
        self._files: dict[str, dict[str, str]] = {}
        """Of each subset's folder: the ids of items by the paths of images in it."""
        self._ids: set[str] = set()
        """Those that are given, where all subsets are in one folder."""

    def write(self) -> None:
        subsets: dict[str, str] = {}
        for subset in self._writing.dataset.subsets():
            top = f"{folder_name(subset, 'subset')}/" if self._with_subsets else ""
            subsets[top[:-1]] = subset
            files = self._files.setdefault(top, {})
            for item in self._writing.dataset.items(subset):
                self._item(item, top, files)
        odd = self._odd_ids()
        meta = encode_meta(
            # with ids, a sniffer cannot tell labels from other folders
            labels=None if self._are_said() and not odd else self._labels,
            subsets={f: s for f, s in subsets.items() if f != s} if self._with_subsets else None,
            ids=odd,
        )
        if meta is not None:
            self._writing.output.write(META_NAME, meta)

    def _item(self, item: Item, top: str, files: dict[str, str]) -> None:
        self._unkept.item(item)
        image = self._image(item)
        if image is None:
            return
        item_id = self._id(item)
        ext = self._writing.image_ext or PurePosixPath(image.path).suffix or ".jpg"
        for folder in self._folders_of(item):
            path = _free_path(folder, check_id(item), ext, files)
            files[path] = item_id
            self._writing.output.media(top + path, image)

    def _image(self, item: Item) -> Media | None:
        """The image of an item; None where there is nothing to write, which is counted."""
        where = f"{item.subset}/{item.id}"
        image = item.image
        if image is None or image.content is None:
            self._writing.losses.add("item", "it has no image to write", where=where)
            return None
        ext = self._writing.image_ext or PurePosixPath(image.path).suffix or ".jpg"
        if ext.lower() not in IMAGE_EXTENSIONS:
            self._writing.losses.add("item", "its media is no image", where=where)
            return None
        return image

    def _id(self, item: Item) -> str:
        """What the item will be called when it is read."""
        if self._with_subsets:
            return item.id
        if item.subset != "default":
            reason = "all items come back in one subset"
            self._writing.losses.add("subset", reason, where=f"{item.subset}/{item.id}")
        item_id = item.id
        while item_id in self._ids:
            item_id = f"{item.subset}/{item_id}"
        self._ids.add(item_id)
        return item_id

    def _folders_of(self, item: Item) -> list[str]:
        """The folders of the item's labels, in their order; that of none where it has none."""
        losses, where = self._writing.losses, f"{item.subset}/{item.id}"
        found: list[int] = []
        for one in item.annotations:
            if not isinstance(one, Label):
                continue
            if one.label is None or not 0 <= one.label < len(self._labels):
                losses.add("label", "its label is not known", where=where)
            elif one.label in found:
                losses.add("label", "the item has it twice", where=where)
            else:
                found.append(one.label)
        return [self._folder(label) for label in found] or [NO_LABEL]

    def _folder(self, label: int) -> str:
        if label not in self._folders:
            self._folders[label] = label_folder(self._labels[label])
        return self._folders[label]

    def _are_said(self) -> bool:
        """Whether the folders say the labels and their order."""
        return sorted(self._folders.values()) == list(self._labels) and all(
            folder == self._labels[label] for label, folder in self._folders.items()
        )

    def _odd_ids(self) -> dict[str, str]:
        """The ids that do not follow from the paths of images."""
        odd: dict[str, str] = {}
        for top, files in self._files.items():
            for path, name in image_names(files).items():
                if files[path] != name:
                    odd[top + path] = files[path]
        return odd


def _free_path(folder: str, item_id: str, ext: str, taken: Mapping[str, str]) -> str:
    """A path that no other image has: the id, in the folder of the label unless it is there already."""
    path = item_id if item_id.startswith(f"{folder}/") else f"{folder}/{item_id}"
    number = 1
    while path + ext in taken:
        number += 1
        path = f"{folder}/{item_id}~{number}"
    return path + ext
