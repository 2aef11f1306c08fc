"""project_labels: the dataset gets another list of labels.

Each ``--label`` is one, and their order is that of the class ids. A label that is there already is matched
by name, and keeps its parent, attributes, colour and skeleton; one that is not is new, and nothing has it.
Labels that are not in the list go, with their annotations, keypoints included, which are counted by label.
Annotations without a label stay. A parent is a name, and is kept where it is no label any more.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from datum.errors import UsageError
from datum.model import Annotation, Categories, Item, LabelCategory
from datum.plugins import Option, Transform, TransformContext
from datum.transforms.changing import Losing, change_annotations

__all__ = ["PROJECT_LABELS"]


@lru_cache(maxsize=4)
def _places(names: tuple[str, ...], labels: tuple[str, ...]) -> tuple[int | None, ...]:
    """The new index of every label that there is; None for one that goes.

    Raises:
        UsageError: The list of labels is empty, or has one twice or without a name.
    """
    order = {name: place for place, name in enumerate(labels)}
    if not labels:
        raise UsageError("project_labels needs --label name, once for each label")
    if "" in order:
        raise UsageError("project_labels: a label needs a name")
    if len(order) < len(labels):
        twice = next(name for place, name in enumerate(labels) if order[name] != place)
        raise UsageError(f"project_labels: label '{twice}' is in the list twice")
    return tuple(order.get(name) for name in names)


def project_categories(categories: Categories, options: Mapping[str, Any]) -> Categories:
    """The categories with the labels of the list."""
    labels = tuple(options["label"])
    places = _places(categories.names(), labels)
    known = {label.name: label for label in categories.labels}
    skeletons = [
        replace(spec, label=place)
        for spec in categories.skeletons
        if (place := places[spec.label]) is not None
    ]
    return replace(
        categories,
        labels=tuple(known.get(name) or LabelCategory(name=name) for name in labels),
        skeletons=tuple(sorted(skeletons, key=lambda spec: spec.label)),
    )


def project_item(item: Item, context: TransformContext) -> Item:
    """The item with the annotations whose labels are in the list."""
    names = context.categories.names()
    places = _places(names, tuple(context.options["label"]))
    lose = Losing(item, context)

    def change(one: Annotation) -> Sequence[Annotation]:
        if one.label is None:
            return (one,)
        place = places[one.label] if 0 <= one.label < len(places) else None
        if place is None:
            name = context.categories.name_of(one.label)
            lose(one.kind, f"its label '{name}' is not in the list")
            return ()
        return (one if place == one.label else replace(one, label=place),)

    return change_annotations(item, change)


PROJECT_LABELS = Transform(
    name="project_labels",
    title="Give the dataset another list of labels",
    help=__doc__ + "\nExample: datum transform -t project_labels -- -l person -l car -l bus",
    options=(
        Option(name="label", short=("-l",), many=True, default=(), help="a label of the new list"),
    ),
    categories=project_categories,
    item=project_item,
)
