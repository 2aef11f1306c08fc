"""Recognising folders of labels, and lists of images with class ids."""

from pathlib import PurePosixPath

from datum.errors import FormatError
from datum.plugins import EXACT, LIKELY, POSSIBLE, Probe, Verdict
from datum_formats._common.dataset_meta import META_NAME, parse_meta
from datum_formats._common.images import IMAGE_EXTENSIONS
from datum_formats._common.label_folders import NO_LABEL, label_places
from datum_formats._common.listed import columns

__all__ = ["sniff_folders", "sniff_lists", "sniff_subsets"]

_SUBSETS = frozenset(
    ["train", "training", "val", "valid", "validation", "dev", "test", "testing", "default"]
)
_NO_LABELS = frozenset(["images", "image", "imgs", "img", "jpegimages", "data", "annotations"])

_SAID = LIKELY - 10
"""Where folders are those that the meta file names."""
_LARGEST = 1 << 20
"""Bytes of a meta file that are looked at."""


def sniff_folders(probe: Probe) -> Verdict:
    """Whether images are in folders that may be labels; a format with files of its own knows better."""
    names = _at_depth(probe, 0)
    known = _known_folders(probe)
    if known is not None:
        said = names <= known
        return Verdict(_SAID if said else 0, f"{META_NAME} and {_listed(names)}")
    if names & _SUBSETS:
        return Verdict(0, "folders are called as subsets are")
    if not _tops(probe, "*/*"):
        return Verdict(
            POSSIBLE - 5 if names else 0, "no images in folders, but in folders of these"
        )
    if not {name.lower() for name in names} <= _NO_LABELS:
        return Verdict(POSSIBLE + 10, f"images in {_listed(names)}")
    return Verdict(0, "no folders of images that may be labels")


def sniff_subsets(probe: Probe) -> Verdict:
    """Whether images are in folders that may be labels, and these in folders of subsets."""
    names, inner = _at_depth(probe, 0), _at_depth(probe, 1)
    known = _known_folders(probe)
    if known is not None:
        said = bool(inner) and inner <= known and not names <= known
        return Verdict(_SAID if said else 0, f"{META_NAME} and {_listed(inner)}")
    if not inner or _tops(probe, "*/*") or _tops(probe, "*"):
        return Verdict(0, "no folders of images in folders")
    if {name.lower() for name in inner} <= _NO_LABELS:
        return Verdict(0, "folders of images are not called as labels are")
    called = 20 if names <= _SUBSETS else 0
    return Verdict(POSSIBLE + 5 + called, f"folders of images in {_listed(names)}")


def _at_depth(probe: Probe, depth: int) -> set[str]:
    """The folders at a depth, from 0, that images are in, or in folders of them."""
    found: set[str] = set()
    for pattern in ("*/*", "*/*/*", "*/*/*/*", "*/*/*/*/*"):
        parts = [name.split("/") for name in _images(probe, pattern)]
        found |= {one[depth] for one in parts if len(one) > depth + 1}
    return found


def _known_folders(probe: Probe) -> set[str] | None:
    """The folders of the labels that the meta file names; None where it names none."""
    for name in probe.files(META_NAME):
        try:
            labels = parse_meta(probe.head(name, _LARGEST), probe.path / name).labels
        except FormatError:
            continue
        if labels is not None:
            return {*label_places(labels, encoded=True), NO_LABEL}
    return None


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


def _listed(names: set[str]) -> str:
    first, *more = sorted(names) or ["nothing"]
    return first + (f" and {len(more)} more folders" if more else "")
