"""Recognising the JSON of Create ML."""

from datum.plugins import EXACT, Probe, Verdict

__all__ = ["sniff_createml"]

_PATTERNS = ("*.createml.json", "*/*.createml.json", "*.json", "*/*.json")
_FEW = 5


def sniff_createml(probe: Probe) -> Verdict:
    """Whether there is a file of that name, or a list of images with coordinates."""
    for pattern in _PATTERNS:
        for name in probe.files(pattern)[:_FEW]:
            head = probe.head(name)
            has_keys = b'"image"' in head and b'"coordinates"' in head
            if name.endswith(".createml.json") or (head.lstrip().startswith(b"[") and has_keys):
                return Verdict(EXACT, f"{name} is a list of images with coordinates")
    return Verdict(0, "no JSON list of images with coordinates")
