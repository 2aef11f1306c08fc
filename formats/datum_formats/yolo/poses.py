"""Poses: the keys of data.yaml that describe keypoints, and the lines that hold them.

``kpt_shape`` is the number of keypoints of every line and whether each has a visibility (3) or not
(2). ``flip_idx`` says which keypoint each becomes in a mirrored image, ``kpt_names`` what those of
each class are called, as Ultralytics has it; ``kpt_edges``, which pairs of them are linked, is our
own. A label with fewer keypoints than others leaves the rest absent.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.losses import LossReport
from datum.model import Annotation, Box, Categories, Item, Skeleton, SkeletonSpec
from datum_formats._common.losses import Places, count_fields, lose
from datum_formats._common.shapes import box_of_shape, is_finite
from datum_formats.yolo.config import Config
from datum_formats.yolo.decimals import box_text, points_of, points_text
from datum_formats.yolo.label_write import size_for
from datum_formats.yolo.objects import labelled_objects
from datum_formats.yolo.rows import Row, box_row, score_of

__all__ = ["PLACES", "Pose", "pose_config", "read_pose_config"]

PLACES = Places(name="YOLO", labels=frozenset(["skeletons"]))
_BOX = 4
_MOST = 10_000
"""Keypoints of an object; more is a broken file."""
_FLIP = "flip_idx"
_SCORES = "keypoint_scores"
"""The attribute with the scores of keypoints, as predictions have them."""

Bounds = tuple[float, float, float, float]


class Pose(msgspec.Struct, frozen=True, kw_only=True):
    """How lines spell keypoints."""

    count: int
    """Keypoints of each line."""
    dims: int
    """3 with a visibility, else 2."""
    categories: Categories

    def row(self, row: Row) -> tuple[Annotation, ...]:
        """A box and its keypoints; one alone where the other says nothing of its own.

        Raises:
            ValueError: The line has other columns, or numbers that cannot be.
        """
        length = _BOX + self.count * self.dims
        if len(row.words) not in (length, length + 1):
            raise ValueError(f"{len(row.words) + 1} columns, where {length + 1} are expected")
        score = score_of(row.words, length)
        (box,) = box_row(msgspec.structs.replace(row, words=row.words[:_BOX]))
        box = msgspec.structs.replace(box, score=score, group=row.group)
        keypoints = self._keypoints(row, row.words[_BOX:length])
        if keypoints is None:
            return (msgspec.structs.replace(box, group=0),)
        points, visibility, attributes = keypoints
        skeleton = Skeleton(
            points=points,
            visibility=visibility,
            label=row.label,
            score=score,
            group=row.group,
            attributes=attributes,
        )
        if _same(_bounds(skeleton), box_of_shape([box])):
            return (msgspec.structs.replace(skeleton, group=0),)
        return (box, skeleton)

    def _keypoints(
        self, row: Row, words: list[str]
    ) -> tuple[tuple[float, ...], tuple[int, ...], dict[str, Any]] | None:
        """Points, visibility, and scores of keypoints as attributes; None where all are absent."""
        dims = self.dims
        spelled = [word for at, word in enumerate(words) if at % dims < 2]  # noqa: PLR2004 (x and y)
        points = points_of(spelled, *row.size)
        if not is_finite(points):
            raise ValueError("keypoints are not finite")
        seen, scores = _seen(words[2::3]) if dims > 2 else (_placed(points), [])  # noqa: PLR2004 (x, y, visibility)
        spec = self.categories.skeleton_of(row.label)
        own = len(spec.joints) if spec else self.count
        if any(seen[own:]):
            raise ValueError(f"more than the {own} keypoints that kpt_names has for the class")
        attributes = {_SCORES: scores[:own]} if scores else {}
        return (points[: 2 * own], seen[:own], attributes) if any(seen) else None

    def lines(self, item: Item, categories: Categories, losses: LossReport) -> bytes:
        """A line of class, box and keypoints for each object."""
        found: list[str] = []
        for members in labelled_objects(item, categories, losses):
            size = size_for(item, members, losses)
            if size is not None:
                found += self._line(members, item, size, losses)
        return "".join(found).encode()

    def _line(
        self, members: list[Annotation], item: Item, size: tuple[int, int], losses: LossReport
    ) -> list[str]:
        box = next((one for one in members if isinstance(one, Box)), None)
        skeleton = next((one for one in members if self._fits(one)), None)
        values = box_of_shape([box] if box else members) or _bounds(skeleton)
        if values is None or not is_finite(values):
            lose(members, "YOLO for poses has boxes, and the keypoints of skeletons", item, losses)
            return []
        kept = [one for one in (box, skeleton) if one is not None]
        if box and skeleton and _same(_bounds(skeleton), values):
            lose([box], "the box around the keypoints is not told from none", item, losses)
            kept = [skeleton]
        for one in kept or members[:1]:
            alone = msgspec.structs.replace(one, group=0) if len(kept) > 1 else one
            count_fields(alone, item, losses, PLACES)
        others = [one for one in members if one is not box and one is not skeleton]
        lose(others, "YOLO for poses keeps the bounding box alone", item, losses)
        points = self._text(skeleton, size)
        return [f"{members[0].label} {box_text(values, *size)}{points}\n"]

    def _fits(self, one: Annotation) -> bool:
        """Whether this has the keypoints of its label, and one of them at least is there."""
        if not isinstance(one, Skeleton):
            return False
        spec = self.categories.skeleton_of(one.label)
        number = len(one.points) // 2
        seen = one.visibility or (2,) * number
        fits = spec is not None and number == len(spec.joints) == len(seen)
        return fits and any(seen) and is_finite(one.points) and set(seen) <= {0, 1, 2}

    def _text(self, skeleton: Annotation | None, size: tuple[int, int]) -> str:
        if not isinstance(skeleton, Skeleton):
            return " 0 0 0" * self.count
        words = points_text(skeleton.points, *size).split()
        number = len(words) // 2
        seen = skeleton.visibility or (2,) * number
        own = "".join(f" {words[2 * n]} {words[2 * n + 1]} {seen[n]}" for n in range(number))
        return own + " 0 0 0" * (self.count - number)


def _seen(words: Sequence[str]) -> tuple[tuple[int, ...], list[float]]:
    """Visibility of keypoints, and their scores, which Ultralytics writes in its place.

    Raises:
        ValueError: A number is neither.
    """
    values = [float(word) for word in words]
    if all(value in {0, 1, 2} for value in values):
        return tuple(map(int, values)), []
    for word, value in zip(words, values, strict=True):
        if not 0 <= value <= 1:
            raise ValueError(f"visibility '{word}' is not 0, 1 or 2, nor a score")
    return tuple(2 if value else 0 for value in values), values


def _placed(points: Sequence[float]) -> tuple[int, ...]:
    """Where no visibility is said, a keypoint outside the image to the left or top is absent."""
    return tuple(
        0 if x < 0 or y < 0 else 2 for x, y in zip(points[0::2], points[1::2], strict=True)
    )


def _bounds(one: Annotation | None) -> Bounds | None:
    """The box around the keypoints that are there."""
    if not isinstance(one, Skeleton):
        return None
    seen = one.visibility or (2,) * (len(one.points) // 2)
    xs = [x for x, there in zip(one.points[0::2], seen, strict=True) if there]
    ys = [y for y, there in zip(one.points[1::2], seen, strict=True) if there]
    return (min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)) if xs else None


def _same(one: Bounds | None, other: Bounds | None) -> bool:
    if one is None or other is None:
        return False
    return all(math.isclose(a, b, abs_tol=1e-6) for a, b in zip(one, other, strict=True))


def read_pose_config(config: Config) -> tuple[Pose, dict[str, Any]]:
    """What a data.yaml says of keypoints, and what of it is kept as infos.

    Raises:
        FormatError: It has no kpt_shape, or keys of keypoints are broken.
    """
    path, said = config.path, config.said
    shape = _numbers(said.get("kpt_shape"))
    if shape is None or len(shape) != 2 or shape[1] not in {2, 3} or not 0 < shape[0] <= _MOST:  # noqa: PLR2004 (count and dimensions)
        raise FormatError(f"kpt_shape is not [count, 2 or 3]: {said.get('kpt_shape')!r}", path=path)
    count, dims = shape
    names, edges = _by_class(config, "kpt_names"), _by_class(config, "kpt_edges")
    skeletons = tuple(
        _spec(config, label, names.get(str(label)), edges.get(str(label)), count)
        for label in range(len(config.names))
        if "kpt_names" not in said or str(label) in names
    )
    known = msgspec.structs.replace(Categories.of(config.names), skeletons=skeletons)
    flips = _numbers(said.get(_FLIP))
    infos = {} if flips is None else {_FLIP: flips}
    return Pose(count=count, dims=dims, categories=known), infos


def _by_class(config: Config, key: str) -> Mapping[str, Any]:
    found = config.said.get(key) or {}
    if not isinstance(found, dict):
        raise FormatError(f"{key} is not a map of classes", path=config.path)
    return found


def _spec(config: Config, label: int, names: Any, edges: Any, count: int) -> SkeletonSpec:
    joints = tuple(str(n) for n in range(count)) if names is None else tuple(names)
    pairs = [_numbers(pair) for pair in edges or ()]
    named = names is None or isinstance(names, list)
    if not (named and all(isinstance(name, str) for name in joints)) or len(joints) > count:
        raise FormatError(f"kpt_names of class {label} are not {count} names", path=config.path)
    linked = tuple(
        (pair[0], pair[1])
        for pair in pairs
        if pair is not None and len(pair) == 2 and max(pair) < len(joints) and min(pair) >= 0  # noqa: PLR2004 (two ends)
    )
    if len(linked) != len(pairs):
        raise FormatError(f"kpt_edges of class {label} are not pairs", path=config.path)
    return SkeletonSpec(label=label, joints=joints, edges=linked)


def _numbers(said: Any) -> list[int] | None:
    """Whole numbers of a list; None where it is none."""
    if not isinstance(said, list | tuple):
        return None
    if not all(isinstance(word, str) and word.isdecimal() and len(word) < 7 for word in said):  # noqa: PLR2004 (a guard)
        return None
    return [int(word) for word in said]


def pose_config(categories: Categories, infos: Mapping[str, Any]) -> tuple[Pose, dict[str, Any]]:
    """How the keypoints of *categories* are spelled, and the keys of data.yaml for it."""
    count = max([1, *(len(spec.joints) for spec in categories.skeletons)])
    keys: dict[str, Any] = {"kpt_shape": [count, 3]}
    flips = infos.get(_FLIP)
    if not _is_turn(flips, count):
        flips = _mirrored(categories)
    if flips is not None:
        keys[_FLIP] = list(flips)
    plain = tuple(str(n) for n in range(count))
    all_plain = all(spec.joints == plain for spec in categories.skeletons)
    if not all_plain or len(categories.skeletons) != len(categories.labels):
        keys["kpt_names"] = {spec.label: list(spec.joints) for spec in categories.skeletons}
    edges = {
        spec.label: [list(p) for p in spec.edges] for spec in categories.skeletons if spec.edges
    }
    if edges:
        keys["kpt_edges"] = edges
    return Pose(count=count, dims=3, categories=categories), keys


def _is_turn(flips: Any, count: int) -> bool:
    return isinstance(flips, list) and sorted(map(str, flips)) == sorted(map(str, range(count)))


def _mirrored(categories: Categories) -> list[int] | None:
    """For each joint the one on the other side, where names say left and right."""
    names = {spec.joints for spec in categories.skeletons}
    if len(names) != 1:
        return None
    (joints,) = names
    places = {name: at for at, name in enumerate(joints)}
    flips = [places.get(_other_side(name), at) for at, name in enumerate(joints)]
    return flips if flips != list(range(len(joints))) else None


def _other_side(name: str) -> str:
    for side, other in (("left", "right"), ("right", "left")):
        if side in name:
            return name.replace(side, other)
    return name
