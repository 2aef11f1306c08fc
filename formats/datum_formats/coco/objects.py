"""An annotation of a file as annotations of an item: box, outlines, keypoints, in that order."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from math import isclose
from typing import Any

import msgspec
from msgspec import UNSET

from datum.errors import FormatError
from datum.model import Annotation, Box, Caption, Label, Mask, Points, Polygon, Skeleton
from datum_formats.coco.segmentation import Part, area_of, mask_of_rle, outline, ring_area
from datum_formats.coco.shapes import Ann, Extra, PartExtra, Rle

__all__ = ["AREA_SLACK", "ItemReader", "same_area"]

Placed = tuple[Annotation, int | None]

AREA_SLACK = (1e-9, 1e-6)
"""By how much, of itself or in square pixels, an area may differ and be the same."""


def same_area(stated: float, computed: float) -> bool:
    """Whether an area is the computed one, but for the order in which floats were summed."""
    relative, absolute = AREA_SLACK
    return isclose(stated, computed, rel_tol=relative, abs_tol=absolute)


class ItemReader:
    """Turns the annotations of one image after the other into annotations of items."""

    def __init__(self, joints: Mapping[int, int]) -> None:
        """Take the number of joints of each label that has a skeleton."""
        self._joints = joints

    def read(self, anns: Sequence[tuple[Ann, int | None]]) -> tuple[Annotation, ...]:
        """The annotations of an item.

        Args:
            anns: With the label's index as category_id, and the first id that the writer made.

        Raises:
            FormatError: The geometry is malformed; the message names the annotation.
        """
        found: list[Placed] = []
        seen: set[int] = set()
        groups = _free_groups(anns)
        for ann, first_new in anns:
            own = ann.id
            if own is not None:
                if own in seen or (first_new is not None and own >= first_new):
                    own = None
                else:
                    seen.add(own)
            try:
                found.extend(self._object(ann, own, groups))
            except FormatError as error:
                raise FormatError(f"annotation {ann.id}: {error.reason}") from error
        if any(at is not None for _, at in found):
            found.sort(key=lambda one: (one[1] is None, one[1] or 0))
        return _unique_ids([annotation for annotation, _ in found])

    def _object(self, ann: Ann, own: int | None, groups: Iterator[int]) -> list[Placed]:
        found = None if ann.segmentation is UNSET else outline(ann.segmentation)
        count = bool(ann.bbox) + bool(ann.keypoints) + (ann.caption is not None)
        count += len(found) if isinstance(found, list) else found is not None
        extra = ann.datum if ann.datum is not None and ann.datum.n == (count or 1) else None
        group = 0
        if count > 1:
            group = own or (next(groups) if extra is None else 0)
        attributes = dict(ann.attributes) if ann.attributes else {}
        if ann.iscrowd:
            _crowd(ann, attributes)
        common: dict[str, Any] = {
            "label": ann.category_id,
            "group": group,
            "score": ann.score,
            "attributes": attributes,
        }
        parts = self._parts(ann, found, own, common)
        if ann.area is not None and "area" not in attributes:
            _keep_area(ann.area, found, parts, attributes)
        if ann.num_keypoints is not None:
            _keep_count(ann, attributes)
        return [(part, None) for part in parts] if extra is None else _as_stated(parts, extra)

    def _parts(
        self,
        ann: Ann,
        found: list[tuple[float, ...]] | Rle | None,
        own: int | None,
        common: dict[str, Any],
    ) -> list[Annotation]:
        """Box, outlines, keypoints, caption; the first has the id."""
        parts: list[Annotation] = []
        if ann.bbox:
            parts.append(_box(ann.bbox, own, common))
            own = None
        if isinstance(found, Rle):
            height, width, counts = mask_of_rle(found)
            parts.append(Mask(height=height, width=width, counts=counts, id=own, **common))
            own = None
        else:
            label, group, score = ann.category_id, common["group"], ann.score
            attributes = common["attributes"]
            for ring in (
                found or ()
            ):  # by far the most frequent: spelled out, it takes half the time
                parts.append(
                    Polygon(
                        points=ring,
                        id=own,
                        label=label,
                        group=group,
                        score=score,
                        attributes=attributes,
                    )
                )
                own = None
        if ann.keypoints:
            parts.append(self._keypoints(ann, None if parts else own, common))
        if ann.caption is not None:
            parts.append(Caption(text=ann.caption, id=None if parts else own, **common))
        return parts or [Label(id=own, **common)]

    def _keypoints(self, ann: Ann, own: int | None, common: dict[str, Any]) -> Points | Skeleton:
        numbers = ann.keypoints or ()
        if len(numbers) % 3:
            raise FormatError(f"{len(numbers)} numbers of keypoints are no triplets")
        visibility = tuple(map(int, numbers[2::3]))
        if any(value not in (0.0, 1.0, 2.0) for value in numbers[2::3]):
            raise FormatError("visibility of a keypoint is not 0, 1 or 2")
        points = [0.0] * (2 * len(visibility))
        points[::2] = numbers[::3]
        points[1::2] = numbers[1::3]
        declared = self._joints.get(-1 if ann.category_id is None else ann.category_id)
        kind = Skeleton if declared == len(visibility) else Points
        return kind(points=tuple(points), visibility=visibility, id=own, **common)


def _free_groups(anns: Sequence[tuple[Ann, int | None]]) -> Iterator[int]:
    """Numbers of groups that nothing in the item has; worked out when the first is asked for."""
    used = {ann.id for ann, _ in anns}
    for ann, _ in anns:
        if ann.datum is not None:
            used.update(part.group for part in ann.datum.parts if part.group is not UNSET)
    yield from (number for number in count(1) if number not in used)


def _box(numbers: tuple[float, ...], own: int | None, common: dict[str, Any]) -> Box:
    if len(numbers) != 4:  # noqa: PLR2004 (left, top, width, height)
        raise FormatError(f"bbox has {len(numbers)} numbers instead of 4")
    x, y, w, h = numbers
    return Box(x=x, y=y, w=w, h=h, id=own, **common)


def _keep_area(
    stated: float,
    found: list[tuple[float, ...]] | Rle | None,
    parts: list[Annotation],
    attributes: dict[str, Any],
) -> None:
    """Keep an area that is not the one that follows from the geometry."""
    if found and isinstance(found, list):
        computed = sum(map(ring_area, found))
    else:
        computed = area_of([part for part in parts if isinstance(part, Part)])
    if not same_area(stated, computed):
        attributes["area"] = stated


def _keep_count(ann: Ann, attributes: dict[str, Any]) -> None:
    """Keep a number of keypoints that is not the number of those that are there."""
    if ann.num_keypoints != sum(1 for value in (ann.keypoints or ())[2::3] if value):
        attributes.setdefault("num_keypoints", ann.num_keypoints)


def _crowd(ann: Ann, attributes: dict[str, Any]) -> None:
    if ann.iscrowd != 1:
        raise FormatError(f"iscrowd is {ann.iscrowd}, not 0 or 1")
    attributes.setdefault("is_crowd", True)


def _as_stated(plain: list[Annotation], extra: Extra) -> list[Placed]:
    """The parts that the writer said there are."""
    found: list[Placed] = []
    for stated in extra.parts:
        if not 0 <= stated.of < len(plain):
            raise FormatError(f"datum: there is no part {stated.of}")
        found.append((_changed(plain[stated.of], stated), stated.at))
    return found


def _changed(part: Annotation, stated: PartExtra) -> Annotation:
    changes: dict[str, Any] = {"z_order": stated.z_order}
    for name in ("id", "group", "score", "attributes"):
        value = getattr(stated, name)
        if value is not UNSET:
            changes[name] = value
    if isinstance(part, Points | Skeleton) and stated.bare:
        changes["visibility"] = ()
    fields = msgspec.structs.asdict(part)
    if stated.kind == Skeleton.kind and isinstance(part, Points):
        return Skeleton(**{**fields, **changes})
    if stated.kind == Points.kind and isinstance(part, Skeleton):
        return Points(**{**fields, **changes})
    return msgspec.structs.replace(part, **changes)


def _unique_ids(annotations: list[Annotation]) -> tuple[Annotation, ...]:
    """The annotations, an id that was there already taken off the later one."""
    seen: set[int] = set()
    for index, annotation in enumerate(annotations):
        if annotation.id is None:
            continue
        if annotation.id in seen:
            annotations[index] = msgspec.structs.replace(annotation, id=None)
        seen.add(annotation.id)
    return tuple(annotations)
