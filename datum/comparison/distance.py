"""Two datasets compared by distance: what was found of the truth, what was missed, what is extra."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain

import msgspec
import numpy as np

from datum.comparison.batches import Side, side_of
from datum.comparison.keypoints import visible
from datum.comparison.labels import Labels
from datum.comparison.matching import NOBODY, match
from datum.comparison.objects import FAMILIES, Object, objects_of
from datum.comparison.overlaps import BOX, SEGMENT, Overlaps, overlaps_of
from datum.comparison.precision import Detections, detections_of, outcome
from datum.comparison.results import DistanceReport, LabelResult, Precision
from datum.comparison.rows import Pair, batches, joined
from datum.dataset.dataset import Dataset
from datum.model import Item

__all__ = ["Distance", "DistanceOptions", "ItemMatches", "Match"]


class DistanceOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to compare."""

    iou: float = 0.5
    """Least overlap of a match."""
    confidence: float = 0.0
    """Found objects of a lower score are left out of all but average precision."""
    by_image: bool = False
    """Whether items are matched by their images."""


class Match(msgspec.Struct, frozen=True):
    """One object, or two that are one."""

    family: str
    truth: Object | None
    found: Object | None
    overlap: float
    """0 where one side is missing."""

    @property
    def error(self) -> str:
        """``missed``, ``extra``, ``mislabelled``, or nothing."""
        if self.truth is None:
            return "extra"
        if self.found is None:
            return "missed"
        return "" if self.truth.label == self.found.label else "mislabelled"


class ItemMatches(msgspec.Struct, frozen=True):
    """What was found in one item."""

    pair: Pair
    matches: tuple[Match, ...]

    @property
    def item(self) -> Item:
        """The item, as the truth has it if it does."""
        return self.pair.one

    @property
    def errors(self) -> tuple[Match, ...]:
        """All but the right ones."""
        return tuple(one for one in self.matches if one.error)


class Distance:
    """A comparison by distance. Iterate it once, to the end; then ask for the report."""

    def __init__(
        self,
        truth: Dataset,
        found: Dataset,
        options: DistanceOptions | None = None,
        *,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Reads nothing yet.

        Args:
            truth: What is right.
            found: What is compared with it.
            options: How.
            progress: Told how far it is.
        """
        self.truth, self.found = truth, found
        self.options = options or DistanceOptions()
        self.labels = Labels(truth.categories, found.categories)
        self._places = tuple(partial(self.labels.place, side) for side in (0, 1))
        self._progress = progress
        self._items: Counter[str] = Counter()
        self._counts: Counter[tuple[str, str, int]] = Counter()
        self._confusion: Counter[tuple[str, int, int]] = Counter()
        self._below = 0
        self._explicit: Counter[tuple[str, int]] = Counter()
        self._parts: dict[str, list[Detections]] = {}

    def __iter__(self) -> Iterator[ItemMatches]:
        """The items, in order, with all their matches."""
        places = joined(self.truth, self.found, by_image=self.options.by_image)
        done = 0
        for pairs in batches(self.truth, self.found, places):
            yield from self._compare(pairs)
            done += len(pairs)
            if self._progress is not None:
                self._progress(done)

    def run(self) -> DistanceReport:
        """The report alone."""
        for _ in self:
            pass
        return self.report()

    def _compare(self, pairs: Sequence[Pair]) -> Iterator[ItemMatches]:
        for pair in pairs:
            self._items[_presence(pair)] += 1
        truth, found = zip(*map(self._objects, pairs), strict=True)
        matches: list[list[Match]] = [[] for _ in pairs]
        sizes = [pair.one.size for pair in pairs]
        present = {name for one in chain(*truth, *found) for name in one.families}
        # a crowd may swallow what was found beside it, so only items without one are settled
        settled = np.array(
            [a is b and not any(one.crowd for one in a) for a, b in zip(truth, found, strict=True)],
            np.bool_,
        )
        for family in FAMILIES:
            if family in present:
                sides = _of_family(truth, family), _of_family(found, family)
                overlaps = overlaps_of(family, sides[0], sides[1], sizes, settled)
                for place, one in self._family(family, sides[0], sides[1], overlaps):
                    matches[place].append(one)
        for pair, those in zip(pairs, matches, strict=True):
            yield ItemMatches(pair, tuple(those))

    def _objects(self, pair: Pair) -> tuple[list[Object], list[Object]]:
        """The objects of both sides; one list where the sides say the same."""
        truth = [] if pair.first is None else objects_of(pair.first.annotations, self._places[0])
        if pair.same and self.labels.alike:
            return truth, truth
        return truth, (
            [] if pair.second is None else objects_of(pair.second.annotations, self._places[1])
        )

    def _family(
        self, family: str, truth: Side, found: Side, overlaps: Overlaps
    ) -> Iterator[tuple[int, Match]]:
        self._measure(family, truth, found, overlaps)
        sure = found.scores >= self.options.confidence
        self._below += int((~sure).sum())
        usable = np.where(sure[overlaps.second], overlaps.overlap, -1.0)
        kept = overlaps._replace(overlap=usable)
        of_truth, of_found = match(truth, found, kept, max(self.options.iou, 0.0))
        yield from self._matched(family, truth, found, kept, of_truth.tolist())
        for n in np.flatnonzero((of_found == NOBODY) & sure).tolist():
            one = found.objects[n]
            self._count(family, None, one)
            yield int(found.items[n]), Match(family, None, one, 0.0)

    def _matched(
        self, family: str, truth: Side, found: Side, overlaps: Overlaps, pairs: list[int]
    ) -> Iterator[tuple[int, Match]]:
        for n, pair in enumerate(pairs):
            one = truth.objects[n]
            other = None if pair == NOBODY else found.objects[overlaps.second[pair]]
            overlap = 0.0 if pair == NOBODY else float(overlaps.overlap[pair])
            self._count(family, one, other)
            yield int(truth.items[n]), Match(family, one, other, overlap)

    def _count(self, family: str, one: Object | None, other: Object | None) -> None:
        if one is not None:
            self._counts[family, "truth", one.label] += 1
        if other is not None:
            self._counts[family, "found", other.label] += 1
        if one is not None and other is not None and one.label == other.label:
            self._counts[family, "matched", one.label] += 1
        places = [NOBODY if side is None else side.label for side in (one, other)]
        self._confusion[family, places[0], places[1]] += 1

    def _measure(self, family: str, truth: Side, found: Side, overlaps: Overlaps) -> None:
        """Keep what average precision needs."""
        ignore = truth.crowd
        if family == "keypoints":
            ignore = ignore | ~np.array([visible(one) for one in truth.objects], np.bool_)
        for name, measure in overlaps.measures.items():
            part = detections_of(name, truth, found, overlaps, ignore)
            self._parts.setdefault(name, []).append(part)
            for side, there in enumerate((measure.truth, measure.found)):
                self._explicit[name, side] += int(there.sum())

    def report(self) -> DistanceReport:
        """What came out, of the items that were iterated."""
        precision = {
            name: outcome(parts, len(self.labels.names))
            for name, parts in self._parts.items()
            if self._is_measured(name)
        }
        names = self.labels.names
        return DistanceReport(
            truth=self.truth.oid.hex(),
            found=self.found.oid.hex(),
            iou=self.options.iou,
            confidence=self.options.confidence,
            items={one: self._items[one] for one in ("both", "truth", "found")},
            below_confidence=self._below,
            labels=tuple(self._label_results()),
            precision=tuple(
                Precision.of(name, names[label], curve)
                for name in (BOX, SEGMENT, *FAMILIES[1:])
                for label, curve in precision.get(name, {}).items()
            ),
            confusion=tuple(
                (family, self._name(a), self._name(b), count)
                for (family, a, b), count in sorted(
                    self._confusion.items(), key=lambda one: (FAMILIES.index(one[0][0]), one[0][1:])
                )
            ),
        )

    def _is_measured(self, name: str) -> bool:
        """Masks are measured where both sides have some; all else where it is there at all."""
        return name != SEGMENT or all(self._explicit[name, side] for side in (0, 1))

    def _name(self, label: int) -> str | None:
        return None if label == NOBODY else self.labels.names[label]

    def _label_results(self) -> Iterator[LabelResult]:
        for family in FAMILIES:
            for label, name in enumerate(self.labels.names):
                truth, found, matched = (
                    self._counts[family, one, label] for one in ("truth", "found", "matched")
                )
                if truth or found:
                    yield LabelResult.of(family, name, truth, found, matched)


def _of_family(items: Sequence[Sequence[Object]], family: str) -> Side:
    return side_of([[one for one in objects if family in one.families] for objects in items])


def _presence(pair: Pair) -> str:
    if pair.first is None:
        return "found"
    return "truth" if pair.second is None else "both"
