"""Recognising Kaggle's tables."""

import csv
from pathlib import PurePosixPath

from datum.plugins import LIKELY, POSSIBLE, Probe, Verdict
from datum_formats._common.images import IMAGE_EXTENSIONS
from datum_formats.kaggle.columns import HEADER, guess
from datum_formats.kaggle.tables import cells_of

__all__ = ["sniff_kaggle_csv", "sniff_kaggle_txt"]


def sniff_kaggle_csv(probe: Probe) -> Verdict:
    """Whether a CSV file has a column that is called as those of images are, and one of labels or boxes."""
    for name in probe.files("*.csv"):
        line = probe.head(name).split(b"\n")[0].decode("utf-8-sig", errors="replace")
        header = next(csv.reader([line.rstrip("\r")]), [])
        columns = guess(header, xywh=False)
        if columns is None:
            continue
        if tuple(header[:2]) == HEADER[:2]:
            return Verdict(LIKELY, f"{name} has columns of images and labels")
        if columns.label is not None or columns.box:
            return Verdict(LIKELY - 20, f"{name} has columns of images and labels")
    return Verdict(0, "no CSV file with columns of images and labels")


def sniff_kaggle_txt(probe: Probe) -> Verdict:
    """Whether a text file has images in its first column and words behind them."""
    for name in probe.files("*.txt"):
        line = probe.head(name).split(b"\n")[0].decode("utf-8-sig", errors="replace").strip()
        try:
            image, *words = cells_of(line) or [""]
        except ValueError:
            continue
        if PurePosixPath(image).suffix.lower() not in IMAGE_EXTENSIONS or not words:
            continue
        if words[0].isdecimal():
            return Verdict(POSSIBLE + 5, f"{name} lists images with numbers")
        return Verdict(LIKELY - 20, f"{name} lists images with words")
    return Verdict(0, "no text file that lists images with words")
