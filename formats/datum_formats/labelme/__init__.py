"""LabelMe's JSON: a file of shapes beside each image.

Followed is https://github.com/wkentaro/labelme, ``labelme/label_file.py`` and ``utils/shape.py``; the keys
``score`` and ``attributes`` are those of https://github.com/CVHub520/X-AnyLabeling, which writes the
same files. LabelMe keeps keys that it does not know, which is where attributes are.
"""

from datum.plugins import Format
from datum_formats.labelme.read import read_labelme
from datum_formats.labelme.sniff import sniff_labelme
from datum_formats.labelme.write import write_labelme

__all__ = ["LABELME"]

LABELME = Format(
    name="labelme",
    title="LabelMe (JSON)",
    link="https://github.com/wkentaro/labelme",
    keeps=frozenset(["box", "label", "mask", "points", "polygon", "polyline"]),
    notes="`<subset>/<id>.json` beside `<subset>/<id>.jpg`, and `labels.txt` for the order of the "
    "labels. Files beside each other without folders are one subset, `default`. Shapes: rectangle, "
    "polygon, line and linestrip, point and points, mask, circle; a `rotation` of X-AnyLabeling is a "
    "turned box, which is written as a polygon, since LabelMe does not open it. Labels of the whole image are its flags that are true; flags that are false are "
    "attributes of the item. Attributes of a shape are its flags where they are true or false, else "
    "keys of their own. `group_id` is the group, `score` the score. Images inside the JSON are read "
    "where there is no file. Holes, and pixels of masks of another size than the image, are lost.",
    read=read_labelme,
    write=write_labelme,
    sniff=sniff_labelme,
    keeps_groups=True,
    keeps_scores=True,
    keeps_attributes=True,
    keeps_item_attributes=True,
    exact_coordinates=False,
)
