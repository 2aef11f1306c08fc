"""Roboflow's classification with several labels: a table of 0 and 1 beside the images.

Followed is https://roboflow.com/formats/multiclass-classification-csv.
"""

from datum.plugins import Format
from datum_formats.roboflow_multiclass.read import read_multiclass
from datum_formats.roboflow_multiclass.sniff import sniff_multiclass
from datum_formats.roboflow_multiclass.write import write_multiclass

__all__ = ["ROBOFLOW_MULTICLASS"]

ROBOFLOW_MULTICLASS = Format(
    name="roboflow_multiclass",
    title="Classification with several labels, as Roboflow exports it",
    link="https://roboflow.com/formats/multiclass-classification-csv",
    keeps=frozenset(["label"]),
    notes="`<subset>/_classes.csv` with the columns `filename` and one for each label, 1 where an image "
    "has it, and the images beside it. A table beside its images, without a folder, is the subset "
    "`default`. Sizes are those of the images.",
    read=read_multiclass,
    write=write_multiclass,
    sniff=sniff_multiclass,
)
