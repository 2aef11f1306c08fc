"""YOLO: label files of normalised numbers, in the layouts of darknet and of Ultralytics.

Specifications: https://github.com/AlexeyAB/darknet#how-to-train-to-detect-your-custom-objects,
https://docs.ultralytics.com/datasets/detect/, https://docs.ultralytics.com/datasets/segment/,
https://docs.ultralytics.com/datasets/pose/, https://docs.ultralytics.com/datasets/obb/ and
https://docs.ultralytics.com/datasets/classify/.

A label file has a line for each object: the class id from 0, then either the centre, width and
height of its box (and, for poses, its keypoints), or the corners of its outline, all divided by the width or height of the image.
Inside they are pixels. The arithmetic is decimal, so that a file of six digits comes back with the
same six digits, and pixels come back as they were, to the last bit.

The size of an image is needed in both directions. It comes from the image's header, or from
``images.meta``, lines of ``"<id>" height width``, which the writers add for images not saved.
"""

from datum.plugins import Format, Option
from datum_formats.yolo.darknet_read import read_darknet
from datum_formats.yolo.darknet_write import write_darknet
from datum_formats.yolo.folders import read_classes, write_classes
from datum_formats.yolo.ndjson import TASKS, read_ndjson, write_ndjson
from datum_formats.yolo.sniff import (
    sniff_classes,
    sniff_darknet,
    sniff_detect,
    sniff_ndjson,
    sniff_oriented,
    sniff_pose,
    sniff_segment,
)
from datum_formats.yolo.ultralytics_read import (
    read_detect,
    read_oriented,
    read_pose,
    read_segment,
)
from datum_formats.yolo.ultralytics_write import (
    write_detect,
    write_oriented,
    write_pose,
    write_segment,
)

__all__ = ["CLASSIFY", "DARKNET", "DETECT", "NDJSON", "ORIENTED", "POSE", "SEGMENT"]

_SIZES = (
    "Coordinates are divided by the image's size with 24 digits, and come back to the last bit "
    "(in all but one of some hundred million cases). Sizes come from the images, or from `images.meta`, "
    'lines of `"<id>" height width`.'
)

DARKNET = Format(
    name="yolo",
    title="YOLO (darknet)",
    link="https://github.com/AlexeyAB/darknet#how-to-train-to-detect-your-custom-objects",
    keeps=frozenset(["box"]),
    notes="`obj.data`, `obj.names`, a list `<subset>.txt` for each subset, and label files beside "
    "the images in `obj_<subset>_data/`. Boxes with a label alone; of other shapes the bounding "
    f"box. A subset cannot be called `backup`, `classes` or `names`. {_SIZES}",
    write_options=(
        Option(
            name="add_path_prefix",
            type=bool,
            default=True,
            help="begin paths in obj.data and in the lists with data/",
        ),
    ),
    read=read_darknet,
    write=write_darknet,
    sniff=sniff_darknet,
    keeps_unlabeled=False,
    exact_coordinates=False,
)

_LAYOUT = (
    "`data.yaml`, `images/<subset>/` and `labels/<subset>/`; the label file of an image is found "
    "by turning the last `images` of its path into `labels`. A subset whose images are not all "
    "saved is given by a list, `<subset>.txt`."
)

DETECT = Format(
    name="yolo_ultralytics",
    title="YOLO of Ultralytics, detection",
    link="https://docs.ultralytics.com/datasets/detect/",
    keeps=frozenset(["box"]),
    notes=f"{_LAYOUT} Boxes with a label alone are written; of other shapes the bounding box. "
    f"Outlines are read as polygons, a further number as the score. {_SIZES}",
    read=read_detect,
    write=write_detect,
    sniff=sniff_detect,
    keeps_unlabeled=False,
    exact_coordinates=False,
)

SEGMENT = Format(
    name="yolo_ultralytics_segment",
    title="YOLO of Ultralytics, instance segmentation",
    link="https://docs.ultralytics.com/datasets/segment/",
    keeps=frozenset(["polygon"]),
    notes=f"{_LAYOUT} Polygons with a label alone are written, without their holes; each part of "
    "an object becomes an object. A box without an outline becomes its four corners. Lines of "
    f"four numbers are read as boxes, a further number as the score. {_SIZES}",
    read=read_segment,
    write=write_segment,
    sniff=sniff_segment,
    keeps_unlabeled=False,
    exact_coordinates=False,
)

ORIENTED = Format(
    name="yolo_ultralytics_oriented_boxes",
    title="YOLO of Ultralytics, oriented boxes",
    link="https://docs.ultralytics.com/datasets/obb/",
    keeps=frozenset(["rotated_box"]),
    notes=f"{_LAYOUT} A line has the four corners of a turned box, clockwise. Corners that are not "
    "those of a rectangle, to six digits, are read as a polygon of four points, and written as they "
    "were. Of other shapes the smallest box around them is written, and the shape counted as lost. "
    f"A further number is read as the score. {_SIZES}",
    read=read_oriented,
    write=write_oriented,
    sniff=sniff_oriented,
    keeps_unlabeled=False,
    exact_coordinates=False,
)

POSE = Format(
    name="yolo_ultralytics_pose",
    title="YOLO of Ultralytics, poses",
    link="https://docs.ultralytics.com/datasets/pose/",
    keeps=frozenset(["box", "skeleton"]),
    notes=f"{_LAYOUT} A line has a box and the keypoints of `kpt_shape`, which is as many as the "
    "largest skeleton has; `kpt_names` says what they are called, and `kpt_edges`, a key of our "
    "own, what links them. `flip_idx` is kept, or made of joints called left and right. An object "
    "is a box and a skeleton in one group. A box alone has all keypoints absent; a skeleton alone "
    "gets the box around its keypoints, and a box that is just that is read as none. Scores of "
    "keypoints, which predictions have instead of visibility, are read into the attribute "
    "`keypoint_scores`. Points "
    f"without a skeleton are lost. {_SIZES}",
    read=read_pose,
    write=write_pose,
    sniff=sniff_pose,
    keeps_groups=True,
    keeps_unlabeled=False,
    exact_coordinates=False,
)

CLASSIFY = Format(
    name="yolo_ultralytics_classification",
    title="YOLO of Ultralytics, classification",
    link="https://docs.ultralytics.com/datasets/classify/",
    keeps=frozenset(["label"]),
    notes="`<subset>/<label>/<id>.<ext>`: an image in the folder of each of its labels, one without "
    "labels in that of its subset. Ultralytics numbers the labels by their sorted names; "
    "`data.yaml`, which it does not read here, keeps their own order, labels without images, and "
    "the names of the subsets. Different images of one name in several classes have the class in "
    "their ids. Folders of classes without folders of subsets are one subset, `default`.",
    read=read_classes,
    write=write_classes,
    sniff=sniff_classes,
    keeps_empty_items=False,
    needs_media=True,
)

NDJSON = Format(
    name="ultralytics_ndjson",
    title="NDJSON of Ultralytics",
    link="https://docs.ultralytics.com/datasets/detect/#ultralytics-ndjson-format",
    keeps=frozenset(["box"]),
    notes="`dataset.ndjson`: a line for the dataset with `class_names`, then one for each image with its "
    "`split`, size and rows, which are those of the label files of the same task. Images are in "
    "`images/<split>/`, or found by their name. All tasks are read; the option `task` says which is "
    "written, and with it what is kept: boxes, outlines, turned boxes, poses, or labels.",
    write_options=(
        Option(name="task", default="detect", choices=tuple(TASKS), help="what the rows are"),
    ),
    read=read_ndjson,
    write=write_ndjson,
    sniff=sniff_ndjson,
    keeps_unlabeled=False,
    exact_coordinates=False,
)
