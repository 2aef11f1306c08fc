"""Recognising the layouts of YOLO."""

import re
from pathlib import PurePosixPath

from datum.plugins import EXACT, LIKELY, POSSIBLE, Probe, Verdict
from datum_formats._common.images import IMAGE_EXTENSIONS

__all__ = [
    "sniff_classes",
    "sniff_darknet",
    "sniff_detect",
    "sniff_ndjson",
    "sniff_oriented",
    "sniff_pose",
    "sniff_segment",
]

_BOX = 6
"""The most columns of a line with a box: class, centre, size, score."""
_TASKS = {b"detect": "boxes", b"segment": "outlines", b"obb": "corners", b"classify": "classes"}
"""What labels are, by the word of Ultralytics for it."""
_NO_CLASS = ("images", "labels", "Annotations", "annotations", "img1")
"""Folders that other formats have below a subset."""
_HEAD = 4096
"""Bytes that a probe shows of a file."""
_CORNERS = {9, 10}
"""Columns of a line with a turned box: class, four corners, score."""


def sniff_darknet(probe: Probe) -> Verdict:
    """Whether there is an obj.data that names the labels' file."""
    for name in probe.files("*.data"):
        head = probe.head(name)
        if b"names" in head and b"=" in head:
            return Verdict(EXACT, f"{name} names labels and lists")
    return Verdict(0, "no obj.data that names labels and lists")


def sniff_detect(probe: Probe) -> Verdict:
    """Whether there is a data.yaml, and the labels are boxes."""
    return _sniff(probe, "boxes", no_labels=LIKELY)


def sniff_segment(probe: Probe) -> Verdict:
    """Whether there is a data.yaml, and the labels are outlines."""
    return _sniff(probe, "outlines", no_labels=POSSIBLE)


def sniff_oriented(probe: Probe) -> Verdict:
    """Whether there is a data.yaml, and the labels have four corners each."""
    return _sniff(probe, "corners", no_labels=POSSIBLE)


def sniff_classes(probe: Probe) -> Verdict:
    """Whether there are images in a folder for each class, in a folder for each subset."""
    for subset in ("train", "val", "test"):
        for name in probe.files(f"{subset}/*/*")[:20]:
            folder = name.split("/")[1]
            if PurePosixPath(name).suffix.lower() in IMAGE_EXTENSIONS and folder not in _NO_CLASS:
                ours = any(
                    b"\ntask: classify\n" in probe.head(one) for one in probe.files("*.yaml")
                )
                return Verdict(EXACT if ours else POSSIBLE + 1, f"{name} is an image in a class")
    return Verdict(0, "no images in a folder for each class below train, val or test")


def sniff_pose(probe: Probe) -> Verdict:
    """Whether there is a data.yaml that says how many keypoints a line has."""
    name = _config(probe)
    if name is None or b"kpt_shape" not in probe.head(name):
        return Verdict(0, "no data.yaml with kpt_shape")
    return Verdict(EXACT, f"{name} has kpt_shape")


def _sniff(probe: Probe, wanted: str, *, no_labels: int) -> Verdict:
    name = _config(probe)
    if name is None:
        return Verdict(0, "no data.yaml with names and the place of train or val")
    if b"kpt_shape" in probe.head(name):
        return Verdict(0, f"{name} is of a dataset of poses")
    found = _task(probe.head(name)) or _labels(probe)
    if found is None:
        return Verdict(no_labels, f"{name}, and no labels to look at")
    return Verdict(EXACT if found == wanted else POSSIBLE, f"{name}, and labels are {found}")


def _task(config: bytes) -> str | None:
    """What a data.yaml says that its labels are; None where it says nothing."""
    found = re.search(rb"^task: *(\w+)", config, re.MULTILINE)
    return _TASKS.get(found.group(1)) if found else None


def _config(probe: Probe) -> str | None:
    for name in (*probe.files("*.yaml"), *probe.files("*.yml")):
        keys = {line.split(b":")[0].strip() for line in probe.head(name).split(b"\n")}
        if keys & {b"names", b"nc"} and keys & {b"train", b"val", b"test", b"path"}:
            return name
    return None


def _labels(probe: Probe) -> str | None:
    """What the lines of the first label file that is not empty are; None where there is none."""
    for pattern in ("labels/*/*.txt", "labels/*.txt", "*/labels/*.txt", "labels/**/*.txt"):
        for name in probe.files(pattern)[:20]:
            head = probe.head(name)
            whole = head if len(head) < _HEAD else head[: head.rfind(b"\n") + 1]
            lines = [line.split() for line in whole.split(b"\n") if line.strip()]
            if lines:
                return _kind([len(words) for words in lines])
    return None


def _kind(columns: list[int]) -> str:
    if set(columns) <= _CORNERS:
        return "corners"
    return "outlines" if columns[0] > _BOX else "boxes"


def sniff_ndjson(probe: Probe) -> Verdict:
    """Whether there is an NDJSON file whose first line is of a dataset."""
    for name in probe.files("*.ndjson"):
        first = probe.head(name).split(b"\n")[0]
        if b'"class_names"' in first and b'"dataset"' in first:
            return Verdict(EXACT, f"{name} begins with a dataset")
    return Verdict(0, "no NDJSON file that begins with a dataset")
