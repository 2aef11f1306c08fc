"""The count of what a format has no place for, beside the kinds of shapes."""

import msgspec

from datum.losses import LossReport
from datum.model import Annotation, Categories, Item, Points, Polygon
from datum.plugins import Writing

__all__ = ["Places", "count_dataset", "count_fields", "count_item", "lose", "where"]


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """What a format has a place for. All that is not named here is counted as lost."""

    name: str
    """The format, as reasons are to call it."""
    fields: frozenset[str] = frozenset()
    """Of annotations: id, group, z_order, score, attributes, hole, visibility (of points)."""
    labels: frozenset[str] = frozenset()
    """Of categories: parent, color, attributes, infos, skeletons, shared (attributes of all labels)."""
    item_attributes: bool = False
    infos: bool = False
    """Whether it keeps any info of the dataset."""

    @property
    def reason(self) -> str:
        """Why something is lost."""
        return f"{self.name} has no place for it"


def where(item: Item) -> str:
    """How a loss names an item."""
    return f"{item.subset}/{item.id}"


def lose(members: list[Annotation], reason: str, item: Item, losses: LossReport) -> None:
    """Count annotations that are lost as a whole."""
    for member in members:
        losses.add(member.kind, reason, where=where(item))


def count_dataset(writing: Writing, places: Places, infos: frozenset[str] = frozenset()) -> None:
    """Count what is lost of the categories and infos; *infos* are those that are kept."""
    _count_categories(writing.dataset.categories, writing.losses, places)
    if not places.infos:
        for name in sorted(set(writing.dataset.infos) - infos):
            writing.losses.add(f"info {name}", places.reason)


def _count_categories(known: Categories, losses: LossReport, places: Places) -> None:
    counts = {
        "parent": ("parent of a label", sum(bool(label.parent) for label in known.labels)),
        "color": ("color of a label", sum(label.color is not None for label in known.labels)),
        "attributes": ("attributes of a label", sum(bool(one.attributes) for one in known.labels)),
        "infos": ("infos of a label", sum(bool(label.infos) for label in known.labels)),
        "shared": ("attributes of all labels", len(known.attributes)),
        "skeletons": ("skeleton of a label", len(known.skeletons)),
    }
    for name, (what, count) in counts.items():
        if count and name not in places.labels:
            losses.add(what, places.reason, count=count)


def count_item(writing: Writing, item: Item, places: Places) -> None:
    """Count what is lost of an item beside its annotations."""
    losses = writing.losses
    if not places.item_attributes:
        for name in item.attributes:
            losses.add(f"attribute {name}", places.reason, where=where(item))
    if len(item.media) > 1:
        reason = f"{places.name} has one image for each item"
        losses.add("media", reason, where=where(item), count=len(item.media) - 1)
    if writing.save_media and (item.image is None or item.image.content is None):
        losses.add("media", "its bytes are not at hand", where=where(item))


def count_fields(one: Annotation, item: Item, losses: LossReport, places: Places) -> None:
    """Count the fields of an annotation that are lost although its shape is kept."""
    lost = {
        "id": one.id is not None,
        "group": one.group != 0,
        "z_order": one.z_order != 0,
        "score": one.score is not None,
        "hole": isinstance(one, Polygon) and bool(one.holes),
        "visibility": isinstance(one, Points) and bool(set(one.visibility) - {2}),
    }
    for what, has in lost.items():
        if has and what not in places.fields:
            losses.add(what, places.reason, where=where(item))
    if "attributes" not in places.fields:
        for name in one.attributes:
            losses.add(f"attribute {name}", places.reason, where=where(item))
