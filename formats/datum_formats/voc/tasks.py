"""The tasks of the challenges: what each one says of an item, and where its lists are."""

from collections.abc import Collection, Iterable, Mapping
from enum import Enum
from typing import Any

from datum.errors import UnknownNameError

__all__ = ["ONE_BASED", "ZERO_BASED", "Task", "find_tasks", "list_folders", "offset_of"]

ZERO_BASED = "dm-zero-based"
ONE_BASED = "voc-one-based"


class Task(Enum):
    """A task."""

    CLASSIFICATION = "classification"
    DETECTION = "detection"
    SEGMENTATION = "segmentation"
    LAYOUT = "layout"
    ACTION = "action"


_FOLDER = {
    Task.CLASSIFICATION: "Main",
    Task.DETECTION: "Main",
    Task.SEGMENTATION: "Segmentation",
    Task.LAYOUT: "Layout",
    Task.ACTION: "Action",
}
_OTHER_NAMES = {
    "person_layout": Task.LAYOUT,
    "action_classification": Task.ACTION,
    "instance_segmentation": Task.SEGMENTATION,
}


def list_folders(tasks: Collection[Task]) -> tuple[str, ...]:
    """The folders of the lists of the tasks, in a fixed order."""
    return tuple(dict.fromkeys(_FOLDER[task] for task in Task if task in tasks))


def find_tasks(names: Iterable[str]) -> frozenset[Task]:
    """The tasks of these names; a name may hold several, separated by commas. None for all.

    Raises:
        UnknownNameError: There is no such task.
    """
    known = {task.value: task for task in Task} | _OTHER_NAMES
    wanted = [word.strip() for name in names for word in name.split(",") if word.strip()]
    for word in wanted:
        if word not in known:
            raise UnknownNameError("task", word, known)
    return frozenset(known[word] for word in wanted) or frozenset(Task)


def offset_of(options: Mapping[str, Any]) -> int:
    """What the option ``coordinate_mode`` adds to the near edges in the file."""
    return 1 if options.get("coordinate_mode") == ONE_BASED else 0
