"""Writing MVTec AD."""

import math
from typing import TYPE_CHECKING, Any

from datum.errors import FormatError
from datum.model import Annotation, Box, Item, Label, Mask
from datum.plugins import Writing
from datum_formats._common.bitmaps import encode_png
from datum_formats._common.dataset_meta import META_NAME, encode_meta
from datum_formats._common.folder_names import folder_name
from datum_formats._common.image_paths import ImagePaths
from datum_formats._common.images import image_names
from datum_formats._common.label_folders import NO_LABEL, label_folder
from datum_formats._common.rle import decode_mask
from datum_formats._common.unkept import Unkept
from datum_formats.mvtec.tasks import GROUND_TRUTH, MASK, TEST, Task

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["write_mvtec"]

_REASON = "MVTec has no place for it"


def write_mvtec(writing: Writing, *, task: Task) -> None:
    """Write the pictures, and masks of what is on them.

    Raises:
        FormatError: A label, a subset or an id cannot be the name of a file, or a mask is broken.
        MediaError: An image cannot be read, or not be turned into another type.
    """
    unkept = Unkept(losses=writing.losses, reason=_REASON, kinds=task.value)
    unkept.dataset(writing.dataset)
    _Export(writing, unkept, task).write()


class _Export:
    """One export."""

    def __init__(self, writing: Writing, unkept: Unkept, task: Task) -> None:
        self._writing = writing
        self._unkept = unkept
        self._task = task
        self._labels = writing.dataset.categories.names()
        self._folders: set[str] = set()

    def write(self) -> None:
        subsets: dict[str, str] = {}
        ids: dict[str, str] = {}
        for subset in self._writing.dataset.subsets():
            top = folder_name(subset, "subset", taken=GROUND_TRUTH)
            subsets[top] = subset
            ids |= self._subset(subset, top)
        plain = sorted(self._folders) == list(self._labels)
        meta = encode_meta(
            labels=None if plain else self._labels,
            subsets={top: subset for top, subset in subsets.items() if top != subset},
            ids=ids,
        )
        if meta is not None:
            self._writing.output.write(META_NAME, meta)

    def _subset(self, subset: str, top: str) -> dict[str, str]:
        """Write one subset; the ids that do not follow from paths."""
        paths = ImagePaths(self._writing)
        items: dict[str, str] = {}
        masks: dict[str, bytes] = {}
        for item in self._writing.dataset.items(subset):
            self._unkept.item(item)
            if item.image is None or item.image.content is None:
                self._lose(item, "item", "it has no image to write")
                continue
            label = self._label(item)
            folder = NO_LABEL if label is None else label_folder(self._labels[label])
            if label is not None:
                self._folders.add(folder)
            path = paths.path(item, folder)
            paths.write(item, path, f"{top}/")
            items[path] = item.id
            pixels = self._pixels(item, label)
            if pixels is not None:
                masks[path] = encode_png(pixels)
        names = image_names(items)
        folder = GROUND_TRUTH if top == TEST else f"{GROUND_TRUTH}/{top}"
        for path, data in masks.items():
            self._writing.output.write(f"{folder}/{names[path]}{MASK}", data)
        return {f"{top}/{path}": i for path, i in items.items() if names[path] != i}

    def _label(self, item: Item) -> int | None:
        """The label of an item: of the image, else of the first mask or box that is kept."""
        found: list[tuple[bool, int]] = []
        for one in item.annotations:
            if one.kind not in self._task.value or (
                one.label is None and not isinstance(one, Label)
            ):
                continue
            if one.label is None or not 0 <= one.label < len(self._labels):
                self._lose(item, one.kind, "its label is not known")
            else:
                found.append((not isinstance(one, Label), one.label))
        if not found:
            return None
        label = min(found, key=lambda pair: pair[0])[1]
        if self._task is Task.ALL and found and all(of_shape for of_shape, _ in found):
            self._lose(item, "label", "the image gets the label of its mask")
        for _ in [own for of_shape, own in found if not of_shape][1:]:
            self._lose(item, "label", "an image has one label")
        return label

    def _pixels(self, item: Item, label: int | None) -> "NDArray[np.bool_] | None":
        """The pixels of all masks or boxes of an item; None where it has none."""
        pixels: Any = None
        for one in item.annotations:
            own = self._own_pixels(one, item)
            if own is None:
                continue
            if one.label != label:
                self._lose(item, f"label of {one.kind}", "it is another than the image's")
            if pixels is None:
                pixels = own
            elif pixels.shape != own.shape:
                self._lose(item, one.kind, "it has another size than the first")
            else:
                self._lose(item, one.kind, "an image has one; its pixels are added")
                pixels = pixels | own
        return pixels  # type: ignore[no-any-return] # an array, or nothing

    def _own_pixels(self, one: Annotation, item: Item) -> "NDArray[np.bool_] | None":
        """The pixels of a mask or a box, boolean, of the size of the image."""
        if one.kind not in self._task.value:
            return None
        if isinstance(one, Mask):
            if not one.height * one.width:
                self._lose(item, "mask", "it has no pixels at all")
                return None
            try:
                return decode_mask(one)
            except FormatError as error:
                raise FormatError(f"item '{item.subset}/{item.id}': {error.reason}") from error
        return self._drawn(one, item) if isinstance(one, Box) else None

    def _drawn(self, one: Box, item: Item) -> "NDArray[np.bool_] | None":
        """The pixels of a box; None where there are none."""
        import numpy as np

        edges = (one.x, one.y, one.x + one.w, one.y + one.h)
        if item.size is None or not all(map(math.isfinite, edges)):
            self._lose(item, "box", "it cannot be drawn: no size of the image, or no number")
            return None
        height, width = item.size
        left, top, right, bottom = (
            min(max(round(edge), 0), limit)
            for edge, limit in zip(edges, (width, height, width, height), strict=True)
        )
        pixels = np.zeros((height, width), dtype=bool)
        pixels[top:bottom, left:right] = True
        if not pixels.any():
            self._lose(item, "box", "it covers no pixel")
            return None
        if (left, top, right, bottom) != edges:
            self._lose(item, "box coordinates", "a box is drawn as whole pixels of the image")
        return pixels

    def _lose(self, item: Item, what: str, reason: str) -> None:
        self._writing.losses.add(what, reason, where=f"{item.subset}/{item.id}")
