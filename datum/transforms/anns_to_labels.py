"""anns_to_labels: of all annotations of an item its labels are left, each once.

For each label that an item's annotations have there is one annotation of the whole image in the result,
in the order in which the labels come first. A label of the whole image that is there stays as it is, the
first where there are several. Otherwise the new one has the id of the first annotation with that label,
and as its score the greatest of their scores. What is said of one object alone goes, and is counted:
attributes, annotations without a label, such as captions, and labels that the item has twice.
"""

import math

from datum.model import Annotation, Item, Label
from datum.plugins import Transform, TransformContext
from datum.transforms.changing import Losing, with_annotations

__all__ = ["ANNS_TO_LABELS"]


def anns_to_labels(item: Item, context: TransformContext) -> Item:
    """The item with one annotation for each of its labels."""
    lose = Losing(item, context)
    found: dict[int, list[Annotation]] = {}
    for one in item.annotations:
        if one.label is None:
            lose(one.kind, "it has no label")
        else:
            found.setdefault(one.label, []).append(one)
    return with_annotations(item, [_label(same, lose) for same in found.values()])


def _label(same: list[Annotation], lose: Losing) -> Label:
    """The label of the image that stands for annotations of one label."""
    own = next((one for one in same if isinstance(one, Label)), None)
    for one in same:
        if one is own:
            continue
        if isinstance(one, Label):
            lose("label", "the item has it twice")
        for name in one.attributes:
            lose(f"attribute {name}", "it is said of one object, not of the image")
    if own is not None:
        return own
    scores = [one.score for one in same if one.score is not None and not math.isnan(one.score)]
    return Label(id=same[0].id, label=same[0].label, score=max(scores, default=None))


ANNS_TO_LABELS = Transform(
    name="anns_to_labels",
    title="Turn annotations into labels of the image",
    help=__doc__ + "\nExample: datum transform -t anns_to_labels",
    item=anns_to_labels,
)
