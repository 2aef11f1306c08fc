"""Whether a path holds record files of images."""

import struct

from datum.plugins import EXACT, LIKELY, Probe, Verdict
from datum_formats.tf_detection_api.files import subset_name
from datum_formats.tf_detection_api.tfrecord import masked_crc

__all__ = ["sniff"]

_PATTERNS = ("*.tfrecord", "*.tfrecords", "*.record", "*-of-*")
_HEAD = 12
"""Bytes of a record's length and its checksum."""


def sniff(probe: Probe) -> Verdict:
    """EXACT for a record of an image, LIKELY for an empty record file."""
    names = [name for pattern in _PATTERNS for name in probe.files(pattern) if subset_name(name)]
    if not names:
        return Verdict(0, "no *.tfrecord files")
    empty = 0
    for name in names:
        head = probe.head(name)
        if not head:
            empty += 1
        elif not _is_record(head):
            return Verdict(0, f"{name} does not begin with a record")
        elif b"image/" in head:
            return Verdict(EXACT, f"{name} begins with the record of an image")
    if empty == len(names):
        return Verdict(LIKELY, f"{names[0]} is an empty record file")
    return Verdict(0, f"the first records of {names[0]} say nothing of an image")


def _is_record(head: bytes) -> bool:
    if len(head) < _HEAD:
        return False
    return struct.pack("<I", masked_crc(head[:8])) == head[8:_HEAD]
