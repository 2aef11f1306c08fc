r"""remap_labels: labels are renamed, joined and removed.

Each ``--label from:to`` renames a label; several may go to one, ``from:`` removes one with its
annotations. ``--default`` says what becomes of the labels that are not named: kept, or removed with
their annotations. The new labels are in the order of the old ones. Annotations without a label are kept
under ``keep`` and removed under ``delete``. A label whose name holds a colon is written with ``\:``.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from datum.errors import UnknownNameError, UsageError
from datum.model import Annotation, Categories, Item, LabelCategory, SkeletonSpec
from datum.plugins import Option, Transform, TransformContext
from datum.transforms.changing import with_annotations
from datum.transforms.named import split_at_colons

__all__ = ["REMAP_LABELS", "remap_categories", "remap_item"]


def parse_mapping(texts: tuple[str, ...]) -> dict[str, str]:
    """New names by old ones; an empty new name removes the label.

    Raises:
        UsageError: A rule is malformed, or a label has two.
    """
    mapping: dict[str, str] = {}
    for text in texts:
        parts = split_at_colons(text)
        if len(parts) != 2 or not parts[0] or parts[0] in mapping:  # noqa: PLR2004 (from and to)
            raise UsageError(f"'{text}' is no rule for a label", hint="write --label person:car")
        mapping[parts[0]] = parts[1]
    return mapping


def _new_names(categories: Categories, options: Mapping[str, Any]) -> tuple[str, ...]:
    """The new name of every label, empty for one that goes."""
    return _renamed(categories.names(), tuple(options["label"]), options["default"])


@lru_cache(maxsize=4)
def _renamed(names: tuple[str, ...], rules: tuple[str, ...], default: str) -> tuple[str, ...]:
    """As :func:`_new_names`; remembered, for it is the same for every item."""
    mapping = parse_mapping(rules)
    known = set(names)
    for name in mapping:
        if name not in known:
            raise UnknownNameError("label", name, names)
    return tuple(mapping.get(name, name if default == "keep" else "") for name in names)


@lru_cache(maxsize=4)
def _places(names: tuple[str, ...]) -> tuple[int | None, ...]:
    """The new index of every label, by its new name; None for one that goes."""
    order = {name: place for place, name in enumerate(dict.fromkeys(n for n in names if n))}
    return tuple(order.get(name) for name in names)


def remap_categories(categories: Categories, options: Mapping[str, Any]) -> Categories:
    """The categories with the labels remapped."""
    names = _new_names(categories, options)
    places = _places(names)
    order = [name for name in dict.fromkeys(names) if name]
    labels = []
    for name in order:
        sources = [categories.labels[n] for n, new in enumerate(names) if new == name]
        labels.append(_joined(name, sources, dict(zip(categories.names(), names, strict=True))))
    skeletons: dict[int, SkeletonSpec] = {}
    for spec in categories.skeletons:
        place = places[spec.label]
        own = categories.labels[spec.label].name == names[spec.label]
        # of labels that are joined the one that keeps its name decides, else the first
        if place is not None and (own or place not in skeletons):
            skeletons[place] = replace(spec, label=place)
    return replace(
        categories,
        labels=tuple(labels),
        skeletons=tuple(skeletons[place] for place in sorted(skeletons)),
    )


def _joined(name: str, sources: list[LabelCategory], names: Mapping[str, str]) -> LabelCategory:
    """One label of several; its attributes are those of all of them."""
    first = next((one for one in sources if one.name == name), sources[0])
    specs = {spec.name: spec for one in reversed((first, *sources)) for spec in one.attributes}
    parent = names.get(first.parent, first.parent)
    return replace(
        first,
        name=name,
        parent="" if parent == name else parent,
        attributes=tuple(specs[key] for key in sorted(specs))
        if len(sources) > 1
        else first.attributes,
    )


def remap_item(item: Item, context: TransformContext) -> Item:
    """The item with its annotations remapped."""
    places = _places(_new_names(context.categories, context.options))
    keep_unlabeled = context.options["default"] == "keep"
    kept: list[Annotation] = []
    for one in item.annotations:
        if one.label is None or not 0 <= one.label < len(places):
            kept.extend([one] if keep_unlabeled else [])
            continue
        place = places[one.label]
        if place is not None:
            kept.append(one if place == one.label else replace(one, label=place))
    return with_annotations(item, kept)


REMAP_LABELS = Transform(
    name="remap_labels",
    title="Rename, join and remove labels",
    help=__doc__
    + "\nExample: datum transform -t remap_labels -- -l person:car -l bus:bus --default delete",
    options=(
        Option(name="label", short=("-l",), many=True, default=(), help="a rule, as from:to"),
        Option(
            name="default",
            default="keep",
            choices=("keep", "delete"),
            help="what becomes of labels that no rule names",
        ),
    ),
    categories=remap_categories,
    item=remap_item,
)
