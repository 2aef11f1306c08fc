"""LabelMe's XML: a file of objects beside each image, masks as pictures.

Followed is https://github.com/CSAILVision/LabelMeAnnotationTool (the file that the tool writes), and for
masks and attributes what https://github.com/cvat-ai/cvat, ``formats/format_labelme``, writes.
"""

from datum.plugins import Format
from datum_formats.label_me.read import read_label_me
from datum_formats.label_me.sniff import sniff_label_me
from datum_formats.label_me.write import write_label_me

__all__ = ["LABEL_ME"]

LABEL_ME = Format(
    name="label_me",
    title="LabelMe (XML)",
    link="https://github.com/CSAILVision/LabelMeAnnotationTool",
    keeps=frozenset(["box", "mask", "polygon"]),
    notes="`<subset>/<id>.xml` beside `<subset>/<id>.jpg`, masks in `<subset>/Masks/`, and `labels.txt` "
    "for the order of the labels. Files beside each other without folders are one subset, `default`; the "
    "folders `Annotations`, `Images` and `Masks` of the tool's server are read, too. A group is an object that has parts. Attributes are a line `name=value, name`: what could be "
    "taken for something else is in double quotes, a name alone is true. `occluded`, `verified`, "
    "`date` and `username` have their own elements. Deleted objects are passed over; an object of one "
    "point is read as a point, one of two as a line. Holes are lost.",
    read=read_label_me,
    write=write_label_me,
    sniff=sniff_label_me,
    keeps_groups=True,
    keeps_attributes=True,
    exact_coordinates=False,
)
