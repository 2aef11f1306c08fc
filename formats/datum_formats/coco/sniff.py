"""Recognising COCO: by names such as ``annotations/instances_val.json``, and by its first keys."""

import re

from datum.plugins import EXACT, LIKELY, Probe, Verdict
from datum_formats.coco.layout import split_name

__all__ = ["sniff"]

_KEYS = re.compile(
    rb'"(?:info|licenses|categories|images|annotations|file_name|supercategory|image_id|coco_url)"\s*:'
)
_IMAGES = re.compile(rb'"(?:images|file_name|coco_url|image_id|licenses|supercategory)"\s*:')
_ENOUGH = 2


def sniff(task: str, probe: Probe) -> Verdict:
    """Whether a path is a COCO dataset; of that task, unless *task* is empty."""
    names = [*probe.files("annotations/*.json"), *probe.files("*.json")]
    if not names:
        return Verdict(0, "no annotations/*.json, and no *.json beside")
    found = {name: split_name(_stem(name))[0] for name in names}
    named = [name for name, own in found.items() if own and task in ("", own)]
    rest = [] if task else [name for name, own in found.items() if not own][:8]
    for name in named:
        if _is_coco(probe.head(name)):
            return Verdict(LIKELY if task else EXACT, f"{name} has the keys of COCO")
    for name in rest:
        if _is_coco(probe.head(name)):
            return Verdict(LIKELY, f"{name} has the keys of COCO, though not its name")
    wanted = f"{task or '<task>'}_<subset>.json"
    return Verdict(0, f"no {wanted} with the keys of COCO")


def _stem(name: str) -> str:
    return name.rpartition("/")[2].removesuffix(".json")


def _is_coco(head: bytes) -> bool:
    keys = set(_KEYS.findall(head))
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and (
        len(keys) >= _ENOUGH and bool(_IMAGES.search(head))
    )
