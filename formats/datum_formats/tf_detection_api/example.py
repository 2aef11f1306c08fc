"""tf.train.Example in the wire format of protocol buffers: named lists of bytes, floats or integers.

https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/example/feature.proto and
https://protobuf.dev/programming-guides/encoding. Written with the names in order and numbers packed,
so that equal examples are equal bytes.
"""

import struct
from collections.abc import Iterator, Mapping

import msgspec

from datum.errors import FormatError

__all__ = ["Bytes", "Feature", "Floats", "Ints", "decode_example", "encode_example", "float32"]

_VARINT, _FIXED64, _SIZED, _FIXED32 = 0, 1, 2, 5
_BYTES_LIST, _FLOAT_LIST, _INT64_LIST = 1, 2, 3
_LONGEST_VARINT = 10
_WIDTHS = {_FIXED64: 8, _FIXED32: 4}


class Bytes(msgspec.Struct, frozen=True):
    """A list of byte strings."""

    values: tuple[bytes, ...]


class Floats(msgspec.Struct, frozen=True):
    """A list of numbers, 32 bits each."""

    values: tuple[float, ...]


class Ints(msgspec.Struct, frozen=True):
    """A list of integers, signed, 64 bits each."""

    values: tuple[int, ...]


Feature = Bytes | Floats | Ints


def float32(value: float) -> float:
    """The float32 next to *value*; infinite where it is beyond them."""
    try:
        (rounded,) = struct.unpack("<f", struct.pack("<f", value))
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
    return float(rounded)


def encode_example(features: Mapping[str, Feature]) -> bytes:
    """The bytes of an example."""
    entries = b"".join(
        _sized(1, _sized(1, name.encode()) + _sized(2, _encode_feature(features[name])))
        for name in sorted(features)
    )
    return _sized(1, entries)


def _encode_feature(feature: Feature) -> bytes:
    match feature:
        case Bytes(values):
            return _sized(_BYTES_LIST, b"".join(_sized(1, value) for value in values))
        case Floats(values):
            packed = struct.pack(f"<{len(values)}f", *map(float32, values))
            return _sized(_FLOAT_LIST, _sized(1, packed) if values else b"")
        case Ints(values):
            packed = b"".join(_varint(value & 0xFFFFFFFFFFFFFFFF) for value in values)
            return _sized(_INT64_LIST, _sized(1, packed) if values else b"")


def _sized(field: int, data: bytes) -> bytes:
    return b"".join((_varint(field << 3 | _SIZED), _varint(len(data)), data))


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:  # noqa: PLR2004 (seven bits to the byte)
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def decode_example(data: bytes) -> dict[str, Feature]:
    """The features of an example by name; those without any list are left out.

    Raises:
        FormatError: The bytes are no example.
    """
    features: dict[str, Feature] = {}
    for message in _messages(data, 1):
        for entry in _messages(message, 1):
            name, feature = _entry(entry)
            if feature is not None:
                features[name] = feature
    return features


def _entry(data: bytes) -> tuple[str, Feature | None]:
    name = b""
    feature: Feature | None = None
    for field, wire, value in _fields(data):
        if field == 1 and wire == _SIZED and isinstance(value, bytes):
            name = value
        elif field == 2 and wire == _SIZED and isinstance(value, bytes):  # noqa: PLR2004 (the map's value)
            feature = _feature(value)
    try:
        return name.decode(), feature
    except UnicodeDecodeError as error:
        raise FormatError("the name of a feature is not UTF-8") from error


def _feature(data: bytes) -> Feature | None:
    found: Feature | None = None
    for field, wire, value in _fields(data):
        if wire != _SIZED or not isinstance(value, bytes):
            continue
        if field == _BYTES_LIST:
            found = Bytes(tuple(_messages(value, 1)))
        elif field == _FLOAT_LIST:
            found = Floats(tuple(_floats(value)))
        elif field == _INT64_LIST:
            found = Ints(tuple(_ints(value)))
    return found


def _floats(data: bytes) -> Iterator[float]:
    """Packed and unpacked floats."""
    for field, wire, value in _fields(data):
        if field == 1 and isinstance(value, bytes) and wire in (_SIZED, _FIXED32):
            if len(value) % 4:
                raise FormatError("a list of floats is cut off")
            yield from struct.unpack(f"<{len(value) // 4}f", value)


def _ints(data: bytes) -> Iterator[int]:
    """Packed and unpacked integers."""
    for field, _, value in _fields(data):
        if field != 1:
            continue
        if isinstance(value, int):
            yield _signed(value)
        else:
            at = 0
            while at < len(value):
                number, at = _read_varint(value, at)
                yield _signed(number)


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def _messages(data: bytes, wanted: int) -> Iterator[bytes]:
    for field, wire, value in _fields(data):
        if field == wanted and wire == _SIZED and isinstance(value, bytes):
            yield value


def _fields(data: bytes) -> Iterator[tuple[int, int, bytes | int]]:
    """Number, wire type and value of each field of a message."""
    at = 0
    while at < len(data):
        key, at = _read_varint(data, at)
        field, wire = key >> 3, key & 7
        if wire == _VARINT:
            number, at = _read_varint(data, at)
            yield field, wire, number
            continue
        if wire == _SIZED:
            size, at = _read_varint(data, at)
        elif wire in _WIDTHS:
            size = _WIDTHS[wire]
        else:
            raise FormatError(f"wire type {wire} is not known")
        if size > len(data) - at:
            raise FormatError("a field is cut off")
        yield field, wire, data[at : at + size]
        at += size


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    for index in range(at, min(at + _LONGEST_VARINT, len(data))):
        byte = data[index]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 (the last byte of the number)
            return value & 0xFFFFFFFFFFFFFFFF, index + 1
        shift += 7
    raise FormatError("a number is cut off")
