"""Recognising VOC."""

import re

from datum.plugins import EXACT, LIKELY, POSSIBLE, Probe, Verdict

__all__ = ["sniff_voc"]

_ROOT = re.compile(rb"<annotation[\s>]")


def sniff_voc(probe: Probe) -> Verdict:
    """Whether the probe's path is a VOC dataset, its parent, or a part of it."""
    for folder in ("", "*/", "*/*/"):
        verdict = _sniff_root(probe, folder)
        if verdict is not None:
            return verdict
    found = probe.files("*.xml")
    if found and _is_annotation(probe, found[0]):
        return Verdict(LIKELY, f"{found[0]} is an annotation of VOC")
    return Verdict(0, "no Annotations/*.xml with <annotation>, no SegmentationClass/*.png")


def _sniff_root(probe: Probe, folder: str) -> Verdict | None:
    lists = probe.files(f"{folder}ImageSets/*/*.txt")
    found = probe.files(f"{folder}Annotations/*.xml")
    found = found or probe.files(f"{folder}Annotations/**/*.xml")
    if found:
        if not _is_annotation(probe, found[0]):
            return Verdict(0, f"{found[0]} is no annotation of VOC")
        reason = f"{found[0]} is an annotation of VOC" + (", and there are lists" * bool(lists))
        return Verdict(EXACT if lists else LIKELY, reason)
    masks = probe.files(f"{folder}SegmentationClass/*.png")
    if masks and lists:
        return Verdict(LIKELY, f"{masks[0]}, and lists in ImageSets")
    if lists:
        return Verdict(POSSIBLE, f"{lists[0]}, but no annotations")
    return None


def _is_annotation(probe: Probe, name: str) -> bool:
    head = probe.head(name)
    if not _ROOT.search(head) or b"<polygon>" in head:
        return False  # LabelMe has the same root, and polygons
    signs = (b"<bndbox>", b"<size>", b"<segmented>", b"<point>")
    return any(sign in head for sign in signs) or b"<object>" not in head
