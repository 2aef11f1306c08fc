"""Reading MVTec AD."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from datum.errors import FormatError
from datum.model import Annotation, Box, Categories, Item, Label, Mask
from datum.plugins import Reading
from datum_formats._common.bitmaps import decode_png, mask_counts
from datum_formats._common.dataset_meta import META_NAME, DatasetMeta, read_meta
from datum_formats._common.files import read_bytes
from datum_formats._common.images import find_images, image_media
from datum_formats._common.label_folders import NO_LABEL, label_of_path, label_places
from datum_formats.mvtec.tasks import GROUND_TRUTH, MASK, TEST, Task

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["read_mvtec"]

_MOST_PIXELS = 1 << 28


def read_mvtec(path: Path, _options: Mapping[str, Any], *, task: Task) -> Reading:
    """Read the pictures and masks under *path*.

    Raises:
        FormatError: There is no folder, or a mask is broken.
    """
    if not path.is_dir():
        raise FormatError("not a folder", path=path)
    meta = read_meta(path)
    tops = [one for one in _folders(path) if one.name != GROUND_TRUTH]
    subsets = {meta.subsets.get(top.name, top.name): (top, find_images(top)) for top in tops}
    labels = meta.labels
    if labels is None:
        names = {folder.name for top in tops for folder in _folders(top)}
        labels = tuple(sorted(names - {NO_LABEL}))
    tree = _Tree(path, meta, label_places(labels, encoded=meta.labels is not None), task)
    items = (
        item for subset in sorted(subsets) for item in tree.items(subset, *subsets[subset], subsets)
    )
    return Reading(categories=Categories.of(labels), items=items)


def _folders(path: Path) -> list[Path]:
    return sorted(one for one in path.iterdir() if one.is_dir() and one.name[0] != ".")


class _Tree(msgspec.Struct, frozen=True):
    """A dataset whose labels are known."""

    root: Path
    meta: DatasetMeta
    places: dict[str, int]
    task: Task

    def items(
        self,
        subset: str,
        top: Path,
        images: Mapping[str, Path],
        subsets: Mapping[str, tuple[Path, Mapping[str, Path]]],
    ) -> Iterator[Item]:
        """The items of one subset."""
        of_test = subsets[TEST][1] if TEST in subsets and subset != TEST else {}
        for name, file in images.items():
            path = file.relative_to(self.root).as_posix()
            label = label_of_path(
                file.relative_to(top).as_posix(), self.places, where=self.root / META_NAME
            )
            mask = self._mask(top.name, name, is_shared=name not in of_test)
            yield Item(
                id=self.meta.ids.get(path, name),
                subset=subset,
                media=(image_media(file, path),),
                annotations=tuple(self._annotations(label, mask)),
            )

    def _mask(self, top: str, name: str, *, is_shared: bool) -> "NDArray[np.bool_] | None":
        """Where the defect of a picture is: boolean, shape (height, width)."""
        if self.task is Task.CLASSIFICATION:
            return None
        truth = self.root / GROUND_TRUTH
        files = [truth / top / (name + MASK), *([truth / (name + MASK)] if is_shared else [])]
        file = next((one for one in files if one.is_file()), None)
        if file is None:
            return None
        try:
            return decode_png(read_bytes(file), _MOST_PIXELS)
        except ValueError as error:
            raise FormatError(str(error), path=file) from error

    def _annotations(
        self, label: int | None, pixels: "NDArray[np.bool_] | None"
    ) -> Iterator[Annotation]:
        import numpy as np

        if "label" in self.task.value and label is not None:
            yield Label(label=label)
        if pixels is None:
            return
        height, width = pixels.shape
        if "mask" in self.task.value:
            counts = mask_counts(pixels, 0, 0, height, width)
            yield Mask(label=label, height=height, width=width, counts=counts)
        elif pixels.any():
            rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
            x, y = float(columns[0]), float(rows[0])
            w, h = float(columns[-1]) + 1 - x, float(rows[-1]) + 1 - y
            yield Box(label=label, x=x, y=y, w=w, h=h)
