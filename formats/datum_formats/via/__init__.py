"""VGG Image Annotator: a JSON file of regions by image, alone or inside a project of VIA 2.

Followed are https://www.robots.ox.ac.uk/~vgg/software/via/ and
https://gitlab.com/vgg/via/-/blob/via-2.x.y/via-2.x.y/CodeDoc.md.
"""

from datum.plugins import Format, Option
from datum_formats.via.read import read_via
from datum_formats.via.sniff import sniff_via
from datum_formats.via.write import write_via

__all__ = ["VIA"]

_LABEL = "the attribute of regions that is the label"

VIA = Format(
    name="via",
    title="VGG Image Annotator",
    link="https://www.robots.ox.ac.uk/~vgg/software/via/",
    keeps=frozenset(["box", "ellipse", "points", "polygon", "polyline"]),
    notes="`<subset>.json`, a project of VIA 2, and images in `images/<subset>/`. Exports of "
    "annotations alone, and those of VIA 1, are read too. Rectangles, polygons, polylines, circles, "
    "ellipses (whose angle is in radians there) and points. One attribute of the regions is the "
    "label: the one that `label_attribute` names, else `label`, `class`, `name`, `type` or "
    "`category`, else the only one with a list of options. `score` is the score where it is a "
    "number. Attributes of files are those of the item; sizes of images that are not there are the "
    "attributes `width` and `height` of the file. Points are kept one by one.",
    read_options=(Option(name="label_attribute", help=_LABEL),),
    write_options=(Option(name="label_attribute", default="label", help=_LABEL),),
    read=read_via,
    write=write_via,
    sniff=sniff_via,
    keeps_scores=True,
    keeps_attributes=True,
    keeps_item_attributes=True,
    exact_coordinates=False,
)
