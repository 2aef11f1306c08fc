"""MS COCO: objects, keypoints, captions, labels, stuff and panoptic segments in JSON.

Specification: https://cocodataset.org/#format-data. Boxes are left, top, width, height, outlines are
rings x0, y0, x1, y1, … or run lengths in columns, all in pixels from the top left, which is what datum
has, so nothing is converted. Ids of images and annotations, ``info``, ``licenses`` and keys that
nobody knows are kept. What refers to an image or category that is not there is refused.
"""

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from datum.plugins import Format, Option, Probe, Verdict
from datum_formats.coco.dialects import (
    LVIS_LAYOUT,
    OBJECTS365_LAYOUT,
    ROBOFLOW_LAYOUT,
    sniff_named,
    sniff_roboflow,
)
from datum_formats.coco.layout import Layout
from datum_formats.coco.read import read
from datum_formats.coco.sniff import sniff
from datum_formats.coco.write import write

__all__ = [
    "CAPTIONS",
    "COCO",
    "IMAGE_INFO",
    "INSTANCES",
    "LABELS",
    "LVIS",
    "OBJECTS365",
    "PANOPTIC",
    "PERSON_KEYPOINTS",
    "ROBOFLOW",
    "STUFF",
]

_LINK = "https://cocodataset.org/#format-data"

_LAYOUT = """
`annotations/<task>_<subset>.json`, images in `images/<subset>/`, `images/`, `<subset>/` or beside;
one file alone is read too."""

_CONTENT = """ Coordinates are pixels from the top left, as in datum.

One annotation becomes a box, its polygons or mask, and its keypoints, in one group; the id goes to
the first. `iscrowd` is the attribute `is_crowd`; `area` and `num_keypoints` are attributes where
they are not what follows from the geometry. What COCO has no field for (ids and groups of the
parts, layers, an outline without a box) is written under the key `datum`, which other tools pass
over. Refused: references to images or categories that are not there, rings of less than three
points, run lengths that do not cover the image, `NaN`.
"""

_READ_OPTIONS = (
    Option(
        name="keep_original_category_ids",
        type=bool,
        default=False,
        help="make the index of a label the id of its category; gaps become labels class-N",
    ),
)

_WRITE_OPTIONS = (
    Option(
        name="segmentation_mode",
        default="guess",
        choices=("guess", "polygons", "mask"),
        help="guess keeps masks and polygons as they are; the others trace masks, draw polygons",
    ),
    Option(
        name="allow_attributes",
        type=bool,
        default=True,
        help="write attributes, and what else COCO's annotations have no field for",
    ),
    Option(
        name="reindex",
        type=bool,
        default=False,
        help="number images, annotations and categories from 1 instead of keeping their ids",
    ),
    Option(
        name="merge_images",
        type=bool,
        default=False,
        help="put the images of all subsets into images/, not into images/<subset>/",
    ),
)

_TASKS = Option(
    name="tasks",
    many=True,
    default=(),
    help="only the files of these tasks, such as instances,captions; each holds all that it can",
)


def _card(task: str, title: str, keeps: set[str], *, notes: str = "") -> Format:
    return Format(
        name=f"coco_{task}" if task else "coco",
        title=title,
        link=_LINK,
        keeps=frozenset(keeps),
        notes=notes + _LAYOUT + _CONTENT,
        read_options=_READ_OPTIONS,
        write_options=_WRITE_OPTIONS if task else (*_WRITE_OPTIONS, _TASKS),
        read=partial(read, task),
        write=partial(write, task),
        sniff=partial(sniff, task),
        keeps_ids=True,
        keeps_groups=True,
        keeps_z_order=True,
        keeps_scores=True,
        keeps_attributes=True,
        keeps_item_attributes=True,
    )


_OUTLINED = {"box", "polygon", "mask"}

COCO = _card(
    "",
    "MS COCO, all tasks",
    {*_OUTLINED, "points", "skeleton", "caption", "label"},
    notes="""Files of all tasks are united: items by subset and file name, objects by id.
Objects with keypoints are written to `instances` and to `person_keypoints`, as in COCO 2017.
""",
)
INSTANCES = _card("instances", "MS COCO instances: boxes, polygons, masks", _OUTLINED)
PERSON_KEYPOINTS = _card(
    "person_keypoints", "MS COCO keypoints", {*_OUTLINED, "points", "skeleton"}
)
CAPTIONS = _card("captions", "MS COCO captions", {"caption"})
LABELS = _card("labels", "Labels of images in the manner of MS COCO", {"label"})
STUFF = _card("stuff", "MS COCO stuff: masks of regions", _OUTLINED)
PANOPTIC = _card(
    "panoptic",
    "MS COCO panoptic: a PNG of segments for each image",
    {"mask"},
    notes="""Segments are in `annotations/panoptic_<subset>/<image>.png`, their id is
R + 256 G + 65536 B. Polygons are drawn. A mask that another one covers in part is kept whole under
the key `datum`.
""",
)
IMAGE_INFO = _card("image_info", "MS COCO images without annotations", set())


def _dialect(
    name: str,
    title: str,
    link: str,
    notes: str,
    layout: Layout,
    sniffer: Callable[[Probe], Verdict],
) -> Format:
    """A card like that of instances, whose files are elsewhere."""
    return replace(
        INSTANCES,
        name=name,
        title=title,
        link=link,
        notes=notes + _CONTENT,
        write_options=tuple(one for one in _WRITE_OPTIONS if one.name != "merge_images"),
        read=partial(read, "instances", layout=layout),
        write=partial(write, "instances", layout=layout),
        sniff=sniffer,
    )


ROBOFLOW = _dialect(
    "roboflow_coco",
    "COCO as Roboflow exports it",
    "https://roboflow.com/formats/coco-json",
    "`<subset>/_annotations.coco.json` with the images beside it; one such file alone is the subset "
    "`default`. Roboflow's first category, which is the parent of the others, stays a label.",
    ROBOFLOW_LAYOUT,
    sniff_roboflow,
)
LVIS = _dialect(
    "lvis",
    "LVIS",
    "https://www.lvisdataset.org/dataset",
    "`lvis_v1_<subset>.json`, in the folder or in `annotations/`, images in `images/<subset>/`, "
    "`<subset>/` or in the folders of COCO 2017. `coco_url` names the images. `neg_category_ids` and "
    "`not_exhaustive_category_ids` are attributes of images, and empty lists where there are none; "
    "`synset`, `frequency` and the other keys of categories are kept with the labels.",
    LVIS_LAYOUT,
    partial(sniff_named, "lvis_v"),
)
OBJECTS365 = _dialect(
    "objects365",
    "Objects365",
    "https://www.objects365.org/",
    "`annotations/zhiyuan_objv2_<subset>.json` (or `objects365_<subset>.json`), images in "
    "`images/<subset>/` or `<subset>/`, below which `images/v1/patch0/…` is `patch0/…`. `isfake`, "
    "`isreflected` and the other keys of annotations are attributes.",
    OBJECTS365_LAYOUT,
    partial(sniff_named, "zhiyuan_objv2_"),
)
