"""CVAT for images 1.1: one XML file for each subset, with typed attributes for each label.

Specification: https://docs.cvat.ai/docs/dataset_management/formats/xml-format/. Pixels, origin top
left, as inside; boxes by their corners, which are written as decimal sums, so that width and height
come back as they were. Angles are degrees, clockwise. Masks are row-major runs of their rectangle.
The corners of a cuboid are in the order top left, bottom left, top right, bottom right, first of the
front face, then of the back.

Kept beyond what CVAT itself says, by attributes of XML that it reads past: ``score`` of a shape,
``visibility`` of points, ``type`` of an attribute's value where the declaration does not give it
back, and ``occluded=""`` where nothing is said. Tracks of videos are read shape by shape, with the
attributes track_id, keyframe and outside; they are written as images.

Refused: names with characters that XML cannot hold, images outside the dataset, XML entities, labels
that are not declared in a file that declares some.
"""

from datum.plugins import Format, Option
from datum_formats.cvat.read import read_cvat
from datum_formats.cvat.sniff import sniff_cvat
from datum_formats.cvat.write import write_cvat

__all__ = ["CVAT"]

CVAT = Format(
    name="cvat",
    title="CVAT for images 1.1",
    link="https://docs.cvat.ai/docs/dataset_management/formats/xml-format/",
    keeps=frozenset(
        [
            *("label", "box", "rotated_box", "polygon", "polyline"),
            *("points", "skeleton", "mask", "ellipse", "cuboid_2d"),
        ]
    ),
    notes="`<subset>.xml`, and `images/`, or `images/<subset>/` where there are several subsets. "
    "`annotations.xml` is the subset `default`. Shapes need a label; holes of polygons, captions "
    "and 3D cuboids are not kept. Attributes that no label declares are declared. The number of an "
    "image is its attribute `frame`. Tracks of videos are read as items for each frame.",
    write_options=(
        Option(
            name="reindex",
            type=bool,
            default=False,
            help="number the images from 0, instead of by their attribute frame",
        ),
        Option(
            name="allow_undeclared_attrs",
            type=bool,
            default=True,
            help="declare and write attributes that the labels do not declare, instead of leaving them out",
        ),
    ),
    read=read_cvat,
    write=write_cvat,
    sniff=sniff_cvat,
    keeps_groups=True,
    keeps_z_order=True,
    keeps_scores=True,
    keeps_attributes=True,
    keeps_unlabeled=False,
)
