"""Kaggle's tables: a CSV or text file with a row for each label or box of an image.

There is no specification; competitions differ. Followed are the readers of the known tool,
https://openvinotoolkit.github.io/datumaro/stable/docs/data-formats/formats/kaggle.html.

Layout of ``kaggle_image_csv``: ``<subset>.csv`` with names of columns in the first row, one of them for the
image, and images beside it, in ``images/`` or in ``<subset>/``, named with or without extension. Of
``kaggle_image_txt``: ``<subset>.txt``, columns parted by blanks or commas, by default image, label and the four
numbers of a box; a name with blanks is a JSON string. Rows of one image are one item.

Which column is what is found by its name, or said by ``--columns``: JSON with ``media``, ``label`` (one
column, or a list of columns that are 1 where the image has the label of that name) and ``bbox`` (one column of
four numbers, a list of four, or a map with ``x1``, ``y1`` and either ``x2``, ``y2`` or ``width``, ``height``).

Coordinates: pixels. A box in one column, or in a list, is left, top, right, bottom; ``--bbox-format xywh``
says left, top, width, height. Written are left, top, width, height.

Kept: labels and boxes by name of the label, ids, subsets, attributes of items that are texts, as further
columns (CSV). The order of labels, unused ones, and odd ids are in ``dataset_meta.json``. Lost, and counted:
everything else. What a further column says differently in a later row of an image is an attribute of the
annotation of that row.
"""

from datum.plugins import Format, Option
from datum_formats.kaggle.read import read_kaggle_csv, read_kaggle_txt
from datum_formats.kaggle.sniff import sniff_kaggle_csv, sniff_kaggle_txt
from datum_formats.kaggle.write import write_kaggle_csv, write_kaggle_txt

__all__ = ["KAGGLE_IMAGE_CSV", "KAGGLE_IMAGE_TXT"]

_LINK = "https://openvinotoolkit.github.io/datumaro/stable/docs/data-formats/formats/kaggle.html"
_OPTIONS = (
    Option(
        name="ann_file",
        help="the file to read; else each that is such a table, as a subset of its name",
    ),
    Option(
        name="columns",
        help='which column is what, as JSON: {"media": "image", "label": "breed", "bbox": "box"}',
    ),
    Option(
        name="bbox_format",
        default="xyxy",
        choices=("xyxy", "xywh"),
        help="what four numbers of a box are: two corners, or left, top, width, height",
    ),
    Option(name="images", help="the folder of the images"),
)

KAGGLE_IMAGE_CSV = Format(
    name="kaggle_image_csv",
    title="Kaggle's CSV of images",
    link=_LINK,
    keeps=frozenset(["label", "box"]),
    notes="`<subset>.csv` with a row for each label or box; columns are found by their names, or said by "
    "`--columns`. Images may be absent. Further columns are attributes of items.",
    read_options=_OPTIONS,
    read=read_kaggle_csv,
    write=write_kaggle_csv,
    sniff=sniff_kaggle_csv,
)

KAGGLE_IMAGE_TXT = Format(
    name="kaggle_image_txt",
    title="Kaggle's text list of images",
    link=_LINK,
    keeps=frozenset(["label", "box"]),
    notes="`<subset>.txt` with a line for each label or box: image, label, left, top, width, height, or as "
    "`--columns` says, which counts columns from 0. Names with blanks are JSON strings.",
    read_options=_OPTIONS,
    read=read_kaggle_txt,
    write=write_kaggle_txt,
    sniff=sniff_kaggle_txt,
)
