"""Recognising projects of Supervisely."""

from datum.plugins import EXACT, Probe, Verdict

__all__ = ["sniff_supervisely"]


def sniff_supervisely(probe: Probe) -> Verdict:
    """Whether there is a meta.json with classes, and folders ``ann`` of images."""
    for name in probe.files("meta.json"):
        head = probe.head(name, 1 << 16)
        if (
            b'"classes"' in head
            and b"point_clouds" not in head
            and not probe.files("*/pointcloud/*")
        ):
            return Verdict(EXACT, f"{name} has classes")
    return Verdict(0, "no meta.json with classes")
