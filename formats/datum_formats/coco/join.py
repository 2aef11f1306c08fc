"""The annotations of an item as things that COCO has one annotation for: objects, captions, labels."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import msgspec

from datum.model import (
    Annotation,
    Box,
    Caption,
    Label,
    Mask,
    Points,
    Polygon,
    Skeleton,
    Statement,
)

__all__ = ["BOX", "KEYPOINTS", "OUTLINE", "Said", "Thing", "in_order", "things_of"]

BOX, OUTLINE, KEYPOINTS = 1, 2, 4
"""Bits for what an object has."""

_BITS: dict[str, int] = {
    Box.kind: BOX,
    Polygon.kind: OUTLINE,
    Mask.kind: OUTLINE,
    Points.kind: KEYPOINTS,
    Skeleton.kind: KEYPOINTS,
}
_FLAT = (Caption.kind, Label.kind)

Said = TypeVar("Said", Annotation, Statement)


class Thing(msgspec.Struct, Generic[Said]):
    """What becomes one annotation of a file."""

    sort: str
    """object, caption or label."""
    has: int
    """Bits for what an object has; 0 for a caption or a label."""
    parts: list[Said]
    """Of an object: the box, then the outlines, then the keypoints."""
    at: list[int] | None
    """Places of the parts among the annotations of the item; None where that is their order."""


def things_of(annotations: Sequence[Said]) -> tuple[list[Thing[Said]], list[Said]]:
    """The things that COCO can say, and the annotations that it cannot; statements do as well.

    Annotations of one group and label are one object if they have one box at most, keypoints once
    at most, and either one mask or any number of polygons.
    """
    groups: dict[tuple[int, int | None], list[int]] = {}
    order: list[list[int]] = []
    strange: list[Said] = []
    for index, annotation in enumerate(annotations):
        if annotation.kind not in _BITS:
            if annotation.kind in _FLAT:
                order.append([index])
            else:
                strange.append(annotation)
        elif not annotation.group:
            order.append([index])
        else:
            key = (annotation.group, annotation.label)
            members = groups.get(key)
            if members is None:
                members = groups[key] = []
                order.append(members)
            members.append(index)
    things: list[Thing[Said]] = []
    for members in order:
        things += _things(annotations, members)
    return things, strange


def _things(annotations: Sequence[Said], members: list[int]) -> list[Thing[Said]]:
    """One thing of all the members, or one of each where they are not one object."""
    first = annotations[members[0]]
    if len(members) == 1:
        bits = _BITS.get(first.kind, 0)
        return [Thing("object" if bits else first.kind, bits, [first], members)]
    boxes, outlines, keypoints, masks = [], [], [], 0
    for index in members:
        bit = _BITS[annotations[index].kind]
        if bit == BOX:
            boxes.append(index)
        elif bit == OUTLINE:
            outlines.append(index)
            masks += annotations[index].kind == Mask.kind
        else:
            keypoints.append(index)
    if len(boxes) > 1 or len(keypoints) > 1 or (masks and len(outlines) > 1):
        return [thing for index in members for thing in _things(annotations, [index])]
    has = bool(boxes) * BOX | bool(outlines) * OUTLINE | bool(keypoints) * KEYPOINTS
    at = boxes + outlines + keypoints
    return [Thing("object", has, [annotations[index] for index in at], at)]


def in_order(things: Sequence[Thing[Any]]) -> None:
    """Drop the places of parts where they follow from the order of things."""
    last = -1
    for thing in things:
        for place in thing.at or ():
            if place < last:
                return
            last = place
    for thing in things:
        thing.at = None
