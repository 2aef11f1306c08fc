"""Recognising CIFAR."""

from datum.plugins import EXACT, Probe, Verdict

__all__ = ["META_NAMES", "sniff_cifar"]

META_NAMES = ("batches.meta", "meta")


def sniff_cifar(probe: Probe) -> Verdict:
    """Whether there is a pickle with the names of labels."""
    for name in META_NAMES:
        for found in probe.files(name):
            if b"label_names" in probe.head(found):
                return Verdict(EXACT, f"{found} has the names of labels")
    return Verdict(0, "no batches.meta or meta with names of labels")
