"""Writing MNIST's IDX files."""

import gzip
import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from datum.model import Item
from datum.plugins import Writing
from datum_formats._common.dataset_meta import META_NAME, encode_meta
from datum_formats._common.folder_names import folder_name
from datum_formats._common.unkept import Unkept
from datum_formats.mnist.names import SIDE, Row, collect, write_labels

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["write_idx"]

_REASON = "MNIST has no place for it"
_BYTE, _SHORT = 0x08, 0x0B
_MOST_OF_BYTE = 255


def write_idx(writing: Writing) -> None:
    """Write the pixels and the labels of each subset.

    Raises:
        FormatError: A subset or an id cannot be written.
    """
    unkept = Unkept(losses=writing.losses, reason=_REASON, kinds={"label"})
    unkept.dataset(writing.dataset)
    subsets: dict[str, str] = {}
    ids: dict[str, str] = {}
    for subset in writing.dataset.subsets():
        stem = "t10k" if subset == "test" else folder_name(subset, "subset", taken="t10k")
        if stem not in (subset, "t10k"):
            subsets[stem] = subset
        rows, running = collect(writing, unkept, subset, _OneSize(writing))
        _write(writing, stem, rows)
        if not running:
            ids.update((f"{stem}/{number}", row.item_id) for number, row in enumerate(rows))
    meta = encode_meta(labels=write_labels(writing), subsets=subsets, ids=ids)
    if meta is not None:
        writing.output.write(META_NAME, meta)


class _OneSize:
    """Takes images of the size of the first."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._size: tuple[int, ...] | None = None

    def __call__(self, item: Item, pixels: "NDArray[Any]") -> bool:
        if self._size is None:
            self._size = pixels.shape
        if pixels.shape == self._size:
            return True
        height, width = self._size
        reason = f"its image is not of the size of the first, {width} x {height}"
        self._writing.losses.add("item", reason, where=f"{item.subset}/{item.id}")
        return False


def _write(writing: Writing, stem: str, rows: Sequence[Row]) -> None:
    height, width = rows[0].pixels.shape if rows else (SIDE, SIDE)
    shape = struct.pack(">III", len(rows), height, width)
    pixels = b"".join([b"\0\0\x08\x03", shape, *(row.pixels.tobytes() for row in rows)])
    wide = len(writing.dataset.categories.labels) > _MOST_OF_BYTE
    head = struct.pack(">HBBI", 0, _SHORT if wide else _BYTE, 1, len(rows))
    none = -1 if wide else _MOST_OF_BYTE
    numbers = [none if row.label is None else row.label for row in rows]
    labels = head + struct.pack(f">{len(rows)}{'h' if wide else 'B'}", *numbers)
    writing.output.write(f"{stem}-images-idx3-ubyte.gz", gzip.compress(pixels, 6, mtime=0))
    writing.output.write(f"{stem}-labels-idx1-ubyte.gz", gzip.compress(labels, 6, mtime=0))
