"""Recognising VGGFace2."""

from datum.plugins import EXACT, Probe, Verdict
from datum_formats.vgg_face2.files import BOXES, FOLDER, LANDMARKS

__all__ = ["sniff_vgg_face2"]


def sniff_vgg_face2(probe: Probe) -> Verdict:
    """Whether there are boxes or landmarks in CSV files called as those of VGGFace2."""
    for stem in (BOXES, LANDMARKS):
        for name in probe.files(f"{FOLDER}/{stem}*.csv"):
            return Verdict(EXACT, f"{name} has boxes or landmarks")
    return Verdict(0, f"no {FOLDER}/{BOXES}*.csv")
