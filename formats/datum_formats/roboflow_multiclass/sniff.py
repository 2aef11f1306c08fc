"""Recognising Roboflow's tables of labels."""

from datum.plugins import EXACT, Probe, Verdict
from datum_formats.roboflow_multiclass.read import FIRST, TABLE

__all__ = ["sniff_multiclass"]


def sniff_multiclass(probe: Probe) -> Verdict:
    """Whether there is a table of Roboflow's name and columns."""
    for pattern in (TABLE, f"*/{TABLE}"):
        for name in probe.files(pattern):
            if probe.head(name).lstrip(b'\xef\xbb\xbf"').startswith(FIRST.encode()):
                return Verdict(EXACT, f"{name} has labels by image")
    return Verdict(0, f"no <subset>/{TABLE}")
