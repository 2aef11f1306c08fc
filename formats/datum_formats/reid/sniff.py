"""Recognising Market-1501 and MARS."""

from datum.plugins import EXACT, LIKELY, Probe, Verdict
from datum_formats.reid.names import MARKET, MARS_NAME

__all__ = ["sniff_market", "sniff_mars"]


def sniff_market(probe: Probe) -> Verdict:
    """Whether there are pictures called as those of Market-1501."""
    for pattern in ("bounding_box_*/*", "query/*"):
        for name in probe.files(pattern):
            if MARKET.match(name.rpartition("/")[2]):
                return Verdict(EXACT, f"{name} says who was seen by which camera")
            return Verdict(LIKELY, f"{name} is in a folder of Market-1501")
    return Verdict(0, "no pictures in bounding_box_* or query")


def sniff_mars(probe: Probe) -> Verdict:
    """Whether there are pictures called as those of MARS."""
    for name in probe.files("bbox_*/*/*"):
        if MARS_NAME.match(name.rpartition("/")[2]):
            return Verdict(EXACT, f"{name} says who was seen by which camera")
    return Verdict(0, "no pictures in bbox_*/<person>")
