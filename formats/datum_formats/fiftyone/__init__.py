"""FiftyOne: the JSON of a dataset, its samples with all their fields.

Followed is https://docs.voxel51.com/user_guide/export_datasets.html#fiftyonedataset (what an export of a
dataset writes: ``metadata.json``, ``samples.json`` and ``data/``), and for the fields
https://docs.voxel51.com/user_guide/using_datasets.html#labels.
"""

from datum.plugins import Format
from datum_formats.fiftyone.read import read_fiftyone
from datum_formats.fiftyone.sniff import sniff_fiftyone
from datum_formats.fiftyone.write import write_fiftyone

__all__ = ["FIFTYONE"]

FIFTYONE = Format(
    name="fiftyone",
    title="FiftyOne dataset",
    link="https://docs.voxel51.com/user_guide/export_datasets.html#fiftyonedataset",
    keeps=frozenset(["box", "label", "mask", "points", "polygon", "polyline"]),
    notes="`samples.json`, `metadata.json` (whose `default_classes` are the labels in order) and images in "
    "`data/<subset>/`. Coordinates are parts of the image there. Fields: `ground_truth` has detections, a "
    "mask being one whose box is around its pixels; `polylines` outlines and lines; `keypoints` points; "
    "`classifications` labels of the image. Annotations of another field have its name in the attribute "
    "`field`. The subset is the first tag that is the name of a split, else the first tag; further "
    "tags are the attribute `tags`. `confidence` is the score, other keys are attributes; so are the other "
    "fields of a sample those of the item. Holes and hidden points are lost.",
    read=read_fiftyone,
    write=write_fiftyone,
    sniff=sniff_fiftyone,
    keeps_scores=True,
    keeps_attributes=True,
    keeps_item_attributes=True,
    exact_coordinates=False,
)
