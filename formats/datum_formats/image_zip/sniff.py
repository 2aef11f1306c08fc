"""Recognising a zip archive of images."""

import struct

from datum.plugins import POSSIBLE, Probe, Verdict
from datum_formats._common.images import IMAGE_EXTENSIONS

__all__ = ["sniff_image_zip"]

_HEADER = struct.Struct("<4s22xHH")
"""Signature, lengths of the name and of the extra field of a member."""


def sniff_image_zip(probe: Probe) -> Verdict:
    """Whether the first member of an archive is an image; an archive says no more in its head."""
    for name in probe.files("*.zip"):
        head = probe.head(name)
        if len(head) < _HEADER.size:
            continue
        signature, length, _ = _HEADER.unpack(head[: _HEADER.size])
        member = head[_HEADER.size : _HEADER.size + length].decode(errors="replace")
        ext = member[member.rfind(".") :].lower()
        if signature == b"PK\x03\x04" and (ext in IMAGE_EXTENSIONS or member.endswith("/")):
            return Verdict(POSSIBLE + 5, f"{name} begins with {member}")
        if signature == b"PK\x05\x06":
            return Verdict(POSSIBLE - 5, f"{name} is an empty archive")
    return Verdict(0, "no *.zip that begins with an image")
