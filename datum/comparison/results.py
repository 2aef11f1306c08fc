"""What comparisons come to, as values; their fields are the keys of the JSON files."""

from collections.abc import Iterable
from typing import Self

import msgspec

from datum.comparison.precision import Curve
from datum.diff.changes import CategoriesChange

__all__ = [
    "CountRow",
    "DistanceReport",
    "EqualityReport",
    "LabelResult",
    "Precision",
    "TableReport",
]


class LabelResult(msgspec.Struct, frozen=True):
    """How well one label was found, at the chosen overlap."""

    family: str
    label: str
    truth: int
    """Objects that there are."""
    found: int
    """Objects that were found, right or wrong."""
    matched: int
    """Objects that were found where they are, with their label."""
    precision: float | None
    """None where nothing was found."""
    recall: float | None
    """None where there is nothing to find."""
    f1: float | None
    """None where there is neither."""

    @classmethod
    def of(cls, family: str, label: str, truth: int, found: int, matched: int) -> Self:
        """From the counts."""
        return cls(
            family,
            label,
            truth,
            found,
            matched,
            matched / found if found else None,
            matched / truth if truth else None,
            2 * matched / (truth + found) if truth + found else None,
        )


class Precision(msgspec.Struct, frozen=True):
    """Average precision of one label, as COCO's evaluation has it."""

    measure: str
    """``box``, ``segment`` or a family."""
    label: str
    ap: float
    """Over IoU .5 to .95."""
    ap50: float
    ap75: float
    curve: tuple[float, ...]
    """Precision at IoU .5, at recall 0, .01, and so on to 1."""

    @classmethod
    def of(cls, measure: str, label: str, curve: Curve) -> Self:
        """From a curve."""
        return cls(measure, label, curve.ap, curve.ap50, curve.ap75, curve.precision)


class DistanceReport(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison by distance."""

    truth: str
    """Content id of the dataset that is right."""
    found: str
    """Content id of the other one."""
    iou: float
    confidence: float
    items: dict[str, int]
    """How many are in both, in the truth alone, in the other alone."""
    below_confidence: int
    """Objects found with less confidence than asked for; average precision counts them."""
    labels: tuple[LabelResult, ...]
    precision: tuple[Precision, ...]
    """Of labels that there is something to find of."""
    confusion: tuple[tuple[str, str | None, str | None, int], ...]
    """Family, label of the truth, label found, count; None for nothing there."""

    @property
    def equal(self) -> bool:
        """Whether all was found and nothing else."""
        alone = self.items["truth"] + self.items["found"]
        return not alone and all(truth == found for _, truth, found, _ in self.confusion)

    def totals(self) -> list[LabelResult]:
        """Each family with all its labels together."""
        return [
            LabelResult.of(
                family,
                "(all)",
                *(
                    sum(getattr(one, name) for one in self.labels if one.family == family)
                    for name in ("truth", "found", "matched")
                ),
            )
            for family in dict.fromkeys(one.family for one in self.labels)
        ]

    def means(self) -> list[tuple[str, float, float, float]]:
        """Measure, AP, AP at .5 and at .75: the means over labels, as COCO's summary has them."""
        return [
            (
                name,
                _mean(one.ap for one in of),
                _mean(one.ap50 for one in of),
                _mean(one.ap75 for one in of),
            )
            for name in dict.fromkeys(one.measure for one in self.precision)
            if (of := [one for one in self.precision if one.measure == name])
        ]


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)


class EqualityReport(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison for equality."""

    first: str
    """Content id of a dataset."""
    second: str
    """Content id of the other."""
    ignored_fields: tuple[str, ...]
    ignored_attributes: tuple[str, ...]
    ignored_item_attributes: tuple[str, ...]
    categories: CategoriesChange
    items: dict[str, int]
    """How many are in both, how many of these are different, how many only in the first or second."""
    annotations: dict[str, int]
    """How many are matched, and only in the first or the second."""
    labels: tuple[tuple[str, str, int, int], ...]
    """Kind, label, how many only the first has, how many only the second has."""

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        items = self.items
        return not (self.categories or items["different"] or items["first"] or items["second"])


class CountRow(msgspec.Struct, frozen=True):
    """How many both have of something."""

    section: str
    """``total``, ``subset``, ``kind``, ``label`` or ``label and kind``."""
    name: str
    first: int
    second: int


class TableReport(msgspec.Struct, frozen=True, kw_only=True):
    """Two datasets by their counts."""

    first: str
    """Content id of a dataset."""
    second: str
    """Content id of the other."""
    rows: tuple[CountRow, ...]

    @property
    def equal(self) -> bool:
        """Whether all counts are."""
        return all(row.first == row.second for row in self.rows)
