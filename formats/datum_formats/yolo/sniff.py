"""Recognising the layouts of YOLO."""

from datum.plugins import EXACT, LIKELY, POSSIBLE, Probe, Verdict

__all__ = ["sniff_darknet", "sniff_detect", "sniff_segment"]

_BOX = 6
"""The most columns of a line with a box: class, centre, size, score."""


def sniff_darknet(probe: Probe) -> Verdict:
    """Whether there is an obj.data that names the labels' file."""
    for name in probe.files("*.data"):
        head = probe.head(name)
        if b"names" in head and b"=" in head:
            return Verdict(EXACT, f"{name} names labels and lists")
    return Verdict(0, "no obj.data that names labels and lists")


def sniff_detect(probe: Probe) -> Verdict:
    """Whether there is a data.yaml, and the labels are boxes."""
    return _sniff(probe, outlines=False)


def sniff_segment(probe: Probe) -> Verdict:
    """Whether there is a data.yaml, and the labels are outlines."""
    return _sniff(probe, outlines=True)


def _sniff(probe: Probe, *, outlines: bool) -> Verdict:
    name = _config(probe)
    if name is None:
        return Verdict(0, "no data.yaml with names and the place of train or val")
    if b"kpt_shape" in probe.head(name):
        return Verdict(0, f"{name} is of a dataset of poses")
    found = _has_outlines(probe)
    if found is None:
        return Verdict(POSSIBLE if outlines else LIKELY, f"{name}, and no labels to look at")
    what = "outlines" if found else "boxes"
    return Verdict(EXACT if found == outlines else POSSIBLE, f"{name}, and labels are {what}")


def _config(probe: Probe) -> str | None:
    for name in (*probe.files("*.yaml"), *probe.files("*.yml")):
        keys = {line.split(b":")[0].strip() for line in probe.head(name).split(b"\n")}
        if keys & {b"names", b"nc"} and keys & {b"train", b"val", b"test", b"path"}:
            return name
    return None


def _has_outlines(probe: Probe) -> bool | None:
    """Whether the first label file that is not empty has outlines; None where there is none."""
    for pattern in ("labels/*/*.txt", "labels/*.txt", "*/labels/*.txt", "labels/**/*.txt"):
        for name in probe.files(pattern)[:20]:
            words = probe.head(name).split(b"\n")[0].split()
            if words:
                return len(words) > _BOX
    return None
