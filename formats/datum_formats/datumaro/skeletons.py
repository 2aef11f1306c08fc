"""Skeletons as CVAT's fork writes them: a points annotation for each joint, with its own label."""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import UNSET

from datum.errors import FormatError
from datum.model import Categories, Skeleton
from datum_formats.datumaro.records import PointsRecord, SkeletonRecord

__all__ = ["join_elements", "split_elements"]

_ABSENT = 0
_VISIBLE = 2


def join_elements(
    record: SkeletonRecord,
    common: dict[str, Any],
    categories: Categories,
    label: Callable[[int], int],
) -> Skeleton:
    """A skeleton out of its elements, in the order of the label's joints where these are known.

    Joints without an element are absent, at (0, 0). What an element has beside its place goes into
    the attribute ``elements``, a value for each joint.
    """
    for element in record.elements:
        if len(element.points) != 2:  # noqa: PLR2004 (x and y)
            raise FormatError("an element of a skeleton is not one point")
    spec = categories.skeleton_of(common.get("label"))
    order = _order(record.elements, spec.joints if spec else (), categories, label)
    chosen = [None if at is None else record.elements[at] for at in order]
    points = [
        number for element in chosen for number in (element.points if element else (0.0, 0.0))
    ]
    extras = [_extra(element) for element in chosen]
    if any(extras):
        common["attributes"] = {"elements": extras, **common["attributes"]}
    unknown = record.visibility_unknown is True
    visibility = () if unknown else tuple(_visibility(element) for element in chosen)
    return Skeleton(points=tuple(points), visibility=visibility, **common)


def _order(
    elements: Sequence[PointsRecord],
    joints: tuple[str, ...],
    categories: Categories,
    label: Callable[[int], int],
) -> list[int | None]:
    """For each joint the index of its element; the order of the file where labels do not tell."""
    places: dict[str, int] = {}
    for index, element in enumerate(elements):
        if element.label_id is not None:
            category = categories.labels[label(element.label_id)]
            places[category.name.removeprefix(f"{category.parent}.")] = index
    if joints and len(places) == len(elements) and set(places) <= set(joints):
        return [places.get(joint) for joint in joints]
    return list(range(len(elements)))


def _visibility(element: PointsRecord | None) -> int:
    if element is None:
        return _ABSENT
    value = element.visibility[0] if element.visibility else _VISIBLE
    if not _ABSENT <= value <= _VISIBLE:
        raise FormatError("a visibility is not 0, 1 or 2")
    return value


def _extra(element: PointsRecord | None) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if element is not None and element.attributes:
        extra["attributes"] = element.attributes
    if element is not None and isinstance(element.id, int) and element.id:
        extra["id"] = element.id
    return extra


def split_elements(skeleton: Skeleton, categories: Categories) -> tuple[PointsRecord, ...]:
    """The elements of a skeleton, one for each joint, in order."""
    spec = categories.skeleton_of(skeleton.label)
    joints = spec.joints if spec else ()
    parent = categories.name_of(skeleton.label)
    visibility = skeleton.visibility
    extras = _extras(skeleton)
    elements = []
    for index in range(len(skeleton.points) // 2):
        extra = extras[index] if index < len(extras) else {}
        elements.append(
            PointsRecord(
                id=extra.get("id", UNSET),
                attributes=extra.get("attributes", {}),
                label_id=_label_of(categories, parent, joints[index : index + 1]),
                points=skeleton.points[2 * index : 2 * index + 2],
                visibility=visibility[index : index + 1] or (_VISIBLE,),
            )
        )
    return tuple(elements)


def _extras(skeleton: Skeleton) -> list[dict[str, Any]]:
    found = skeleton.attributes.get("elements")
    if isinstance(found, list) and all(isinstance(entry, dict) for entry in found):
        return found
    return []


def _label_of(categories: Categories, parent: str, joint: tuple[str, ...]) -> int | None:
    if not joint:
        return None
    for index, label in enumerate(categories.labels):
        if label.parent == parent and label.name in (joint[0], f"{parent}.{joint[0]}"):
            return index
    return None
