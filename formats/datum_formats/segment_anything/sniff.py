"""Recognising the JSON of SA-1B."""

import re

from datum.plugins import EXACT, Probe, Verdict

__all__ = ["sniff_segment_anything"]

_PATTERNS = ("*.json", "*/*.json", "**/*.json")
_IMAGE = re.compile(rb'"image"\s*:\s*\{')
_FEW = 5


def sniff_segment_anything(probe: Probe) -> Verdict:
    """Whether there is a JSON file of one image with an id, and its annotations."""
    for pattern in _PATTERNS:
        for name in probe.files(pattern)[:_FEW]:
            head = probe.head(name)
            if _IMAGE.search(head) and b'"image_id"' in head and b'"annotations"' in head:
                return Verdict(EXACT, f"{name} has an image and its masks")
    return Verdict(0, "no JSON file of one image and its annotations")
