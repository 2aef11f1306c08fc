"""VGGFace2: faces in a folder for each person, with boxes and landmarks in CSV files.

Specification: https://github.com/ox-vgg/vgg_face2, "bb_landmark".

Layout: ``<subset>/<person>/<name>.jpg``; ``bb_landmark/loose_bb_<subset>.csv`` with the columns
``NAME_ID,X,Y,W,H``; ``bb_landmark/loose_landmark_<subset>.csv`` with ``NAME_ID`` and five points
``P1X,P1Y`` to ``P5X,P5Y``. NAME_ID is the path without extension. ``labels.txt``, which the known tool
adds, has a line ``<name>`` or ``<name> <parent>`` for each label; without it labels are the folders. Images
without a label are in ``no_label``. A row of NAME_ID alone is an item of which no more is said.

Coordinates: pixels; boxes are left, top, width, height.

Kept: one label for each image, boxes, sets of five points, ids, subsets, parents where names are single
words. Boxes and points have the label of their image. Odd names of labels and odd ids are in
``dataset_meta.json``. Lost, and counted: everything else.
"""

from datum.plugins import Format
from datum_formats.vgg_face2.read import read_vgg_face2
from datum_formats.vgg_face2.sniff import sniff_vgg_face2
from datum_formats.vgg_face2.write import write_vgg_face2

__all__ = ["VGG_FACE2"]

VGG_FACE2 = Format(
    name="vgg_face2",
    title="VGGFace2",
    link="https://github.com/ox-vgg/vgg_face2",
    keeps=frozenset(["label", "box", "points"]),
    notes="`<subset>/<person>/<name>.jpg`, boxes and five landmarks in CSV files in `bb_landmark`. An id is "
    "the path without extension, person included. Boxes and points have the label of their image.",
    read=read_vgg_face2,
    write=write_vgg_face2,
    sniff=sniff_vgg_face2,
)
