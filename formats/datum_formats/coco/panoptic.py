"""Panoptic segments: pixels of a PNG that say a segment's id as R + 256 G + 65536 B."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from datum.errors import FormatError
from datum.model import Mask
from datum_formats._common import rle
from datum_formats._common.files import inside, read_bytes
from datum_formats._common.images import image_size
from datum_formats.coco.segmentation import mask_of_rle
from datum_formats.coco.shapes import Ann, Extra, Int64, Rle

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["HIGHEST_ID", "HiddenMask", "decode_png", "encode_png", "paint", "read_segments"]

HIGHEST_ID = 2**24 - 1


class HiddenMask(msgspec.Struct, frozen=True, omit_defaults=True):
    """The whole of a mask of which the PNG shows a part, and the parts that the segment has."""

    whole: Rle | None = None
    parts: Extra | None = None


class Segment(msgspec.Struct, frozen=True):
    """A segment as a file has it; further keys are taken from the plain mapping."""

    id: Int64
    category_id: int | None = None
    area: int | float | None = None
    bbox: tuple[float, ...] | None = None
    iscrowd: bool | int | float | None = None
    score: float | None = None
    attributes: dict[str, Any] | None = None
    datum: HiddenMask | None = None


_KNOWN = frozenset(Segment.__struct_fields__)


def decode_png(path: Path) -> "NDArray[np.uint32]":
    """The ids in a PNG, shape (height, width).

    Raises:
        FormatError: It is missing or no PNG of three channels of 8 bits.
    """
    import cv2
    import numpy as np

    data = read_bytes(path)
    size = image_size(path)
    if size is None or size[0] * size[1] > 1 << 28:
        raise FormatError("no PNG, or one larger than 2^28 pixels", path=path)
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise FormatError("does not decode as a PNG", path=path) from error
    if pixels is None or pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] < 3:  # noqa: PLR2004 (rows, columns, three channels)
        raise FormatError("no PNG of three channels of 8 bits", path=path)
    blue, green, red = (pixels[:, :, channel].astype(np.uint32) for channel in range(3))
    found: NDArray[np.uint32] = red + 256 * green + 65536 * blue
    return found


def encode_png(ids: "NDArray[np.uint32]") -> bytes:
    """A PNG of ids, each at most :data:`HIGHEST_ID`."""
    import cv2
    import numpy as np

    channels = [(ids >> shift & 255).astype(np.uint8) for shift in (16, 8, 0)]
    _, encoded = cv2.imencode(".png", np.stack(channels, axis=-1))
    return bytes(encoded.tobytes())


def read_segments(ann: Ann, source: Path, size: tuple[int, int] | None) -> list[Ann]:
    """The segments of an image, each as an annotation with a mask; further keys are attributes.

    Args:
        ann: The annotation of the image, with segments_info.
        source: The file that has it; the PNG is in the folder of its name without extension.
        size: Height and width of the image, where known.

    Raises:
        FormatError: The PNG is missing or of another size, or a segment is malformed.
    """
    import numpy as np

    png = inside(source.parent, f"{source.stem}/{ann.file_name}", path=source)
    if size is not None and image_size(png) not in (None, size):
        raise FormatError(f"is not of the image's size, {size[1]} x {size[0]}", path=png)
    ids = decode_png(png)
    found = [_segment(ann, entry, ids, source) for entry in ann.segments_info or ()]
    listed = {segment.id for segment in found}
    unlisted = set(np.unique(ids).tolist()) - listed - {0}
    return found + [_as_ann(ann, Segment(id=number), ids, {}) for number in sorted(unlisted)]


def _segment(ann: Ann, entry: dict[str, Any], ids: "NDArray[np.uint32]", source: Path) -> Ann:
    try:
        segment = msgspec.convert(entry, Segment)
        extras = {key: value for key, value in entry.items() if key not in _KNOWN}
        return _as_ann(ann, segment, ids, extras)
    except (msgspec.ValidationError, FormatError) as error:
        raise FormatError(f"segment {entry.get('id')!r}: {error}", path=source) from error


def _as_ann(whole: Ann, segment: Segment, ids: "NDArray[np.uint32]", extras: dict[str, Any]) -> Ann:
    hidden = segment.datum.whole if segment.datum else None
    if hidden is None:
        height, width, counts = rle.encode_pixels(ids == segment.id)
        hidden = Rle(counts=counts.decode(), size=(height, width))
    else:
        mask_of_rle(hidden)
    return Ann(
        image_id=whole.image_id,
        id=segment.id,
        category_id=segment.category_id,
        segmentation=msgspec.Raw(msgspec.json.encode(hidden)),
        area=segment.area,
        bbox=segment.bbox,
        iscrowd=segment.iscrowd,
        score=segment.score,
        attributes={**extras, **(segment.attributes or {})} or None,
        datum=segment.datum.parts if segment.datum else None,
    )


def paint(masks: Sequence[tuple[int, Mask]], size: tuple[int, int]) -> tuple[bytes, dict[int, Rle]]:
    """A PNG of masks, the later ones above, and those of which it does not show the whole.

    Args:
        masks: Each with its id, from 1 to :data:`HIGHEST_ID`.
        size: Height and width of the image.
    """
    import numpy as np

    canvas = np.zeros(size, np.uint32)
    for number, mask in masks:
        if (mask.height, mask.width) == size:
            canvas[rle.decode_mask(mask)] = number
    hidden = {
        number: Rle(counts=mask.counts.decode("ascii"), size=(mask.height, mask.width))
        for number, mask in masks
        if rle.encode_pixels(canvas == number) != (mask.height, mask.width, mask.counts)
    }
    return encode_png(canvas), hidden
