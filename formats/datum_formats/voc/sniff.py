"""Recognising VOC."""

import re
from pathlib import PurePosixPath

from datum.plugins import EXACT, LIKELY, POSSIBLE, Probe, Verdict
from datum_formats._common.images import IMAGE_EXTENSIONS

__all__ = ["sniff_apart", "sniff_beside", "sniff_voc"]

_FEW = 3

_LABEL_ME = (b"<polygon>", b"<imagesize>")
"""Elements of LabelMe, which has the same root."""
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


def sniff_beside(probe: Probe) -> Verdict:
    """Whether there are annotation files of VOC beside images, in a folder for each subset."""
    for name in probe.files("*/*.xml")[:_FEW]:
        stem = name[: -len(".xml")]
        beside = [PurePosixPath(one).suffix.lower() for one in probe.files(f"{_escaped(stem)}.*")]
        if _is_annotation(probe, name) and set(beside) & IMAGE_EXTENSIONS:
            return Verdict(EXACT, f"{name} is an annotation of VOC beside its image")
    return Verdict(0, "no <subset>/*.xml with <annotation> beside an image")


def _escaped(name: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", name)


def sniff_apart(probe: Probe) -> Verdict:
    """Whether there are annotation files of VOC in one folder, and images in another."""
    for pattern in ("annotations/**/*.xml", "*/annotations/**/*.xml"):
        for name in probe.files(pattern)[:_FEW]:
            if _is_annotation(probe, name):
                return Verdict(EXACT, f"{name} is an annotation of VOC")
    return Verdict(0, "no annotations/*.xml with <annotation>")


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
    if not _ROOT.search(head) or any(sign in head for sign in _LABEL_ME):
        return False
    signs = (b"<bndbox>", b"<size>", b"<segmented>", b"<point>")
    return any(sign in head for sign in signs) or b"<object>" not in head
