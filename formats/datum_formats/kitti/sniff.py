"""Recognising KITTI object detection."""

from datum.plugins import EXACT, LIKELY, Probe, Verdict
from datum_formats._common.columns import first_columns

__all__ = ["sniff_kitti_detection"]

_FEW = 20
_COUNTS = (15, 16)


def sniff_kitti_detection(probe: Probe) -> Verdict:
    """Whether there are files of 15 or 16 columns in a folder label_2."""
    names = [*probe.files("label_2/*.txt"), *probe.files("*/label_2/*.txt")]
    for name in names[:_FEW]:
        count = len(first_columns(probe.head(name)))
        if count in _COUNTS:
            return Verdict(EXACT, f"{name} has {count} columns")
        if count:
            return Verdict(0, f"{name} has {count} columns")
    if names:
        return Verdict(LIKELY, f"{names[0]} is in a folder label_2")
    return Verdict(0, "no label_2/*.txt")
