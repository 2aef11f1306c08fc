"""Recognising the JSON of LabelMe."""

from datum.plugins import EXACT, Probe, Verdict

__all__ = ["sniff_labelme"]

_PATTERNS = ("*.json", "*/*.json", "**/*.json")
_FEW = 5


def sniff_labelme(probe: Probe) -> Verdict:
    """Whether there is a JSON file of shapes and an image's path."""
    for pattern in _PATTERNS:
        for name in probe.files(pattern)[:_FEW]:
            head = probe.head(name)
            if b'"shapes"' in head and (b'"version"' in head or b'"imagePath"' in head):
                return Verdict(EXACT, f"{name} has shapes of an image")
    return Verdict(0, "no JSON file with shapes and imagePath")
