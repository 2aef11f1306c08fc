"""Recognising LFW."""

from datum.plugins import EXACT, LIKELY, Probe, Verdict
from datum_formats.lfw.names import LANDMARKS, PAIRS, PEOPLE

__all__ = ["sniff_lfw"]


def sniff_lfw(probe: Probe) -> Verdict:
    """Whether there are lists of people and of pairs."""
    for folder in ("*/annotations/", "annotations/", "*/", ""):
        found = [name for name in (PEOPLE, PAIRS) if probe.files(folder + name)]
        if len(found) > 1:
            return Verdict(EXACT, f"{PEOPLE} and {PAIRS} are lists of LFW")
        if found:
            both = probe.files(folder + LANDMARKS)
            return Verdict(EXACT if both else LIKELY, f"{found[0]} is a list of LFW")
    return Verdict(0, f"no {PAIRS} or {PEOPLE}")
