"""Create ML: a JSON list of images with boxes by their centre, beside the images.

Followed is https://developer.apple.com/documentation/createml/building-an-object-detector-data-source;
the name of the file is Roboflow's.
"""

from datum.plugins import Format
from datum_formats.createml.read import read_createml
from datum_formats.createml.sniff import sniff_createml
from datum_formats.createml.write import write_createml

__all__ = ["CREATEML"]

CREATEML = Format(
    name="createml",
    title="Create ML",
    link="https://developer.apple.com/documentation/createml/building-an-object-detector-data-source",
    keeps=frozenset(["box"]),
    notes="`<subset>/_annotations.createml.json` with the images beside it, and `labels.txt` for the "
    "order of the labels. A file of another name is read where it is the only one of its folder; one "
    "that lies beside the images, without a folder, is the subset `default`. Coordinates are pixels, of the "
    "centre of a box there. Sizes are those of the images.",
    read=read_createml,
    write=write_createml,
    sniff=sniff_createml,
    exact_coordinates=False,
)
