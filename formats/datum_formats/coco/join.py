"""The annotations of an item as things that COCO has one annotation for: objects, captions, labels."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from datum.model import Annotation, Box, Caption, Label, Mask, Points, Polygon, Skeleton

__all__ = ["Thing", "in_order", "things_of"]

_GEOMETRY = (Box, Polygon, Mask, Points, Skeleton)
_RANK = {Box: 0, Polygon: 1, Mask: 1, Points: 2, Skeleton: 2}


class Thing(msgspec.Struct):
    """What becomes one annotation of a file."""

    sort: str
    """object, caption or label."""
    parts: list[Annotation]
    """Of an object: the box, then the outlines, then the keypoints."""
    at: list[int] | None
    """Places of the parts among the annotations of the item; None where that is their order."""

    @property
    def has_outline(self) -> bool:
        """Whether one part is a polygon or a mask."""
        return any(isinstance(part, Polygon | Mask) for part in self.parts)

    @property
    def has_mask(self) -> bool:
        """Whether one part is a mask."""
        return any(isinstance(part, Mask) for part in self.parts)

    @property
    def has_keypoints(self) -> bool:
        """Whether one part is points or a skeleton."""
        return isinstance(self.parts[-1], Points | Skeleton)

    @property
    def has_box(self) -> bool:
        """Whether one part is a box."""
        return isinstance(self.parts[0], Box)


def things_of(annotations: Sequence[Annotation]) -> tuple[list[Thing], list[Annotation]]:
    """The things that COCO can say, and the annotations that it cannot.

    Annotations of one group and label are one object if they have one box at most, keypoints once
    at most, and either one mask or any number of polygons.
    """
    groups: dict[tuple[int, int | None], list[int]] = {}
    order: list[list[int]] = []
    strange: list[Annotation] = []
    for index, annotation in enumerate(annotations):
        if isinstance(annotation, _GEOMETRY) and annotation.group:
            members = groups.setdefault((annotation.group, annotation.label), [])
            if not members:
                order.append(members)
            members.append(index)
        elif isinstance(annotation, (*_GEOMETRY, Caption, Label)):
            order.append([index])
        else:
            strange.append(annotation)
    things: list[Thing] = []
    for members in order:
        whole = len(members) == 1 or _is_one([annotations[index] for index in members])
        apart = [members] if whole else [[index] for index in members]
        things.extend(_thing(annotations, indexes) for indexes in apart)
    return things, strange


def _is_one(parts: Sequence[Annotation]) -> bool:
    kinds = Counter(type(part) for part in parts)
    outlines = not kinds[Mask] or (kinds[Mask] == 1 and not kinds[Polygon])
    return kinds[Box] <= 1 and kinds[Points] + kinds[Skeleton] <= 1 and outlines


def _thing(annotations: Sequence[Annotation], indexes: list[int]) -> Thing:
    first = annotations[indexes[0]]
    if isinstance(first, Caption | Label):
        return Thing(sort=first.kind, parts=[first], at=indexes)
    if len(indexes) > 1:
        indexes = sorted(indexes, key=lambda index: _RANK[type(annotations[index])])
    return Thing(sort="object", parts=[annotations[index] for index in indexes], at=indexes)


def in_order(things: Sequence[Thing]) -> None:
    """Drop the places of parts where they follow from the order of things."""
    places = [place for thing in things for place in thing.at or ()]
    if places == sorted(places):
        for thing in things:
            thing.at = None
