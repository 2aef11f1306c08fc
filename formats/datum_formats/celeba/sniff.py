"""Recognising CelebA."""

from datum.plugins import EXACT, LIKELY, Probe, Verdict
from datum_formats.celeba.tables import ALIGNED, ATTRIBUTES, BOXES, IDENTITIES, IN_THE_WILD

__all__ = ["sniff_aligned", "sniff_celeba"]


def sniff_celeba(probe: Probe) -> Verdict:
    """Whether there are lists of CelebA, and boxes or landmarks of pictures that are not aligned."""
    for name in (BOXES, IN_THE_WILD.landmarks):
        if probe.files(name):
            return Verdict(EXACT, f"{name} is a list of CelebA")
    for name in (IDENTITIES, ATTRIBUTES):
        if probe.files(name) and not probe.files(ALIGNED.landmarks):
            return Verdict(LIKELY, f"{name} is a list of CelebA")
    return Verdict(0, "no lists of CelebA in Anno")


def sniff_aligned(probe: Probe) -> Verdict:
    """Whether there are landmarks of aligned pictures."""
    if not probe.files(ALIGNED.landmarks):
        return Verdict(0, f"no {ALIGNED.landmarks}")
    both = probe.files(BOXES) or probe.files(IN_THE_WILD.landmarks)
    return Verdict(LIKELY if both else EXACT, f"{ALIGNED.landmarks} is a list of CelebA")
