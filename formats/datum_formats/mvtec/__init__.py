"""MVTec AD: pictures of one kind of thing in folders of defects, and where the defects are.

Specification: https://www.mvtec.com/company/research/datasets/mvtec-ad, the readme of the data set.

Layout: ``<subset>/<defect>/<name>.png``, where pictures without a defect are in ``good``, and
``ground_truth/<defect>/<name>_mask.png``, an 8-bit PNG that is not black where the defect is. It is that of the
picture in ``test``, else of the one that there is; masks of another subset that has a picture of the same name
are in ``ground_truth/<subset>/<defect>/``. Images without a label are in ``no_label``.

``mvtec`` has the label and the mask, ``mvtec_classification`` the label alone, ``mvtec_segmentation`` the mask
with the label of its folder, ``mvtec_detection`` the box around it.

Kept: ids, subsets, one label for each image, one mask (of several: all of their pixels) or one box. Masks and
boxes have the label of their image. A box is drawn as whole pixels. The order of labels, unused ones, and odd
names and ids are in ``dataset_meta.json``. Lost, and counted: everything else.
"""

from functools import partial

from datum.plugins import Format
from datum_formats.mvtec.read import read_mvtec
from datum_formats.mvtec.sniff import sniff_mvtec
from datum_formats.mvtec.tasks import Task
from datum_formats.mvtec.write import write_mvtec

__all__ = ["CLASSIFICATION", "DETECTION", "MVTEC", "SEGMENTATION"]

_LINK = "https://www.mvtec.com/company/research/datasets/mvtec-ad"
_NOTES = (
    "`<subset>/<defect>/<name>.png`, and `ground_truth/<defect>/<name>_mask.png` where the defect is. `good` "
    "is a label as any other. An id is the path below the subset without extension."
)

MVTEC = Format(
    name="mvtec",
    title="MVTec AD, labels and masks",
    link=_LINK,
    keeps=frozenset(["label", "mask"]),
    notes=f"{_NOTES} A mask has the label of its image.",
    read=partial(read_mvtec, task=Task.ALL),
    write=partial(write_mvtec, task=Task.ALL),
    sniff=sniff_mvtec,
    keeps_unlabeled=False,
    keeps_empty_items=False,
    needs_media=True,
)

CLASSIFICATION = Format(
    name="mvtec_classification",
    title="MVTec AD, classification",
    link=_LINK,
    keeps=frozenset(["label"]),
    notes=f"{_NOTES} Labels alone.",
    read=partial(read_mvtec, task=Task.CLASSIFICATION),
    write=partial(write_mvtec, task=Task.CLASSIFICATION),
    keeps_unlabeled=False,
    keeps_empty_items=False,
    needs_media=True,
)

SEGMENTATION = Format(
    name="mvtec_segmentation",
    title="MVTec AD, segmentation",
    link=_LINK,
    keeps=frozenset(["mask"]),
    notes=f"{_NOTES} Masks alone.",
    read=partial(read_mvtec, task=Task.SEGMENTATION),
    write=partial(write_mvtec, task=Task.SEGMENTATION),
    keeps_empty_items=False,
    needs_media=True,
)

DETECTION = Format(
    name="mvtec_detection",
    title="MVTec AD, detection",
    link=_LINK,
    keeps=frozenset(["box"]),
    notes=f"{_NOTES} Boxes around the masks alone; a box is written as the mask of its pixels.",
    read=partial(read_mvtec, task=Task.DETECTION),
    write=partial(write_mvtec, task=Task.DETECTION),
    keeps_empty_items=False,
    needs_media=True,
)
