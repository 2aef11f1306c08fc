"""Recognising the JSON of VIA."""

from datum.plugins import EXACT, Probe, Verdict

__all__ = ["sniff_via"]

_FEW = 20


def sniff_via(probe: Probe) -> Verdict:
    """Whether there is a project of VIA, or a file of regions by image."""
    for name in probe.files("*.json")[:_FEW]:
        head = probe.head(name)
        if b'"_via_' in head:
            return Verdict(EXACT, f"{name} is a project of VIA")
        if b'"filename"' in head and b'"regions"' in head and b'"size"' in head:
            return Verdict(EXACT, f"{name} has regions by image")
    return Verdict(0, "no JSON file of VIA's regions")
