"""Whether a path holds Datumaro's JSON."""

from datum.plugins import EXACT, LIKELY, Probe, Verdict

__all__ = ["sniff"]


def sniff(probe: Probe) -> Verdict:
    """EXACT for a file with the format's version, LIKELY for one with categories of its shape."""
    names = probe.files("annotations/*.json") or probe.files("*.json")
    if not names:
        return Verdict(0, "no annotations/*.json")
    for name in names:
        head = probe.head(name)
        if b'"dm_format_version"' in head:
            return Verdict(EXACT, f"{name} has dm_format_version")
        if _is_legacy(head):
            return Verdict(LIKELY, f"{name} has categories of labels as Datumaro writes them")
    return Verdict(0, f"{names[0]} has no dm_format_version")


def _is_legacy(head: bytes) -> bool:
    """Whether these are categories by type of annotation, or items with annotations inside."""
    start = b"".join(head.split())
    by_type = b'"categories":{"label":{"labels":[' in start or b'"categories":{}' in start
    return by_type and (start.startswith((b'{"info', b'{"categories"', b'{"items"')))
