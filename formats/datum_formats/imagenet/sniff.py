"""Recognising folders of labels, and lists of images with class ids."""

from pathlib import PurePosixPath

from datum.plugins import EXACT, LIKELY, POSSIBLE, Probe, Verdict
from datum_formats._common.dataset_meta import META_NAME
from datum_formats._common.images import IMAGE_EXTENSIONS
from datum_formats._common.listed import columns

__all__ = ["sniff_folders", "sniff_lists", "sniff_subsets"]

_SUBSETS = frozenset(
    ["train", "training", "val", "valid", "validation", "dev", "test", "testing", "default"]
)
_NO_LABELS = frozenset(["images", "image", "imgs", "img", "jpegimages", "data", "annotations"])


def sniff_folders(probe: Probe) -> Verdict:
    """Whether images are in folders that may be labels; a format with files of its own knows better."""
    names = _tops(probe, "*/*")
    if names & _SUBSETS:
        return Verdict(0, "folders are called as subsets are")
    if names and not {name.lower() for name in names} <= _NO_LABELS:
        return Verdict(POSSIBLE + 10 + _meta(probe), f"images in {_listed(names)}")
    return Verdict(0, "no folders of images that may be labels")


def sniff_subsets(probe: Probe) -> Verdict:
    """Whether images are in folders that may be labels, and these in folders of subsets."""
    names = _tops(probe, "*/*/*")
    if not names or _tops(probe, "*/*") or _tops(probe, "*"):
        return Verdict(0, "no folders of images in folders")
    inner = {name.split("/")[1].lower() for name in _images(probe, "*/*/*")}
    if inner <= _NO_LABELS:
        return Verdict(0, "folders of images are not called as labels are")
    known = 20 if names <= _SUBSETS else 0
    return Verdict(POSSIBLE + 5 + known + _meta(probe), f"folders of images in {_listed(names)}")


def sniff_lists(probe: Probe) -> Verdict:
    """Whether there is a list of images with class ids."""
    synsets = probe.files("synsets.txt")
    for name in probe.files("*.txt"):
        if name in synsets:
            continue
        line = probe.head(name).split(b"\n")[0].decode(errors="replace").strip()
        path, words = columns(line) if line else ("", [])
        is_list = _is_image(path) and all(word.isdecimal() for word in words)
        if is_list and (words or synsets):
            return Verdict(EXACT if synsets else LIKELY, f"{name} lists images with class ids")
    if synsets:
        return Verdict(LIKELY, "synsets.txt, and no list to look at")
    return Verdict(0, "no list of images with class ids")


def _images(probe: Probe, pattern: str) -> list[str]:
    return [name for name in probe.files(pattern) if _is_image(name)]


def _is_image(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in IMAGE_EXTENSIONS


def _tops(probe: Probe, pattern: str) -> set[str]:
    """The first folders of images that match."""
    return {name.split("/")[0] for name in _images(probe, pattern)}


def _meta(probe: Probe) -> int:
    return 5 if probe.files(META_NAME) else 0


def _listed(names: set[str]) -> str:
    first, *more = sorted(names)
    return first + (f" and {len(more)} more folders" if more else "")
