"""Which files hold a thing: instances, keypoints, captions and the others."""

from collections.abc import Collection

from datum.losses import LossReport
from datum.model import Categories, Points, Skeleton
from datum_formats.coco.join import Thing

__all__ = ["Chooser"]

_OBJECTS = ("instances", "person_keypoints", "stuff", "panoptic")


class Chooser:
    """Says for each thing which files hold it, and what of it each one does."""

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

    def holders(self, thing: Thing) -> list[str]:
        """The files that hold a thing, or some of it."""
        if thing.sort != "object":
            task = f"{thing.sort}s"
            return [task] if task in self._tasks else []
        return [task for task in _OBJECTS if task in self._tasks and self._holds(task, thing)]

    def _holds(self, task: str, thing: Thing) -> bool:
        if task == "panoptic":
            return thing.has_outline
        if task == "person_keypoints":
            return thing.has_keypoints or not self._tasks & {"instances", "stuff", "panoptic"}
        if not thing.has_box and not thing.has_outline:
            return False
        if task == "stuff":
            return "instances" not in self._tasks or thing.parts[0].label in self._stuff
        return "stuff" not in self._tasks or thing.parts[0].label not in self._stuff

    def count_losses(
        self, thing: Thing, holders: list[str], losses: LossReport, where: str
    ) -> None:
        """Count the parts of a thing that no file holds."""
        held = [id(part) for task in holders for part in self.part_of(task, thing).parts]
        for part in thing.parts:
            if id(part) not in held:
                files = ", ".join(sorted(self._tasks)) if self._asked else "COCO"
                losses.add(part.kind, f"not held by {files}", where=where)

    @staticmethod
    def part_of(task: str, thing: Thing) -> Thing:
        """What of a thing the file of a task holds."""
        if task not in ("instances", "stuff", "panoptic") or not thing.has_keypoints:
            return thing
        kept = [
            index
            for index, part in enumerate(thing.parts)
            if not isinstance(part, Points | Skeleton)
        ]
        return Thing(
            sort=thing.sort,
            parts=[thing.parts[index] for index in kept],
            at=None if thing.at is None else [thing.at[index] for index in kept],
        )
