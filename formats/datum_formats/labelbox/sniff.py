"""Recognising Labelbox' export."""

from datum.plugins import EXACT, Probe, Verdict

__all__ = ["sniff_labelbox"]


def sniff_labelbox(probe: Probe) -> Verdict:
    """Whether there is an NDJSON file of data rows."""
    for name in probe.files("*.ndjson"):
        if b'"data_row"' in probe.head(name):
            return Verdict(EXACT, f"{name} has data rows")
        if not probe.head(name, 1) and probe.files("labels.txt"):
            return Verdict(EXACT, f"{name} is an export without images")
    return Verdict(0, "no NDJSON file of data rows")
