"""TFRecord files: a length and some bytes for each record, both with a checksum.

https://www.tensorflow.org/tutorials/load_data/tfrecord: length as uint64, masked CRC32C of it,
data, masked CRC32C of the data; all little-endian.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from datum.errors import FormatError

__all__ = ["frame", "masked_crc", "read_records"]

_HEADER = struct.Struct("<QI")
_CRC = struct.Struct("<I")
_MASK_DELTA = 0xA282EAD8
_GZIP = b"\x1f\x8b"


def masked_crc(data: bytes) -> int:
    """The CRC32C of *data*, rotated and shifted as TFRecord wants it."""
    import google_crc32c

    crc = int(google_crc32c.value(data))
    return ((crc >> 15 | crc << 17) + _MASK_DELTA) & 0xFFFFFFFF


def frame(data: bytes) -> bytes:
    """A record as it is in the file."""
    length = struct.pack("<Q", len(data))
    head = length + _CRC.pack(masked_crc(length))
    return b"".join((head, data, _CRC.pack(masked_crc(data))))


def read_records(path: Path) -> Iterator[tuple[int, bytes]]:
    """The records of a file with their numbers from 1; one is in memory at a time.

    Raises:
        FormatError: The file cannot be read; a record is cut off, or a checksum does not fit.
    """
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            number = 0
            while file.tell() < size:
                number += 1
                try:
                    data = _record(file, size)
                except FormatError as error:
                    raise FormatError(f"record {number}: {error.reason}", path=path) from error
                yield number, data
    except OSError as error:
        raise FormatError(error.strerror or str(error), path=path) from error


def _record(file: BinaryIO, size: int) -> bytes:
    """The record at the file's position; no more is allocated than the file of *size* holds."""
    head = file.read(_HEADER.size)
    if head.startswith(_GZIP) and file.tell() == len(head):
        raise FormatError("compressed; decompress the file first")
    if len(head) < _HEADER.size:
        raise FormatError("cut off in its length")
    length, crc = _HEADER.unpack(head)
    if masked_crc(head[:8]) != crc:
        raise FormatError("the checksum of its length does not fit")
    if length > size - file.tell() - _CRC.size:
        raise FormatError("cut off in its data")
    data = file.read(length)
    tail = file.read(_CRC.size)
    if len(data) != length or len(tail) != _CRC.size:
        raise FormatError("cut off in its data")
    if masked_crc(data) != _CRC.unpack(tail)[0]:
        raise FormatError("the checksum of its data does not fit")
    return data
