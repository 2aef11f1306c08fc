"""Pascal VOC: an XML file for each image, lists of images, and indexed masks.

Specification: the development kit of the challenge,
http://host.robots.ox.ac.uk/pascal/VOC/voc2012/htmldoc/devkit_doc.html.

Layout: ``Annotations/<id>.xml``, ``JPEGImages/``, ``ImageSets/{Main,Segmentation,Layout,Action}/``
with a list for each subset, ``ImageSets/Main/<class>_<subset>.txt`` (1, -1, or 0 where all objects
are difficult), ``SegmentationClass/`` and ``SegmentationObject/``, and ``labelmap.txt``, a line
``name:r,g,b:parts:actions`` for each label.

Coordinates: the challenge counts pixels from 1 and includes the far edge. Most tools, and the mode
``dm-zero-based``, take the numbers as they are: w = xmax - xmin. The mode ``voc-one-based`` has
x = xmin - 1 and w = xmax - xmin + 1. Numbers are added as decimals, so that nothing is rounded.

Kept: boxes (labelled or not) with pose, truncated, difficult, occluded, actions and any other
attribute with its type, parts of objects (same group), single points of objects without a box,
labels of images, masks by class and object, attributes of items, which hold ``folder``, ``source``,
``owner``, ``segmented`` and unknown elements. Lost, and counted: ids, z-order, scores, groups that
are no object with mask or parts, other shapes. Polygons are drawn as masks where the task has masks
and the size is known; else their box is written. Of masks that overlap, the covered pixels are lost.

Beyond the specification, where other tools do not look: ``type`` on values of attributes, ``<label>``
and ``<mask>`` with attributes, ``<item_id>`` where two subsets share an id and differ in content,
names with blanks in lists as JSON strings.

Refused: entities in XML, names that leave the dataset, numbers that are not finite, colours of
masks that no label has.
"""

from functools import partial

from datum.plugins import Format, Option
from datum_formats.voc.flat import read_apart, read_beside, write_apart, write_beside
from datum_formats.voc.read import read_voc
from datum_formats.voc.sniff import sniff_apart, sniff_beside, sniff_voc
from datum_formats.voc.tasks import ONE_BASED, ZERO_BASED, Task
from datum_formats.voc.write import write_voc

__all__ = [
    "ACTION",
    "CLASSIFICATION",
    "DETECTION",
    "KAGGLE",
    "LAYOUT",
    "ROBOFLOW",
    "SEGMENTATION",
    "VOC",
]

_LINK = "https://host.robots.ox.ac.uk/pascal/VOC/voc2012/htmldoc/devkit_doc.html"

_COORDINATES = Option(
    name="coordinate_mode",
    default=ZERO_BASED,
    choices=(ZERO_BASED, ONE_BASED),
    help="whether coordinates are taken as they are, or count pixels from 1, far edge included",
)
_LABEL_MAP = Option(
    name="label_map",
    help="labels of labelmap.txt: source (the dataset's, the default), voc, guess (voc if it has "
    "all of them), or a file; masks of labels that are not in it are lost",
)
_ATTRIBUTES = Option(
    name="allow_attributes",
    type=bool,
    default=True,
    help="write attributes that VOC does not know",
)
_EMPTY = Option(
    name="keep_empty", type=bool, default=False, help="write lists that have no line, too"
)
_COLORMAP = Option(
    name="apply_colormap",
    type=bool,
    default=True,
    help="write masks in colours; else as grey levels, which are the indices",
)
_TASKS = Option(
    name="tasks",
    short=("--task",),
    many=True,
    default=(),
    help="write these alone: classification, detection, segmentation, layout (or person_layout), "
    "action (or action_classification); separated by commas",
)
_WRITE = (_COORDINATES, _LABEL_MAP, _ATTRIBUTES, _EMPTY)

_NOTES = (
    "Reads the root, the folder above it, `Annotations`, one XML file, one list in `ImageSets`, or "
    "a folder of XML files; without lists all is one subset. Items are those that the lists name, "
    "once for each list: name `train.txt` to leave out `trainval.txt`. Labels come from "
    "`labelmap.txt`, else they are those of the challenge, else the sorted names in use. "
    "Coordinates are taken as they are unless `--coordinate-mode voc-one-based`. Attributes come "
    "back with their type; those of other tools as strings, `true` and `false` as bools."
)

_EVERY = frozenset(Task)

VOC = Format(
    name="voc",
    title="Pascal VOC",
    link=_LINK,
    keeps=frozenset(["box", "label", "mask"]),
    notes=f"All tasks at once. {_NOTES} Masks that overlap lose the covered pixels; polygons are "
    "drawn as masks.",
    read_options=(_COORDINATES,),
    write_options=(*_WRITE, _COLORMAP, _TASKS),
    read=partial(read_voc, tasks=_EVERY),
    write=partial(write_voc, tasks=_EVERY),
    sniff=sniff_voc,
    keeps_groups=True,
    keeps_attributes=True,
    keeps_item_attributes=True,
)

CLASSIFICATION = Format(
    name="voc_classification",
    title="Pascal VOC, classification",
    link=_LINK,
    keeps=frozenset(["label"]),
    notes=f"Labels of whole images, from the lists `<class>_<subset>.txt`. {_NOTES}",
    read_options=(_COORDINATES,),
    write_options=_WRITE,
    read=partial(read_voc, tasks=frozenset([Task.CLASSIFICATION])),
    write=partial(write_voc, tasks=frozenset([Task.CLASSIFICATION])),
    keeps_attributes=True,
    keeps_item_attributes=True,
)

DETECTION = Format(
    name="voc_detection",
    title="Pascal VOC, detection",
    link=_LINK,
    keeps=frozenset(["box"]),
    notes=f"Boxes; of masks and polygons the box around them, unless there is one. {_NOTES}",
    read_options=(_COORDINATES,),
    write_options=_WRITE,
    read=partial(read_voc, tasks=frozenset([Task.DETECTION])),
    write=partial(write_voc, tasks=frozenset([Task.DETECTION])),
    keeps_attributes=True,
    keeps_item_attributes=True,
)

SEGMENTATION = Format(
    name="voc_segmentation",
    title="Pascal VOC, segmentation",
    link=_LINK,
    keeps=frozenset(["mask"]),
    notes=f"Masks by class and by object. {_NOTES} Masks that overlap lose the covered pixels; "
    "polygons are drawn as masks.",
    read_options=(_COORDINATES,),
    write_options=(*_WRITE, _COLORMAP),
    read=partial(read_voc, tasks=frozenset([Task.SEGMENTATION])),
    write=partial(write_voc, tasks=frozenset([Task.SEGMENTATION])),
    keeps_attributes=True,
    keeps_item_attributes=True,
)

LAYOUT = Format(
    name="voc_layout",
    title="Pascal VOC, person layout",
    link=_LINK,
    keeps=frozenset(["box"]),
    notes=f"Boxes, and those of their parts in the same group. {_NOTES}",
    read_options=(_COORDINATES,),
    write_options=_WRITE,
    read=partial(read_voc, tasks=frozenset([Task.LAYOUT])),
    write=partial(write_voc, tasks=frozenset([Task.LAYOUT])),
    keeps_attributes=True,
    keeps_item_attributes=True,
)

ACTION = Format(
    name="voc_action",
    title="Pascal VOC, actions",
    link=_LINK,
    keeps=frozenset(["box"]),
    notes=f"Boxes, with what the label's objects do as attributes that are bools. {_NOTES}",
    read_options=(_COORDINATES,),
    write_options=_WRITE,
    read=partial(read_voc, tasks=frozenset([Task.ACTION])),
    write=partial(write_voc, tasks=frozenset([Task.ACTION])),
    keeps_attributes=True,
    keeps_item_attributes=True,
)

_FLAT = (
    "Boxes; of masks and polygons the box around them. `labels.txt` has the order of the labels, which are "
    "else the sorted names in use. Coordinates and attributes are those of `voc`."
)

ROBOFLOW = Format(
    name="roboflow_voc",
    title="Pascal VOC as Roboflow exports it",
    link="https://roboflow.com/formats/pascal-voc-xml",
    keeps=frozenset(["box"]),
    notes="`<subset>/<id>.xml` beside `<subset>/<id>.jpg`; files beside each other without folders are "
    f"one subset, `default`. {_FLAT}",
    read_options=(_COORDINATES,),
    write_options=(_COORDINATES,),
    read=read_beside,
    write=write_beside,
    sniff=sniff_beside,
    keeps_attributes=True,
    keeps_item_attributes=True,
)

KAGGLE = Format(
    name="kaggle_voc",
    title="Pascal VOC as it is passed around on Kaggle",
    link="https://www.kaggle.com/datasets/andrewmvd/face-mask-detection",
    keeps=frozenset(["box"]),
    notes="`annotations/<id>.xml` and `images/<id>.png`, without lists, which is the subset `default`; "
    f"the same in a folder for each other subset. {_FLAT}",
    read_options=(_COORDINATES,),
    write_options=(_COORDINATES,),
    read=read_apart,
    write=write_apart,
    sniff=sniff_apart,
    keeps_attributes=True,
    keeps_item_attributes=True,
)
