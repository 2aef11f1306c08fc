"""A thing as an annotation of a file; what the plain fields cannot say goes under ``datum``."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from datum.errors import FormatError
from datum.losses import LossReport
from datum.model import Annotation, Box, Caption, Mask, Points, Polygon, Skeleton
from datum.model.pairing import fill_ids
from datum_formats._common import rle
from datum_formats.coco.join import Thing
from datum_formats.coco.objects import same_area
from datum_formats.coco.segmentation import area_of, bounds_of, ring_area
from datum_formats.coco.shapes import ANNOTATION_KEYS, Extra, PartExtra
from datum_formats.coco.values import is_json, same_value

__all__ = ["Composer", "ids_follow"]

_DECIMALS = 6
"""Of an area; it has no more where coordinates have up to two, and the rest is noise of floats."""


def ids_follow(held: Sequence[tuple[Thing[Annotation], int, bool]]) -> bool:
    """Whether the ids of an item's parts are those that it gets when its files are read again.

    Args:
        held: Each thing that the files hold, in their order, with the id of its annotation, and
            whether that was made, so that reading forgets it.
    """
    stated: list[int | None] = []
    for thing, number, new in held:
        if _states_ids(thing):
            stated += [part.id for part in thing.parts]
        else:
            stated += [None if new else number, *[None] * (len(thing.parts) - 1)]
    return fill_ids(stated) == [part.id for thing, _, _ in held for part in thing.parts]


def _states_ids(thing: Thing[Annotation]) -> bool:
    """Whether the parts are listed under ``datum`` anyway, with all of their ids."""
    return thing.at is not None or (thing.sort == "object" and type(thing.parts[0]) is not Box)


class Composer:
    """Makes the JSON of one annotation after the other."""

    def __init__(
        self,
        category_ids: tuple[int, ...],
        joints: Mapping[int, int],
        keys: frozenset[str],
        *,
        allow_attributes: bool,
        reindex: bool,
    ) -> None:
        """Take what is the same for all of them.

        Args:
            category_ids: For each label.
            joints: Number of joints of each label that has a skeleton.
            keys: Names of attributes that stand beside COCO's own keys.
            allow_attributes: Whether there may be keys that COCO does not have.
            reindex: Whether ids, and the numbers of groups, are not kept.
        """
        self._category_ids = category_ids
        self._joints = joints
        self._keys = keys - ANNOTATION_KEYS
        self._allow = allow_attributes
        self._reindex = reindex

    def compose(
        self,
        thing: Thing[Annotation],
        number: int,
        *,
        new: bool,
        follow: bool,
        losses: LossReport,
        where: str,
    ) -> dict[str, Any]:
        """The annotation, all but image_id.

        Args:
            thing: With parts that COCO has.
            number: The id of the annotation.
            new: Whether the id was made, so that reading will not take it for the part's own.
            follow: What :func:`ids_follow` says of the item.
            losses: Counts what is not kept.
            where: The item, for the report.
        """
        leader = thing.parts[0]
        entry: dict[str, Any] = {"id": number, "category_id": self._category(leader, losses, where)}
        if thing.sort == "object":
            plain = _geometry(thing, entry)
        else:
            plain = list(thing.parts)
            if isinstance(leader, Caption):
                entry["caption"] = leader.text
        score = leader.score
        if score is not None and isfinite(score):
            entry["score"] = score
        elif score is not None:
            losses.add("score", "not a finite number", where=where)
        if leader.attributes:
            self._attributes(leader.attributes, entry, losses, where)
        extra = self._extra(thing, plain, None if new else number, follow=follow)
        if extra is not None and self._allow:
            entry["datum"] = extra
        elif extra is not None:
            _count(extra, losses, where)
        return entry

    def _category(self, leader: Annotation, losses: LossReport, where: str) -> int | None:
        if leader.label is None:
            return None
        if not 0 <= leader.label < len(self._category_ids):
            losses.add("label", "not among the categories", where=where)
            return None
        return self._category_ids[leader.label]

    def _attributes(
        self, attributes: Mapping[str, Any], entry: dict[str, Any], losses: LossReport, where: str
    ) -> None:
        """Spread attributes over COCO's own fields, further keys, and ``attributes``."""
        nested: dict[str, Any] = {}
        for name, value in attributes.items():
            if not is_json(value):
                losses.add(f"attribute {name}", "not a finite number", where=where)
            elif not self._own_field(name, value, attributes, entry):
                nested[name] = value
        if nested and self._allow:
            entry["attributes"] = nested
            return
        for name in nested:
            losses.add(f"attribute {name}", "--allow-attributes is off", where=where)

    def _own_field(
        self, name: str, value: Any, attributes: Mapping[str, Any], entry: dict[str, Any]
    ) -> bool:
        """Write an attribute that has a key of its own; whether it has."""
        if name == "is_crowd" and value is True and "iscrowd" in entry:
            entry["iscrowd"] = 1
            return True
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if name == "area" and number and "area" in entry:
            return self._stated(name, value, entry, same=same_area(value, entry["area"]))
        if name == "num_keypoints" and isinstance(value, int) and number and "iscrowd" in entry:
            return self._stated(name, value, entry, same=value == entry.get(name, 0))
        if name in self._keys:
            entry[name] = value
            return True
        key = name.removeprefix("coco:")
        beside = key != name and key in attributes and key not in self._keys | ANNOTATION_KEYS
        if beside and self._allow:
            entry[key] = value
        return beside and self._allow

    @staticmethod
    def _stated(name: str, value: float, entry: dict[str, Any], *, same: bool) -> bool:
        """Write what is stated where it differs; reading leaves out what is as computed."""
        if not same:
            entry[name] = value
        return not same

    def _extra(
        self, thing: Thing[Annotation], plain: list[Annotation], own: int | None, *, follow: bool
    ) -> Extra | None:
        """How the parts differ from the plain reading; None where they do not."""
        group = (own or 0) if len(plain) > 1 else 0
        if self._reindex and len(plain) > 1:
            group = thing.parts[0].group
        derived = len(plain) - len(thing.parts)
        ids = not self._reindex and (not follow or _states_ids(thing))
        found: list[dict[str, Any]] = []
        for index, part in enumerate(thing.parts):
            changes = self._unlike(part, thing.parts[0], group)
            if ids and part.id != (None if index + derived else own):
                changes["id"] = part.id
            found.append(changes)
        if not derived and thing.at is None and not any(found):
            return None
        places: Sequence[int | None] = thing.at or [None] * len(found)
        parts = tuple(
            PartExtra(of=index + derived, at=places[index], **changes)
            for index, changes in enumerate(found)
        )
        return Extra(n=len(plain), parts=parts)

    def _unlike(self, part: Annotation, leader: Annotation, group: int) -> dict[str, Any]:
        """How a part differs from the plain reading, its id apart."""
        changes: dict[str, Any] = {}
        if part.group != group:
            changes["group"] = part.group
        if part.z_order:
            changes["z_order"] = part.z_order
        if part is not leader:
            _unlike_leader(part, leader, changes)
        if isinstance(part, Points | Skeleton):
            self._keypoints_extra(part, changes)
        return changes

    def _keypoints_extra(self, part: Points | Skeleton, changes: dict[str, Any]) -> None:
        label = -1 if part.label is None else part.label
        fits = self._joints.get(label) == len(part.points) // 2
        if fits != isinstance(part, Skeleton):
            changes["kind"] = part.kind
        if not part.visibility:
            changes["bare"] = True


def _unlike_leader(part: Annotation, leader: Annotation, changes: dict[str, Any]) -> None:
    if part.score != leader.score:
        changes["score"] = part.score
    if (part.attributes or leader.attributes) and not same_value(
        part.attributes, leader.attributes
    ):
        changes["attributes"] = part.attributes


def _geometry(thing: Thing[Annotation], entry: dict[str, Any]) -> list[Annotation]:
    """Write box, outline, keypoints, area; the parts that a plain reading will find."""
    parts: Any = thing.parts
    rings = [part.points for part in parts if type(part) is Polygon]
    mask = None if rings else next((part for part in parts if type(part) is Mask), None)
    if mask is None:
        entry["segmentation"] = rings
    else:
        entry["segmentation"] = {"size": [mask.height, mask.width], "counts": _counts(mask)}
    leader = parts[0]
    derived: list[Box] = []
    if type(leader) is Box:
        box: tuple[float, ...] | None = (leader.x, leader.y, leader.w, leader.h)
    else:
        box = bounds_of(parts)
        if box is not None:
            derived = [Box(x=box[0], y=box[1], w=box[2], h=box[3], label=leader.label)]
    area = sum(map(ring_area, rings)) if rings else area_of([*derived, *parts])
    entry["area"] = round(area, _DECIMALS) if isfinite(area) else area
    if box is not None:
        entry["bbox"] = box
    entry["iscrowd"] = 0
    last = parts[-1]
    if isinstance(last, Points | Skeleton):
        visibility = last.visibility or (2,) * (len(last.points) // 2)
        triplets = zip(last.points[::2], last.points[1::2], visibility, strict=True)
        entry["keypoints"] = [number for triplet in triplets for number in triplet]
        entry["num_keypoints"] = sum(1 for value in visibility if value)
    return [*derived, *parts]


def _counts(mask: Mask) -> str | list[int]:
    """Run lengths as COCO has them: as numbers for a crowd, else compressed."""
    if mask.attributes.get("is_crowd") is True:
        try:
            runs = list(rle.runs(mask.counts))
            if rle.compress(runs, mask.height, mask.width) == mask.counts:
                return runs
        except FormatError:
            pass  # they do not cover the image; who reads them has to say so
    return mask.counts.decode("ascii")


def _count(extra: Extra, losses: LossReport, where: str) -> None:
    """Count what is lost where there may be no keys beyond COCO's."""
    reason = "--allow-attributes is off"
    fields = ("id", "group", "z_order", "score", "attributes")
    for part in extra.parts:
        plain = PartExtra(of=part.of)
        for name in fields:
            if getattr(part, name) != getattr(plain, name):
                losses.add(name.removesuffix("s"), reason, where=where)
