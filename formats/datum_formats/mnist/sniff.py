"""Recognising MNIST."""

import re

from datum.plugins import EXACT, LIKELY, Probe, Verdict

__all__ = ["sniff_csv", "sniff_idx"]

_CELLS = re.compile(rb"(\d*|label)(,[^,\r\n]*){700,}")


def sniff_idx(probe: Probe) -> Verdict:
    """Whether there is an IDX file of labels or images."""
    for pattern in ("*-labels-idx1-ubyte*", "*-images-idx3-ubyte*", "*-labels.idx1-ubyte*"):
        for name in probe.files(pattern):
            head = probe.head(name, 4)
            if head[:2] in (b"\x1f\x8b", b"\0\0"):
                return Verdict(EXACT, f"{name} is an IDX file")
    return Verdict(0, "no IDX file of images or labels")


def sniff_csv(probe: Probe) -> Verdict:
    """Whether there is a CSV file called as those of MNIST."""
    for name in probe.files("mnist_*.csv"):
        head = probe.head(name, 16384)
        if not head or _CELLS.match(head):
            return Verdict(EXACT, f"{name} has rows of pixels")
        return Verdict(LIKELY, f"{name} is called as those of MNIST")
    return Verdict(0, "no mnist_*.csv")
