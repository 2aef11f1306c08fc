"""Supervisely: a project of images, its classes and tags in ``meta.json``, a file for each image.

Followed is https://docs.supervisely.com/data-organization/00_ann_format_navi.
"""

from datum.plugins import Format
from datum_formats.supervisely.read import read_supervisely
from datum_formats.supervisely.sniff import sniff_supervisely
from datum_formats.supervisely.write import write_supervisely

__all__ = ["SUPERVISELY"]

SUPERVISELY = Format(
    name="supervisely",
    title="Supervisely, images",
    link="https://docs.supervisely.com/data-organization/00_ann_format_navi",
    keeps=frozenset(["box", "label", "mask", "points", "polygon", "polyline", "skeleton"]),
    notes="`meta.json`, `<subset>/ann/<image>.json` and `<subset>/img/<image>`, where a subset is a "
    "dataset of the project. Rectangles, polygons with holes, lines, points, bitmaps, graphs (which are "
    "skeletons; a node that is disabled is hidden, one that is missing is absent). Classes have "
    "colours; one that has none gets one. Tags are attributes: without a value true, of the values `true` "
    "and `false` a bool. A tag of an image without a value that is called as a class is a label. Points "
    "are kept one by one. Objects need a class.",
    read=read_supervisely,
    write=write_supervisely,
    sniff=sniff_supervisely,
    keeps_attributes=True,
    keeps_item_attributes=True,
    keeps_unlabeled=False,
    exact_coordinates=False,
)
