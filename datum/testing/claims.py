"""What of a dataset a format's card claims to keep."""

from collections import Counter
from typing import Any

from msgspec.structs import replace

from datum.model import DEFAULT_SUBSET, KINDS, Annotation, Item
from datum.plugins import Format
from datum.testing.datasets import ListDataset

__all__ = ["claimed", "claimed_annotations", "is_instance", "without_fields", "without_lone_groups"]

_OUTLINES: tuple[dict[str, int], ...] = ({}, {"mask": 1}, {"points": 1}, {"skeleton": 1})


def claimed(
    dataset: ListDataset, card: Format, *, media: bool, instance_groups: bool = False
) -> ListDataset:
    """The part of *dataset* that *card* says will survive writing and reading.

    Args:
        dataset: Anything.
        card: The format.
        media: Whether media will be written.
        instance_groups: Whether only groups that are one object survive; see :func:`is_instance`.
    """
    items: dict[tuple[str, str], Item] = {}
    for item in dataset:
        kept = _claimed_item(item, card, instance_groups=instance_groups)
        has_bytes = media and kept.image is not None and kept.image.content is not None
        exists = has_bytes or not card.needs_media
        if exists and (has_bytes or kept.annotations or card.keeps_empty_items):
            items.setdefault(kept.key, kept)
    return ListDataset(items.values(), dataset.categories, dataset.infos)


def _claimed_item(item: Item, card: Format, *, instance_groups: bool) -> Item:
    return replace(
        item,
        subset=item.subset if card.keeps_subsets else DEFAULT_SUBSET,
        attributes=item.attributes if card.keeps_item_attributes else {},
        annotations=claimed_annotations(item.annotations, card, instance_groups=instance_groups),
    )


def claimed_annotations(
    annotations: tuple[Annotation, ...], card: Format, *, instance_groups: bool = False
) -> tuple[Annotation, ...]:
    """The annotations that *card* says will survive, without the fields that will not."""
    kept = [
        replace(one, **_dropped(one, card))
        for one in annotations
        if one.kind in card.keeps
        and (one.label is not None or card.keeps_unlabeled or one.kind == "caption")
    ]
    sizes = Counter(one.group for one in kept)
    grouped = []
    for one in kept:
        fine = sizes[one.group] > 1 and (
            not instance_groups or is_instance([two for two in kept if two.group == one.group])
        )
        grouped.append(one if fine else replace(one, group=0))
    return tuple(grouped)


def _dropped(one: Annotation, card: Format) -> dict[str, Any]:
    """Values for the fields that do not survive."""
    claims: list[tuple[bool, str, Any]] = [
        (card.keeps_ids, "id", None),
        (card.keeps_groups, "group", 0),
        (card.keeps_z_order, "z_order", 0),
        (card.keeps_scores, "score", None),
        (card.keeps_attributes, "attributes", {}),
        (one.kind != "caption", "label", None),
    ]
    return {name: value for kept, name, value in claims if not kept}


def is_instance(group: list[Annotation]) -> bool:
    """Whether a group is one object: a box, and one mask, or polygons, or one set of keypoints.

    All are of one label, z-order, score and attributes.
    """
    kinds = Counter(one.kind for one in group)
    rest = {kind: count for kind, count in kinds.items() if kind not in ("box", "polygon")}
    first = group[0]
    shared = all(
        (one.label, one.z_order, one.score, one.attributes)
        == (first.label, first.z_order, first.score, first.attributes)
        for one in group
    )
    outline = rest in _OUTLINES and not (rest and kinds["polygon"])
    return shared and kinds["box"] == 1 and outline and set(kinds) <= set(KINDS)


def without_fields(dataset: ListDataset, fields: frozenset[str]) -> ListDataset:
    """The dataset with these common fields of annotations as if nobody had set them."""
    unset: dict[str, Any] = {"id": None, "group": 0, "z_order": 0, "score": None, "attributes": {}}
    changes = {name: unset[name] for name in fields}
    items = [
        replace(item, annotations=tuple(replace(one, **changes) for one in item.annotations))
        for item in dataset
    ]
    return ListDataset(items, dataset.categories, dataset.infos)


def without_lone_groups(item: Item) -> Item:
    """The item with group 0 for each annotation that is alone in its group."""
    sizes = Counter(one.group for one in item.annotations)
    alone = [one if sizes[one.group] > 1 else replace(one, group=0) for one in item.annotations]
    return replace(item, annotations=tuple(alone))
