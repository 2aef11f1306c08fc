"""Labelbox: the export of version 2, a line of JSON for each image.

Followed is https://docs.labelbox.com/reference/export-image-annotations.
"""

from datum.plugins import Format
from datum_formats.labelbox.read import read_labelbox
from datum_formats.labelbox.sniff import sniff_labelbox
from datum_formats.labelbox.write import write_labelbox

__all__ = ["LABELBOX"]

LABELBOX = Format(
    name="labelbox",
    title="Labelbox, NDJSON of export v2",
    link="https://docs.labelbox.com/reference/export-image-annotations",
    keeps=frozenset(["box", "caption", "label", "mask", "points", "polygon", "polyline"]),
    notes="`export.ndjson` with images in `images/<subset>/` and masks in `masks/`, and `labels.txt` for the "
    "order of the labels. The subset is the metadata field `split`, else `default`. Answers about the "
    "image are labels, its texts captions; their question is the attribute `question`. Answers about "
    "an object are attributes: one, several, or a text, and only texts are written. A mask whose URL is not a "
    "file of the dataset, as those of Labelbox itself are not, is in the attribute `masks` of the "
    "item. Points are kept one by one.",
    read=read_labelbox,
    write=write_labelbox,
    sniff=sniff_labelbox,
    exact_coordinates=True,
)
