"""Recognising datasets of FiftyOne."""

from datum.plugins import EXACT, LIKELY, Probe, Verdict

__all__ = ["sniff_fiftyone"]


def sniff_fiftyone(probe: Probe) -> Verdict:
    """Whether there is a samples.json of samples with paths."""
    for name in probe.files("samples.json"):
        head = probe.head(name)
        if b'"samples"' in head:
            return Verdict(EXACT if b'"filepath"' in head else LIKELY, f"{name} has samples")
    return Verdict(0, "no samples.json with samples")
