"""Recognising the image folder of Hugging Face."""

from datum.plugins import EXACT, POSSIBLE, Probe, Verdict
from datum_formats._common.images import IMAGE_EXTENSIONS
from datum_formats.imagefolder.columns import FILE_NAME, METADATA_CSV, METADATA_JSONL

__all__ = ["sniff_imagefolder"]


def sniff_imagefolder(probe: Probe) -> Verdict:
    """Whether there are rows about images; without them other formats say the same of folders."""
    for folder in ("", "*/"):
        for name in (METADATA_JSONL, METADATA_CSV):
            for found in probe.files(folder + name):
                head = probe.head(found)
                if FILE_NAME.encode() in head or not head:
                    return Verdict(EXACT, f"{found} has rows with {FILE_NAME}")
    for name in probe.files("*/*/*"):
        if name[name.rfind(".") :].lower() in IMAGE_EXTENSIONS:
            return Verdict(POSSIBLE + 2, f"{name} is in a folder that may be its label")
    return Verdict(0, f"no {METADATA_JSONL} with {FILE_NAME}")
