"""The annotations of an item as objects: a box, an outline and keypoints of one group are one.

Objects are compared in families. A **shape** covers an area, of whatever kind it is; **keypoints** are
points and skeletons; lines, boxes in space, captions and labels are families of their own. An object
with a shape and keypoints is in both families.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self

import msgspec

from datum.model import (
    Annotation,
    Box,
    Caption,
    Cuboid2D,
    Cuboid3D,
    Ellipse,
    Label,
    Mask,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
)
from datum.model.geometry import Bounds, area, bounds

__all__ = ["FAMILIES", "Object", "family_of", "objects_of"]

_FAMILY: dict[type[Any], str] = {
    Box: "shape",
    RotatedBox: "shape",
    Polygon: "shape",
    Mask: "shape",
    Ellipse: "shape",
    Cuboid2D: "shape",
    Points: "keypoints",
    Skeleton: "keypoints",
    Polyline: "polyline",
    Cuboid3D: "cuboid_3d",
    Caption: "caption",
    Label: "label",
}

FAMILIES = ("shape", "keypoints", "polyline", "cuboid_3d", "caption", "label")
"""In the order in which they are reported."""

_JOINED = (Box, Polygon, Mask, Points, Skeleton)
"""Kinds that one object may have several of."""


def family_of(annotation: Annotation) -> str:
    """The family that an annotation is compared in."""
    return _FAMILY[type(annotation)]


class Object(msgspec.Struct, frozen=True):
    """One thing in an image, with all that is said of it."""

    label: int
    """Place in the labels of both datasets."""
    parts: tuple[Annotation, ...]
    families: tuple[str, ...]
    """Those that it is compared in."""
    outline: tuple[Annotation, ...]
    """The parts that cover an area more exactly than a box; empty where there are none."""

    @classmethod
    def of(cls, label: int, parts: tuple[Annotation, ...]) -> Self:
        """An object of some annotations."""
        kinds = [_FAMILY[type(one)] for one in parts]
        return cls(
            label,
            parts,
            (kinds[0],) if kinds.count(kinds[0]) == len(kinds) else tuple(dict.fromkeys(kinds)),
            tuple(
                one
                for one, kind in zip(parts, kinds, strict=True)
                if kind == "shape" and type(one) is not Box
            ),
        )

    @property
    def score(self) -> float | None:
        """The confidence; None where nothing was said."""
        for one in self.parts:
            if one.score is not None:
                return one.score
        return None

    @property
    def crowd(self) -> bool:
        """Whether it stands for many, as COCO's ``iscrowd`` says."""
        return any(one.attributes and one.attributes.get("is_crowd") is True for one in self.parts)

    def parts_of(self, family: str) -> tuple[Annotation, ...]:
        """Its parts that a family compares."""
        return tuple(one for one in self.parts if family_of(one) == family)

    @property
    def box(self) -> Bounds:
        """Its box, or else the bounds of all its parts; nothing at the origin where it has no place."""
        for one in self.parts:
            if isinstance(one, Box):
                return (one.x, one.y, one.w, one.h)
        return _around(found for one in self.parts if (found := bounds(one)) is not None)

    @property
    def area(self) -> float:
        """The area that the source says, or that of the outline, or of the box; square pixels."""
        said = self.parts[0].attributes.get("area")
        if isinstance(said, int | float) and not isinstance(said, bool):
            return float(said)
        outline = self.outline
        if outline:
            return sum(map(area, outline))
        _, _, width, height = self.box
        return width * height


def _around(boxes: Iterable[Bounds]) -> Bounds:
    found = [one for one in boxes if all(map(math.isfinite, one))]
    if not found:
        return (0.0, 0.0, 0.0, 0.0)
    if len(found) == 1:
        return found[0]
    left, top = min(one[0] for one in found), min(one[1] for one in found)
    right, bottom = max(one[0] + one[2] for one in found), max(one[1] + one[3] for one in found)
    return (left, top, right - left, bottom - top)


def objects_of(
    annotations: Sequence[Annotation], place: Callable[[int | None], int]
) -> list[Object]:
    """The objects of an item, in the order of their first annotations.

    Annotations of one group and label are one object if they have one box at most, keypoints once at
    most, and either one mask or any number of polygons, as COCO's objects have.

    Args:
        annotations: Those of one item.
        place: Gives the place of a label.
    """
    groups: dict[tuple[int, int | None], list[Annotation]] = {}
    order: list[list[Annotation]] = []
    for one in annotations:
        if not one.group or not isinstance(one, _JOINED):
            order.append([one])
            continue
        members = groups.get((one.group, one.label))
        if members is None:
            members = groups[one.group, one.label] = []
            order.append(members)
        members.append(one)
    return [
        Object.of(place(parts[0].label), parts) for members in order for parts in _whole(members)
    ]


def _whole(members: list[Annotation]) -> list[tuple[Annotation, ...]]:
    """All members as one object, or each alone where they cannot be one."""
    if len(members) == 1:
        return [(members[0],)]
    kinds = [type(one) for one in members]
    outlines = kinds.count(Polygon) + kinds.count(Mask)
    several = kinds.count(Box) > 1 or kinds.count(Points) + kinds.count(Skeleton) > 1
    if several or (Mask in kinds and outlines > 1):
        return [(one,) for one in members]
    return [tuple(members)]
