"""Recognising MVTec AD."""

from datum.plugins import EXACT, LIKELY, Probe, Verdict
from datum_formats.mvtec.tasks import GROUND_TRUTH, MASK

__all__ = ["sniff_mvtec"]


def sniff_mvtec(probe: Probe) -> Verdict:
    """Whether there are masks of defects, or pictures without."""
    for name in probe.files(f"{GROUND_TRUTH}/**/*"):
        if name.endswith(MASK):
            return Verdict(EXACT, f"{name} is a mask of a defect")
    if probe.files("train/good/*") and not probe.files("train/*.*"):
        return Verdict(LIKELY, "pictures without a defect in train/good")
    return Verdict(0, f"no {GROUND_TRUTH}/*/*{MASK}")
