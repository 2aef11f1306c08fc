"""Recognising the XML of LabelMe."""

from datum.plugins import EXACT, Probe, Verdict

__all__ = ["sniff_label_me"]

_PATTERNS = ("*.xml", "*/*.xml", "**/*.xml")
_FEW = 5


def sniff_label_me(probe: Probe) -> Verdict:
    """Whether there is an XML file of an image's objects with outlines."""
    for pattern in _PATTERNS:
        for name in probe.files(pattern)[:_FEW]:
            head = probe.head(name)
            own = any(
                tag in head for tag in (b"<imagesize>", b"<sourceImage>", b"<polygon>", b"<segm>")
            )
            if b"<annotation>" in head and b"<filename>" in head and own:
                return Verdict(EXACT, f"{name} has objects of an image")
    return Verdict(0, "no XML file of an image's objects with outlines")
