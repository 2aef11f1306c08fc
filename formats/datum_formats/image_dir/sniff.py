"""Recognising a folder of images."""

from pathlib import PurePosixPath

from datum.plugins import POSSIBLE, Probe, Verdict
from datum_formats._common.images import IMAGE_EXTENSIONS

__all__ = ["sniff_image_dir"]

_PATTERNS = ("*", "*/*", "**/*")


def sniff_image_dir(probe: Probe) -> Verdict:
    """Whether there is an image; any other format knows better."""
    for pattern in _PATTERNS:
        for name in probe.files(pattern):
            if PurePosixPath(name).suffix.lower() in IMAGE_EXTENSIONS:
                return Verdict(POSSIBLE, f"{name} is an image")
    return Verdict(0, "no image files")
