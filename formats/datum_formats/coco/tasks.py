"""Which files hold a thing: instances, keypoints, captions and the others."""

from collections.abc import Collection
from typing import Any

from datum.losses import LossReport
from datum.model import Annotation, Categories, Points, Skeleton
from datum_formats.coco.join import BOX, KEYPOINTS, OUTLINE, Thing

__all__ = ["Chooser", "part_of"]

_KEYPOINTS = (Points.kind, Skeleton.kind)
_OBJECTS = ("instances", "person_keypoints", "stuff", "panoptic")


class Chooser:
    """Says for each thing which files hold it."""

    def __init__(self, tasks: Collection[str], categories: Categories) -> None:
        """Take the files that are wanted.

        Args:
            tasks: Those that were asked for; none where content decides.
            categories: Of the dataset.
        """
        self._asked = bool(tasks)
        self._tasks = frozenset(tasks or ("instances", "person_keypoints", "captions", "labels"))
        self._stuff = frozenset(
            index
            for index, label in enumerate(categories.labels)
            if label.infos.get("isthing") in (0, False) and "isthing" in label.infos
        )
        self._known: dict[tuple[str, int, bool], tuple[str, ...]] = {}

    def holders(self, thing: Thing[Any]) -> tuple[str, ...]:
        """The files that hold a thing, or some of it, in their order."""
        key = (thing.sort, thing.has, thing.parts[0].label in self._stuff)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._holders(*key)
        return known

    def _holders(self, sort: str, has: int, stuff: bool) -> tuple[str, ...]:
        if sort != "object":
            return (f"{sort}s",) if f"{sort}s" in self._tasks else ()
        holding = {
            "instances": bool(has & (BOX | OUTLINE)) and not (stuff and "stuff" in self._tasks),
            "person_keypoints": bool(has & KEYPOINTS)
            or not self._tasks & {"instances", "stuff", "panoptic"},
            "stuff": bool(has & (BOX | OUTLINE)) and (stuff or "instances" not in self._tasks),
            "panoptic": bool(has & OUTLINE),
        }
        return tuple(task for task in _OBJECTS if task in self._tasks and holding[task])

    def count_losses(
        self, thing: Thing[Any], holders: tuple[str, ...], losses: LossReport, where: str
    ) -> None:
        """Count the parts of a thing that no file holds."""
        if holders and not (thing.has & KEYPOINTS and "person_keypoints" not in holders):
            return
        files = ", ".join(sorted(self._tasks)) if self._asked else "COCO"
        for part in thing.parts:
            if not holders or part.kind in _KEYPOINTS:
                losses.add(part.kind, f"not held by {files}", where=where)


def part_of(task: str, thing: Thing[Annotation]) -> Thing[Annotation]:
    """What of a thing the file of a task holds: keypoints are in one file alone."""
    if task == "person_keypoints" or not thing.has & KEYPOINTS:
        return thing
    kept = [index for index, part in enumerate(thing.parts) if part.kind not in _KEYPOINTS]
    return Thing(
        sort=thing.sort,
        has=thing.has & ~KEYPOINTS,
        parts=[thing.parts[index] for index in kept],
        at=None if thing.at is None else [thing.at[index] for index in kept],
    )
