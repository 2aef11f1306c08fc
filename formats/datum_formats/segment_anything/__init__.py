"""Segment Anything: a JSON file of masks as run lengths beside each image, as SA-1B has it.

Followed is https://github.com/facebookresearch/segment-anything#dataset.
"""

from datum.plugins import Format
from datum_formats.segment_anything.read import read_segment_anything
from datum_formats.segment_anything.sniff import sniff_segment_anything
from datum_formats.segment_anything.write import write_segment_anything

__all__ = ["SEGMENT_ANYTHING"]

SEGMENT_ANYTHING = Format(
    name="segment_anything",
    title="Segment Anything (SA-1B)",
    link="https://github.com/facebookresearch/segment-anything#dataset",
    keeps=frozenset(["box", "mask"]),
    notes="`<subset>/<id>.json` beside `<subset>/<id>.jpg`; files beside each other without folders are "
    "one subset, `default`. A mask and its box are a group; `predicted_iou`, `stability_score`, "
    "`crop_box`, `point_coords` and all other keys are attributes, of the image those beside its own. "
    "`area` is that of the mask. SA-1B has no labels: they and scores are written under keys of our "
    "own, `label` and `score`, which its readers pass over, and `labels.txt` has their order.",
    read=read_segment_anything,
    write=write_segment_anything,
    sniff=sniff_segment_anything,
    keeps_groups=True,
    keeps_scores=True,
    keeps_attributes=True,
    keeps_item_attributes=True,
)
