"""What the item-local transforms have in common: annotations changed one by one, in their item."""

from collections.abc import Callable, Sequence
from operator import is_
from typing import Any, TypeVar

from msgspec.structs import replace

from datum.errors import MediaError
from datum.images import decode_image
from datum.model import Annotation, Common, Item
from datum.plugins import TransformContext

__all__ = ["Losing", "change_annotations", "recast", "replace_each", "size_of", "with_annotations"]

Kind = TypeVar("Kind", bound=Common)

Size = tuple[int, int]
"""Height and width."""


def recast(one: Annotation, kind: type[Kind], **geometry: Any) -> Kind:
    """An annotation of another kind that says the same: id, label, group, z-order, score, attributes."""
    return kind(
        id=one.id,
        label=one.label,
        group=one.group,
        z_order=one.z_order,
        score=one.score,
        attributes=one.attributes,
        **geometry,
    )


def with_annotations(item: Item, annotations: Sequence[Annotation]) -> Item:
    """The item with these annotations; the very item where they are the very ones that it has."""
    same = len(annotations) == len(item.annotations)
    if same and all(map(is_, annotations, item.annotations)):
        return item
    return replace(item, annotations=tuple(annotations))


def change_annotations(item: Item, change: Callable[[Annotation], Sequence[Annotation]]) -> Item:
    """The item with each annotation replaced by what *change* makes of it; see :func:`replace_each`."""
    return replace_each(item, [change(one) for one in item.annotations])


def replace_each(item: Item, made: Sequence[Sequence[Annotation]]) -> Item:
    """The item with each annotation replaced by the parts that are *made* of it, in its place.

    Of several parts the first keeps the id, and all share the annotation's group, or a new one where it
    had none. The very item comes back where every annotation does.
    """
    group = max((one.group for one in item.annotations), default=0)
    result: list[Annotation] = []
    for one, given in zip(item.annotations, made, strict=True):
        parts = given
        if len(parts) > 1:
            if not one.group:
                group += 1
            parts = [
                replace(part, id=one.id if n == 0 else None, group=one.group or group)
                for n, part in enumerate(parts)
            ]
        result.extend(parts)
    return with_annotations(item, result)


class Losing:
    """Counts what is lost of one item."""

    def __init__(self, item: Item, context: TransformContext) -> None:
        self._losses = context.losses
        self._where = f"{item.subset}/{item.id}"

    def __call__(self, what: str, reason: str, count: int = 1) -> None:
        """Count *count* losses of *what*, for *reason*."""
        self._losses.add(what, reason, where=self._where, count=count)


def size_of(item: Item, context: TransformContext) -> Size | None:
    """Height and width of the item's image: what is stated, else as the image decodes; None if neither."""
    image = item.image
    if item.size is not None or image is None:
        return item.size
    try:
        data = context.load(image)
        if data is None:
            return None
        height, width = decode_image(data, image.path or item.id).shape[:2]
    except MediaError:
        return None
    return (height, width)
