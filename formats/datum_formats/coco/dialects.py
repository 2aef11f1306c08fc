"""Where dialects of COCO have their files: Roboflow, LVIS, Objects365."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

from datum.errors import FormatError
from datum.model import DEFAULT_SUBSET
from datum.plugins import EXACT, Probe, Verdict
from datum_formats.coco.layout import Layout, Source, folder_name

__all__ = ["LVIS_LAYOUT", "OBJECTS365_LAYOUT", "ROBOFLOW_LAYOUT", "sniff_named", "sniff_roboflow"]

_ROBOFLOW = "_annotations.coco.json"
_LVIS = re.compile(r"lvis_v[0-9.]+_(.+)")
_OBJECTS365 = re.compile(r"(?:zhiyuan_objv2|objects365)_(.+)")
_COCO_FOLDERS = ("train2017", "val2017", "test2017")
"""Where the images of LVIS are, which are those of COCO 2017."""


def _roboflow(path: Path, _task: str) -> tuple[Path, list[Source]]:
    """A file in each folder of a subset, or one beside its images."""
    if path.is_file():
        return path.parent, [Source(path, "instances", DEFAULT_SUBSET, ())]
    if (path / _ROBOFLOW).is_file():
        return path, [Source(path / _ROBOFLOW, "instances", DEFAULT_SUBSET, ())]
    files = sorted(path.glob(f"*/{_ROBOFLOW}"))
    if not files:
        raise FormatError(f"no <subset>/{_ROBOFLOW} in it", path=path)
    return path, [
        Source(file, "instances", unquote(file.parent.name), (file.parent.name,)) for file in files
    ]


def _named(
    pattern: re.Pattern[str], wanted: str, folders: tuple[str, ...]
) -> Callable[[Path, str], tuple[Path, list[Source]]]:
    """Files whose names match, in a folder or in ``annotations`` below it."""

    def find(path: Path, _task: str) -> tuple[Path, list[Source]]:
        paths = (
            [path]
            if path.is_file()
            else sorted([*path.glob("*.json"), *path.glob("annotations/*.json")])
        )
        found = [
            Source(file, "instances", unquote(match[1]), (match[1], *folders))
            for file in paths
            if (match := pattern.fullmatch(file.stem))
        ]
        if not found:
            raise FormatError(f"no {wanted} in it", path=path)
        above = found[0].path.parent
        return (above.parent if above.name == "annotations" else above), found

    return find


def _subset_of(pattern: re.Pattern[str]) -> Callable[[str], str]:
    def subset(path: str) -> str:
        match = pattern.fullmatch(path.rpartition("/")[2][:-5])
        return unquote(match[1]) if match else ""

    return subset


ROBOFLOW_LAYOUT = Layout(
    find=_roboflow,
    annotations=lambda _, subset: f"{folder_name(subset)}/{_ROBOFLOW}",
    images=lambda subset: f"{folder_name(subset)}/",
    subset=lambda path: unquote(path.rpartition("/")[0]),
)
LVIS_LAYOUT = Layout(
    find=_named(_LVIS, "lvis_v1_<subset>.json", _COCO_FOLDERS),
    annotations=lambda _, subset: f"lvis_v1_{folder_name(subset)}.json",
    subset=_subset_of(_LVIS),
    image_keys=("neg_category_ids", "not_exhaustive_category_ids"),
)
OBJECTS365_LAYOUT = Layout(
    find=_named(_OBJECTS365, "zhiyuan_objv2_<subset>.json", ()),
    annotations=lambda _, subset: f"annotations/zhiyuan_objv2_{folder_name(subset)}.json",
    subset=_subset_of(_OBJECTS365),
)


def sniff_roboflow(probe: Probe) -> Verdict:
    """Whether there is a file of Roboflow's name."""
    for pattern in (_ROBOFLOW, f"*/{_ROBOFLOW}"):
        for name in probe.files(pattern):
            return Verdict(EXACT, f"{name} is there")
    return Verdict(0, f"no <subset>/{_ROBOFLOW}")


def sniff_named(start: str, probe: Probe) -> Verdict:
    """Whether there is a JSON file whose name begins so."""
    for pattern in (f"{start}*.json", f"annotations/{start}*.json"):
        for name in probe.files(pattern):
            # above COCO, for which any JSON file with its keys is one
            return Verdict(EXACT, f"{name} is there")
    return Verdict(0, f"no {start}<subset>.json")
