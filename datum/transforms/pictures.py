"""What is found out about pictures, once for each: it is remembered under the digest of their bytes."""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Any

from datum.errors import DatumError
from datum.model import Blob, InMemory, Item
from datum.plugins import Dataset, TransformContext
from datum.transforms.chance import Key

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Measure", "decode", "fingerprint", "fingerprints", "media_digest", "of_pictures"]

Measure = Callable[[bytes], bytes]
"""What is found out about the bytes of a picture; empty where they do not decode."""

_BATCH = 64
"""Pictures whose bytes are held at a time."""
_SIDE, _KEPT = 32, 8


def media_digest(item: Item) -> str | None:
    """The digest of the main media's bytes: equal for equal bytes; None where none are known."""
    content = None if item.image is None else item.image.content
    if isinstance(content, Blob):
        return content.digest
    if isinstance(content, InMemory):
        return "sha256:" + hashlib.sha256(content.data).hexdigest()
    return None


def of_pictures(
    dataset: Dataset,
    context: TransformContext,
    table: str,
    measure: Measure,
    *,
    subset: str | None = None,
) -> Iterator[tuple[Item, bytes]]:
    """Each item, without annotations, with what is found out about its main media.

    Items without bytes, and with bytes that cannot be read or decoded, are counted and left out.

    Args:
        dataset: The items.
        context: Loads bytes, remembers, and counts.
        table: The name under which it is remembered; another one for another *measure*.
        measure: Finds it out; called in threads.
        subset: Look at the items of this one alone.
    """
    items = (item for item in dataset.bare_items() if subset in (None, item.subset))
    with ThreadPoolExecutor() as threads:
        while batch := list(islice(items, _BATCH)):
            found = _known(batch, context, table)
            new = [item for item in batch if media_digest(item) not in found]
            loaded = {media_digest(item): data for item in new if (data := _load(item, context))}
            made = dict(zip(loaded, threads.map(measure, loaded.values()), strict=True))
            if context.memo is not None:
                pairs = [(digest.encode(), value) for digest, value in made.items() if digest]
                context.memo.put_many(table, pairs)
            for item in batch:
                value = {**found, **made}.get(media_digest(item), b"")
                if value:
                    yield item, value
                else:
                    reason = "its bytes are not to be had, or no picture; compared with nothing"
                    context.losses.add("picture", reason, where=f"{item.subset}/{item.id}")


def _known(batch: list[Item], context: TransformContext, table: str) -> dict[str | None, bytes]:
    digests = sorted({digest for item in batch if (digest := media_digest(item))})
    if context.memo is None:
        return {}
    values = context.memo.get_many(table, [digest.encode() for digest in digests])
    return {one: value for one, value in zip(digests, values, strict=True) if value is not None}


def _load(item: Item, context: TransformContext) -> bytes | None:
    if item.image is None or media_digest(item) is None:
        return None
    try:
        return context.load(item.image)
    except DatumError:
        return None  # counted by who asked


def decode(data: bytes, *, gray: bool = False) -> "NDArray[Any] | None":
    """The pixels of an image file, (height, width) or (height, width, 3) uint8; None if it is none."""
    import cv2
    import numpy as np

    try:
        flag = cv2.IMREAD_GRAYSCALE if gray else cv2.IMREAD_COLOR
        return cv2.imdecode(np.frombuffer(data, np.uint8), flag)
    except cv2.error:
        return None


def fingerprint(data: bytes) -> bytes:
    """The perceptual hash of an image file: 8 bytes, empty where it does not decode.

    The picture in grey is brought to 32x32 pixels; of its cosine transform the 8x8 lowest frequencies
    are kept, and each gives a bit: whether it is above their median (Zauner 2010, pHash). Scaling,
    compression and small changes of brightness change few bits; pictures of one colour are all alike.
    """
    import cv2
    import numpy as np

    pixels = decode(data, gray=True)
    if pixels is None:
        return b""
    small = cv2.resize(pixels, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    low = cv2.dct(small.astype(np.float32))[:_KEPT, :_KEPT]
    return np.packbits(low > np.median(low)).tobytes()


def fingerprints(dataset: Dataset, context: TransformContext) -> dict[Key, int]:
    """The perceptual hash of each item that has a picture."""
    found = of_pictures(dataset, context, "perceptual hash 1", fingerprint)
    return {item.key: int.from_bytes(value, "big") for item, value in found}
