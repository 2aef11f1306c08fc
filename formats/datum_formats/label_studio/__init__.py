"""Label Studio: its JSON of tasks, with annotations and predictions.

Followed are https://labelstud.io/guide/export (the JSON of tasks), https://labelstud.io/guide/task_format
and, for the run lengths of brushes, https://github.com/thi-ng/umbrella/tree/develop/packages/rle-pack,
which Label Studio uses.
"""

from datum.plugins import Format
from datum_formats.label_studio.read import read_label_studio
from datum_formats.label_studio.sniff import sniff_label_studio
from datum_formats.label_studio.write import write_label_studio

__all__ = ["LABEL_STUDIO"]

LABEL_STUDIO = Format(
    name="label_studio",
    title="Label Studio",
    link="https://labelstud.io/guide/export",
    keeps=frozenset(
        [
            "box",
            "caption",
            "ellipse",
            "label",
            "mask",
            "points",
            "polygon",
            "polyline",
            "rotated_box",
        ]
    ),
    notes="`<subset>.json`, a list of tasks, images in `images/<subset>/`, and `config.xml`, the "
    "labelling interface, which says the order and the colours of the labels. Coordinates are per cent of "
    "the image, rectangles are turned around their upper left corner, brushes have run lengths of "
    "their own; all are pixels here. What has a score is a prediction, and the reverse. Choices "
    "are labels of the image, text areas captions, all else that is said of it is attributes of the "
    "item; what is said of a region is its attributes. "
    "Other keys of `data` are attributes of the item, those of `meta` attributes of the region. "
    "Relations are the attribute `relations` of the item, between regions that have a `region_id`. "
    "The image of a task is looked for by its path, then by its name alone. A file that is called "
    "as Label Studio calls exports, `project-…`, is the subset `default`. Points are kept one by "
    "one; holes and hidden points are lost.",
    read=read_label_studio,
    write=write_label_studio,
    sniff=sniff_label_studio,
    keeps_scores=True,
    keeps_attributes=True,
    keeps_item_attributes=True,
    exact_coordinates=False,
)
