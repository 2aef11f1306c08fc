"""What comparisons come to, as values; their fields are the keys of the JSON files."""

from collections.abc import Iterable, Sequence
from typing import Self

import msgspec

from datum.comparison.precision import Curve
from datum.diff.changes import CategoriesChange

__all__ = [
    "CountRow",
    "DistanceReport",
    "EqualityReport",
    "LabelResult",
    "MeanPrecision",
    "Precision",
    "TableReport",
    "means_of",
    "totals_of",
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
    ap_small: float | None
    """Of objects up to 32² square pixels; None where there are none to find."""
    ap_medium: float | None
    """Of objects from 32² to 96² square pixels."""
    ap_large: float | None
    """Of objects from 96² square pixels on."""
    curve: tuple[float, ...]
    """Precision at IoU .5, at recall 0, .01, and so on to 1."""

    @classmethod
    def of(cls, measure: str, label: str, curve: Curve) -> Self:
        """From a curve."""
        of = curve
        return cls(
            *(measure, label, of.ap, of.ap50, of.ap75, of.ap_small, of.ap_medium, of.ap_large),
            of.precision,
        )


def totals_of(labels: Iterable[LabelResult]) -> tuple[LabelResult, ...]:
    """Each family with all its labels together."""
    counts: dict[str, list[int]] = {}
    for one in labels:
        so_far = counts.setdefault(one.family, [0, 0, 0])
        counts[one.family] = [
            a + b for a, b in zip(so_far, (one.truth, one.found, one.matched), strict=True)
        ]
    return tuple(LabelResult.of(family, "(all)", *of) for family, of in counts.items())


class MeanPrecision(msgspec.Struct, frozen=True):
    """Means over the labels of which there is something to find, as COCO's summary has them."""

    measure: str
    ap: float | None
    ap50: float | None
    ap75: float | None
    ap_small: float | None
    ap_medium: float | None
    ap_large: float | None

    @classmethod
    def over(cls, measure: str, labels: Iterable[Precision]) -> Self:
        """Of one measure."""
        of = list(labels)
        names = cls.__struct_fields__[1:]
        return cls(measure, *(_mean(getattr(one, name) for one in of) for name in names))


def means_of(precision: Sequence[Precision]) -> tuple[MeanPrecision, ...]:
    """The means of each measure."""
    return tuple(
        MeanPrecision.over(name, [one for one in precision if one.measure == name])
        for name in dict.fromkeys(one.measure for one in precision)
    )


def _mean(values: Iterable[float | None]) -> float | None:
    found = [value for value in values if value is not None]
    return sum(found) / len(found) if found else None


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
    totals: tuple[LabelResult, ...]
    """Each family with all its labels together."""
    labels: tuple[LabelResult, ...]
    means: tuple[MeanPrecision, ...]
    """Of each measure."""
    precision: tuple[Precision, ...]
    """Of labels that there is something to find of."""
    confusion: tuple[tuple[str, str | None, str | None, int], ...]
    """Family, label of the truth, label found, count; None for nothing there."""

    @property
    def equal(self) -> bool:
        """Whether all was found and nothing else."""
        alone = self.items["truth"] + self.items["found"]
        return not alone and all(truth == found for _, truth, found, _ in self.confusion)


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
