"""The run lengths of brushes: bits, as thi.ng's rle-pack has them, of an image of four channels.

The head is 32 bits of how many values there are, 5 bits of the bits of a value less one, and four
times 4 bits of the bits of a length less one. Then come runs: a bit that is 1 for one value that is
repeated and 0 for values that differ, two bits for which of the four lengths is used, the length
less one, and the value or values. Values are row by row: red, green, blue, alpha; what is opaque
is in the mask.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["decode_brush", "encode_brush"]

_CHANNELS = 4
_LARGEST = 2**28
"""Pixels of an image that is unpacked."""
_SIZES = (3, 4, 8, 16)
"""Bits of the four lengths that are written."""
_LONGEST = 1 << 16


class _Bits:
    """Reads numbers from bytes, the highest bit first."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def read(self, count: int) -> int:
        """The number in the next *count* bits.

        Raises:
            ValueError: There are no more.
        """
        end = self._at + count
        if end > 8 * len(self._data):
            raise ValueError("a brush ends too early")
        first, last = self._at // 8, (end + 7) // 8
        number = int.from_bytes(self._data[first:last], "big") >> (8 * last - end)
        self._at = end
        return number & ((1 << count) - 1)


def decode_brush(numbers: Sequence[int], height: int, width: int) -> "NDArray[np.bool_]":
    """The pixels of a brush: boolean, shape (height, width).

    Raises:
        ValueError: The numbers are no bytes, or not of an image of that size.
    """
    import numpy as np

    bits = _Bits(bytes(numbers))
    count = bits.read(32)
    if count != _CHANNELS * height * width or height * width > _LARGEST:
        raise ValueError(f"a brush of {count} values is not of an image of {height} x {width}")
    word = bits.read(5) + 1
    sizes = [bits.read(4) + 1 for _ in range(4)]
    values = np.zeros(count, np.bool_)
    at = 0
    while at < count:
        repeats = bits.read(1)
        end = at + bits.read(sizes[bits.read(2)]) + 1
        if end > count:
            raise ValueError("a brush is longer than its image")
        if repeats:
            values[at:end] = bits.read(word) > 0
        else:
            values[at:end] = [bits.read(word) > 0 for _ in range(at, end)]
        at = end
    return values[_CHANNELS - 1 :: _CHANNELS].reshape(height, width)


def encode_brush(pixels: "NDArray[np.bool_]") -> list[int]:
    """The bytes for pixels of shape (height, width): 255 in all channels where one is set."""
    import numpy as np

    flat = pixels.ravel()
    starts = np.flatnonzero(np.diff(flat, prepend=~flat[:1])).tolist() if flat.size else []
    bits = [f"{_CHANNELS * flat.size:032b}{7:05b}", *(f"{size - 1:04b}" for size in _SIZES)]
    for start, end in zip(starts, [*starts[1:], flat.size], strict=True):
        value = f"{255 if flat[start] else 0:08b}"
        left = _CHANNELS * (end - start)
        while left:
            length = min(left, _LONGEST)
            left -= length
            which = next(at for at, size in enumerate(_SIZES) if length <= 1 << size)
            bits.append(f"1{which:02b}{length - 1:0{_SIZES[which]}b}{value}")
    text = "".join(bits)
    whole = text.ljust(-(-len(text) // 8) * 8, "0")
    return list(int(whole, 2).to_bytes(len(whole) // 8, "big"))
