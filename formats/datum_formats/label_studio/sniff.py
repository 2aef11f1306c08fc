"""Recognising the tasks of Label Studio."""

import re

from datum.plugins import EXACT, Probe, Verdict

__all__ = ["sniff_label_studio"]

_TASK = re.compile(rb'"data"\s*:\s*\{')
_FEW = 20


def sniff_label_studio(probe: Probe) -> Verdict:
    """Whether there is a JSON list of tasks, or an empty one beside its interface."""
    for name in probe.files("*.json")[:_FEW]:
        head = probe.head(name, 1 << 16)
        said = any(key in head for key in (b'"annotations"', b'"predictions"', b'"completions"'))
        if head.lstrip().startswith(b"[") and said and _TASK.search(head):
            return Verdict(EXACT, f"{name} is a list of tasks")
    if any(b"$image" in probe.head(name) for name in probe.files("config.xml")):
        return Verdict(EXACT, "config.xml is a labelling interface")
    return Verdict(0, "no JSON list of tasks with data and annotations")
