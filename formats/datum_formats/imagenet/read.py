"""Reading a folder of images for each label."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.model import DEFAULT_SUBSET, Categories, Item, Label
from datum.plugins import Reading
from datum_formats._common.dataset_meta import META_NAME, read_meta
from datum_formats._common.images import find_images, image_media
from datum_formats._common.label_folders import NO_LABEL, label_of_path, label_places

__all__ = ["read_folders"]


def read_folders(path: Path, options: Mapping[str, Any], *, with_subsets: bool) -> Reading:
    """Read the images under *path*.

    Raises:
        FormatError: There is no folder, its ``dataset_meta.json`` is broken, or a name is no text.
    """
    if not path.is_dir():
        raise FormatError("not a folder", path=path)
    meta = read_meta(path)
    if with_subsets:
        tops = {meta.subsets.get(top.name, top.name): top for top in _folders(path)}
    else:
        tops = {options.get("subset") or DEFAULT_SUBSET: path}
    labels = meta.labels
    if labels is None:
        names = {folder.name for top in tops.values() for folder in _folders(top)}
        labels = tuple(sorted(names - {NO_LABEL}))
    places = label_places(labels, encoded=meta.labels is not None)
    tree = _Tree(root=path, ids=meta.ids, labels=places)
    items = (item for subset, top in sorted(tops.items()) for item in tree.items(subset, top))
    return Reading(categories=Categories.of(labels), items=items)


def _folders(path: Path) -> list[Path]:
    """The folders that are subsets or labels."""
    return sorted(one for one in path.iterdir() if one.is_dir() and not one.name.startswith("."))


class _Tree(msgspec.Struct, frozen=True, kw_only=True):
    """The folders of labels of one dataset."""

    root: Path
    ids: Mapping[str, str]
    """By path of an image, relative to the root."""
    labels: dict[str, int]
    """By name of a folder."""

    def items(self, subset: str, top: Path) -> Iterator[Item]:
        """The items of one subset; images of one id are one item, of several labels."""
        same: dict[str, list[Path]] = {}
        for name, file in find_images(top).items():
            item_id = self.ids.get(file.relative_to(self.root).as_posix(), name)
            same.setdefault(item_id, []).append(file)
        for item_id, files in same.items():
            labels = [self._label(file.relative_to(top).as_posix()) for file in files]
            yield Item(
                id=item_id,
                subset=subset,
                media=(image_media(files[0], files[0].relative_to(self.root).as_posix()),),
                annotations=tuple(Label(label=one) for one in labels if one is not None),
            )

    def _label(self, path: str) -> int | None:
        """The label of an image: that of the first folder, as ImageFolder has it."""
        return label_of_path(path, self.labels, where=self.root / META_NAME)
