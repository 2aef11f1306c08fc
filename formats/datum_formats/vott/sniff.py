"""Recognising the exports of VoTT."""

from datum.plugins import EXACT, Probe, Verdict
from datum_formats.vott.csv_read import HEADER

__all__ = ["sniff_csv", "sniff_json"]

_FEW = 20


def sniff_json(probe: Probe) -> Verdict:
    """Whether there is a JSON file of assets."""
    for name in probe.files("*.json")[:_FEW]:
        head = probe.head(name, 1 << 16)
        if b'"assets"' in head and (b'"tags"' in head or b'"asset"' in head):
            return Verdict(EXACT, f"{name} has assets and tags")
    return Verdict(0, "no JSON file with assets and tags")


def sniff_csv(probe: Probe) -> Verdict:
    """Whether there is a CSV file with VoTT's columns."""
    wanted = ",".join(HEADER).encode()
    for name in probe.files("*.csv")[:_FEW]:
        if probe.head(name).split(b"\n")[0].strip().replace(b'"', b"") == wanted:
            return Verdict(EXACT, f"{name} has the columns of VoTT")
    return Verdict(0, f"no CSV file with the columns {wanted.decode()}")
