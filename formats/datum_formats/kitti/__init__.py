"""KITTI object detection: a text file of 15 columns for each image.

Specification: https://www.cvlibs.net/datasets/kitti/eval_object.php, "readme.txt" of the development kit.

Layout: ``<subset>/image_2/<id>.png`` and ``<subset>/label_2/<id>.txt``; also without the folder of the
subset. A line is ``type truncated occluded alpha left top right bottom height width length x y z
rotation_y``, and a score as a 16th column in results. ``labels.txt`` has the order of the labels;
without it they are sorted.

Coordinates: pixels of the corners.

Kept: boxes with label and score, and the attributes ``truncated`` (from 0 to 1), ``occluded`` (0 to 3),
``alpha``, ``dimensions`` (height, width, length in metres), ``location`` (x, y, z) and ``rotation_y``.
Where one is unknown there is what lines of DontCare have. Blanks in a label are underscores. Lost, and
counted: everything else, boxes without a label among it.
"""

from datum.plugins import Format
from datum_formats.kitti.read import read_kitti_detection
from datum_formats.kitti.sniff import sniff_kitti_detection
from datum_formats.kitti.write import write_kitti_detection

__all__ = ["KITTI_DETECTION"]

KITTI_DETECTION = Format(
    name="kitti_detection",
    title="KITTI object detection",
    link="https://www.cvlibs.net/datasets/kitti/eval_object.php",
    keeps=frozenset(["box"]),
    notes="`<subset>/image_2/`, `<subset>/label_2/<id>.txt` with 15 columns, or 16 with a score. The columns "
    "beside the box are the attributes `truncated`, `occluded`, `alpha`, `dimensions`, `location` and "
    "`rotation_y`, as numbers. `DontCare` is a label as any other. `labels.txt` has the order of the labels; "
    "blanks in their names are underscores in the files.",
    read=read_kitti_detection,
    write=write_kitti_detection,
    sniff=sniff_kitti_detection,
    keeps_scores=True,
    keeps_unlabeled=False,
    exact_coordinates=False,
)
