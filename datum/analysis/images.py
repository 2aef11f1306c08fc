"""Sums over the pixels of images: exact, on all cores, remembered by the image's id."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import msgspec

from datum.errors import DatumError
from datum.objects.ids import ObjectId
from datum.objects.memo import Memo

__all__ = ["PixelSums", "look_at_images"]

_TABLE = "pixel sums 2"
_BATCH = 64
_EXACT = 1 << 24
"""Pixels whose histogram is exact in OpenCV's float32."""


class PixelSums(msgspec.Struct, frozen=True):
    """Of one image, or of several: adding is exact. Values are 0 to 255; order red, green, blue."""

    pixels: int = 0
    sums: tuple[int, int, int] = (0, 0, 0)
    squares: tuple[int, int, int] = (0, 0, 0)
    fault: str = ""
    """Why the image cannot be read; empty where it can."""
    height: int = 0
    """Of one image, as stored in its file; 0 of several."""
    width: int = 0

    def __add__(self, other: "PixelSums") -> "PixelSums":
        """The sums over both."""
        return PixelSums(
            self.pixels + other.pixels,
            _plus(self.sums, other.sums),
            _plus(self.squares, other.squares),
        )

    def mean(self) -> list[float] | None:
        """Mean of each channel over all pixels; None without pixels."""
        return [value / self.pixels for value in self.sums] if self.pixels else None

    def deviation(self) -> list[float] | None:
        """Standard deviation of each channel over all pixels, of the population."""
        if not self.pixels:
            return None
        n = self.pixels
        pairs = zip(self.sums, self.squares, strict=True)
        return [((n * square - total * total) / (n * n)) ** 0.5 for total, square in pairs]


def _plus(a: tuple[int, int, int], b: tuple[int, int, int]) -> tuple[int, int, int]:
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])


def look_at_images(
    oids: Iterable[ObjectId], load: Callable[[ObjectId], bytes], memo: Memo
) -> Iterator[tuple[ObjectId, PixelSums]]:
    """The sums of each image. One that was looked at before is not read again.

    Args:
        oids: The images.
        load: Gives the bytes of one; a DatumError is a fault of the image, and not remembered.
        memo: Where sums are kept.
    """
    waiting = iter(oids)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        while batch := list(islice(waiting, _BATCH)):
            known = dict(zip(batch, memo.get_many(_TABLE, batch), strict=True))
            missing = [oid for oid, data in known.items() if data is None]
            found = dict(zip(missing, pool.map(_look, _loaded(missing, load)), strict=True))
            memo.put_many(
                _TABLE,
                [(oid, msgspec.msgpack.encode(one)) for oid, (one, kept) in found.items() if kept],
            )
            for oid, data in known.items():
                yield oid, found[oid][0] if data is None else _decode(data)


_decode = msgspec.msgpack.Decoder(PixelSums).decode


def _loaded(oids: list[ObjectId], load: Callable[[ObjectId], bytes]) -> Iterator[bytes | str]:
    for oid in oids:
        try:
            yield load(oid)
        except DatumError as error:
            yield str(error)


def _look(data: bytes | str) -> tuple[PixelSums, bool]:
    """The sums of an image file, and whether they hold for good."""
    return (PixelSums(fault=data), False) if isinstance(data, str) else (_sums(data), True)


def _sums(data: bytes) -> PixelSums:
    import cv2
    import numpy as np

    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), flags) if data else None
    except cv2.error:
        image = None
    if image is None:
        return PixelSums(fault="does not decode as an image")
    height, width = image.shape[:2]
    counts = np.zeros((3, 256), np.int64)
    step = max(1, _EXACT // width)
    for top in range(0, height, step):
        strip = image[top : top + step]
        for channel in range(3):
            found = cv2.calcHist([strip], [2 - channel], None, [256], [0, 256])
            counts[channel] += found.ravel().astype(np.int64)
    values = np.arange(256, dtype=np.int64)
    first, second, third = (counts @ values).tolist()
    sums = (first, second, third)
    first, second, third = (counts @ (values * values)).tolist()
    return PixelSums(height * width, sums, (first, second, third), "", height, width)
