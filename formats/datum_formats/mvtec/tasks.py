"""What is read and written of the layout."""

from enum import Enum

__all__ = ["GROUND_TRUTH", "MASK", "TEST", "Task"]

GROUND_TRUTH = "ground_truth"
MASK = "_mask.png"
TEST = "test"
"""The subset that has defects in the data set."""


class Task(Enum):
    """By the kinds of annotations."""

    ALL = frozenset(["label", "mask"])
    CLASSIFICATION = frozenset(["label"])
    SEGMENTATION = frozenset(["mask"])
    DETECTION = frozenset(["box"])
