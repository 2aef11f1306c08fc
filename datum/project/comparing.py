"""Comparing two datasets, and keeping what came out."""

import msgspec

from datum.comparison.counts import compare_counts
from datum.comparison.distance import Distance, DistanceOptions
from datum.comparison.equality import IGNORED, Equality, EqualityOptions
from datum.comparison.files import write_distance, write_equality, write_table
from datum.comparison.results import DistanceReport, EqualityReport, TableReport
from datum.errors import UsageError
from datum.plugins import Output
from datum.project.reading import Progress
from datum.project.targets import Target

__all__ = ["METHODS", "Comparing", "Report", "compare"]

METHODS = ("distance", "equality", "table")

Report = DistanceReport | EqualityReport | TableReport


class Comparing(msgspec.Struct, frozen=True, kw_only=True):
    """How to compare, and what to keep."""

    method: str = "distance"
    """One of METHODS."""
    everything: bool = False
    """Whether to record what is equal, or right, too."""
    by_image: bool = False
    """Whether items are matched by their images; not for tables."""
    iou: float = 0.5
    """Of distance: least overlap of a match."""
    confidence: float = 0.0
    """Of distance: least score of what counts as found."""
    pictures: int = 500
    """Of distance: items with errors that are drawn."""
    ignored_fields: tuple[str, ...] = IGNORED
    ignored_attributes: tuple[str, ...] = ()
    ignored_item_attributes: tuple[str, ...] = ()
    """Of equality."""

    def check(self) -> None:
        """See whether the numbers make sense.

        Raises:
            UsageError: One does not.
        """
        if self.method not in METHODS:
            raise UsageError(f"no method '{self.method}'", hint=f"one of {', '.join(METHODS)}")
        if not 0 < self.iou <= 1:
            raise UsageError(f"an IoU of {self.iou:g}: it is more than 0 and at most 1")
        if not 0 <= self.confidence <= 1:
            raise UsageError(f"a confidence of {self.confidence:g}: it is from 0 to 1")
        if self.pictures < 0:
            raise UsageError(f"{self.pictures} pictures: 0 is the least")


def compare(
    first: Target,
    second: Target,
    how: Comparing,
    *,
    output: Output | None = None,
    progress: Progress | None = None,
) -> Report:
    """Compare two datasets.

    Args:
        first: The truth.
        second: What is held against it.
        how: By what method.
        output: Where report, tables, pictures and page go; None for nowhere.
        progress: Told how many items are done.

    Raises:
        UsageError: Something about *how* makes no sense.
    """
    how.check()
    sides = (first.text, second.text)
    if how.method == "table":
        report = compare_counts(first.dataset, second.dataset, progress=progress)
        if output is not None:
            write_table(output, report, sides)
        return report
    if how.method == "equality":
        options = EqualityOptions(
            fields=how.ignored_fields,
            attributes=how.ignored_attributes,
            item_attributes=how.ignored_item_attributes,
            by_image=how.by_image,
        )
        equality = Equality(
            first.dataset, second.dataset, options, everything=how.everything, progress=progress
        )
        if output is None:
            return equality.run()
        return write_equality(output, equality, sides, everything=how.everything)
    distance = Distance(
        first.dataset,
        second.dataset,
        DistanceOptions(iou=how.iou, confidence=how.confidence, by_image=how.by_image),
        everything=how.everything,
        progress=progress,
    )
    if output is None:
        return distance.run()
    return write_distance(output, distance, sides, pictures=how.pictures, everything=how.everything)
