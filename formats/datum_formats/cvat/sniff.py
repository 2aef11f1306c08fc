"""Recognising CVAT's XML."""

from datum.plugins import EXACT, LIKELY, Probe, Verdict

__all__ = ["sniff_cvat"]


def sniff_cvat(probe: Probe) -> Verdict:
    """Whether there is an XML file whose root is ``annotations``."""
    names = [*probe.files("*.xml"), *probe.files("annotations/*.xml")]
    for name in names[:10]:
        start = probe.head(name)
        if b"<annotations" in start:
            known = (b"<version>1.1" in start, b"<meta" in start, b"<image " in start)
            return Verdict(EXACT if any(known) else LIKELY, f"{name} begins with <annotations>")
    reason = "no XML file" if not names else f"{names[0]} does not begin with <annotations>"
    return Verdict(0, reason)
