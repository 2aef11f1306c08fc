"""Datumaro's own JSON, versions 1.0 and before (no version).

Layout: ``annotations/<subset>.json``, ``images/<subset>/``, ``point_clouds/<subset>/``,
``related_images/<subset>/<item>/``. Coordinates are ours: pixels, origin top left, continuous.
See https://open-edge-platform.github.io/datumaro/latest/docs/data-formats/formats/datumaro.html.

It keeps everything. What Datumaro has no field for goes into further keys, which Datumaro skips:
``score`` on every annotation; ``holes`` of a polygon; ``rotated_box`` on the polygon that a rotated
box is written as; ``skeleton`` on the points that a skeleton is written as; ``ellipse`` where the
ellipse is turned, or its corners would not give back its centre and radii; ``id_is_zero`` on an
annotation whose id is 0, which means "none" to Datumaro; ``media_list`` on an item whose media
have more to say than Datumaro's keys; ``attribute_specs`` and ``infos`` of labels; ``subset`` of a
file that cannot be named after its subset.

It refuses: labels that are not declared, annotations that are broken, an item that is there twice,
files of a later version.
"""

from datum.model import KINDS
from datum.plugins import Format, Option
from datum_formats.datumaro.read import read
from datum_formats.datumaro.sniff import sniff
from datum_formats.datumaro.write import write

__all__ = ["DATUMARO"]

DATUMARO = Format(
    name="datumaro",
    title="Datumaro JSON",
    link="https://open-edge-platform.github.io/datumaro/latest/docs/data-formats/formats/datumaro.html",
    keeps=frozenset(KINDS),
    notes=(
        "`annotations/<subset>.json` and `images/<subset>/`. Reads the root, the annotations folder, "
        "or one JSON file. Keeps everything; what Datumaro has no field for is in keys that it "
        "skips. A rotated box is written as a polygon and a skeleton as points, each with such a "
        "key, because Datumaro refuses a whole file with a kind it does not know; with "
        "`--dialect cvat` skeletons are written with elements, as CVAT's fork has them. Images "
        "outside of the dataset are not followed: their path stays as a hint. Numbers that are not "
        "finite have no place in JSON and are counted as lost."
    ),
    write_options=(
        Option(
            name="dialect",
            default="datumaro",
            choices=("datumaro", "cvat"),
            help="whose skeletons to write: points for Datumaro, elements for CVAT's fork",
        ),
    ),
    read=read,
    write=write,
    sniff=sniff,
    keeps_ids=True,
    keeps_groups=True,
    keeps_z_order=True,
    keeps_scores=True,
    keeps_attributes=True,
    keeps_item_attributes=True,
)
