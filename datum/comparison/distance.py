"""Two datasets compared by distance: what was found of the truth, what was missed, what is extra."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice

import msgspec
import numpy as np
from numpy.typing import NDArray

from datum.comparison.batches import Side, side_of
from datum.comparison.labels import Labels
from datum.comparison.matching import NOBODY, match
from datum.comparison.objects import FAMILIES, Object, Objects, objects_of, values_of
from datum.comparison.overlaps import MEASURES, SEGMENT, Size, overlaps_of
from datum.comparison.precision import Detections, detections_of, outcome
from datum.comparison.results import (
    DistanceReport,
    LabelResult,
    Precision,
    means_of,
    totals_of,
)
from datum.comparison.rows import Pair, Place, Places, bare_pairs, joined, notes_of, shares_ids
from datum.comparison.settled import certain, sure_counts, sure_parts
from datum.dataset.batch_read import decode_batch
from datum.dataset.dataset import Dataset
from datum.model import Item
from datum.model.columns import Ints

_WINDOW = 1 << 14
"""Items whose equal annotations are read at a time."""
_BATCH = 256
"""Items that are compared at a time."""

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
    def alone(self) -> str:
        """``missed`` or ``extra`` for an item that one side lacks, or nothing."""
        if self.pair.first is None:
            return "extra"
        return "missed" if self.pair.second is None else ""

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
        everything: bool = False,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Reads nothing yet.

        Args:
            truth: What is right.
            found: What is compared with it.
            options: How.
            everything: Whether to give items that are the same on both sides, too; without it, these
                are counted by arrays.
            progress: Told how far it is.
        """
        self.truth, self.found = truth, found
        self.options = options or DistanceOptions()
        self.labels = Labels(truth.categories, found.categories)
        self._places = tuple(partial(self.labels.place, side) for side in (0, 1))
        self._settles = not everything and shares_ids(truth, found) and self.labels.alike
        self._progress = progress
        self._items: Counter[str] = Counter()
        self._confusion: Counter[tuple[str, int, int]] = Counter()
        self._below = 0
        self._parts: defaultdict[str, list[Detections]] = defaultdict(list)

    def __iter__(self) -> Iterator[ItemMatches]:
        """Items in order, with all their matches: those that differ; all of them if *everything*."""
        waiting = joined(self.truth, self.found, by_image=self.options.by_image)
        done = 0
        while window := list(islice(waiting, _WINDOW)):
            open_ones = np.flatnonzero(~self._settle(window, done))
            for start in range(0, len(open_ones), _BATCH):
                chosen = open_ones[start : start + _BATCH]
                yield from self._compare([window[n] for n in chosen.tolist()], chosen + done)
                self._tell(done + int(chosen[-1]))
            done += len(window)
            self._tell(done)

    def _tell(self, done: int) -> None:
        if self._progress is not None:
            self._progress(done)

    def run(self) -> DistanceReport:
        """The report alone."""
        for _ in self:
            pass
        return self.report()

    def _settle(self, window: Sequence[Places], done: int) -> NDArray[np.bool_]:
        """Count what is the same on both sides; returns which items are done with, shape (items,)."""
        settled = np.zeros(len(window), np.bool_)
        for first, second in window:
            self._items[_presence(first, second)] += 1
        if not self._settles:
            return settled
        same = [
            n
            for n, (one, other) in enumerate(window)
            if one and other and one.row.annotations == other.row.annotations
        ]
        columns = decode_batch(notes_of(self.truth, [window[n][0] for n in same]))
        objects, _ = objects_of(columns, self._places[0])
        sure = certain(objects, len(same), self.options.confidence)
        settled[np.array(same, np.int64)[sure]] = True
        objects = objects.take(sure[objects.items])
        for (family, label), count in sure_counts(objects, len(self.labels.names)).items():
            self._confusion[family, label, label] += count
        for name, part in sure_parts(objects, np.array(same, np.int64) + done).items():
            self._parts[name].append(part)
        return settled

    def _compare(self, places: Sequence[Places], numbers: Ints) -> Iterator[ItemMatches]:
        pairs = bare_pairs(self.truth, self.found, places)
        truth = self._objects(0, [one for one, _ in places])
        found = self._objects(1, [other for _, other in places])
        matches: list[list[Match]] = [[] for _ in pairs]
        sizes = [pair.one.size for pair in pairs]
        present = truth[0].families.any(axis=0) | found[0].families.any(axis=0)
        for n in np.flatnonzero(present).tolist():
            family = FAMILIES[n]
            sides = [side_of(family, *side, len(pairs)) for side in (truth, found)]
            for place, one in self._family(family, sides[0], sides[1], sizes, numbers):
                matches[place].append(one)
        for pair, those in zip(pairs, matches, strict=True):
            yield ItemMatches(pair, tuple(those))

    def _objects(self, side: int, places: Sequence[Place | None]) -> tuple[Objects, list[Object]]:
        """The objects of one side, as arrays and as values."""
        columns = decode_batch(notes_of((self.truth, self.found)[side], places))
        objects, of = objects_of(columns, self._places[side])
        return objects, values_of(objects, of, columns)

    def _family(
        self, family: str, truth: Side, found: Side, sizes: Sequence[Size], numbers: Ints
    ) -> Iterator[tuple[int, Match]]:
        """The matches of one family, each with the place of its item among *sizes*."""
        overlaps = overlaps_of(family, truth, found, sizes)
        for name in overlaps.measures:
            self._parts[name].append(detections_of(name, truth, found, overlaps, numbers))
        sure = found.rows.scores >= self.options.confidence
        self._below += int((~sure).sum())
        of_truth, of_found = match(truth, found, overlaps, sure, self.options.iou)
        for n, pair in enumerate(of_truth.tolist()):
            other, overlap = None, 0.0
            if pair != NOBODY:
                other = found.values[overlaps.second[pair]]
                overlap = float(overlaps.overlap[pair])
            yield self._count(truth, n, Match(family, truth.values[n], other, overlap))
        for n in np.flatnonzero((of_found == NOBODY) & sure).tolist():
            yield self._count(found, n, Match(family, None, found.values[n], 0.0))

    def _count(self, side: Side, number: int, one: Match) -> tuple[int, Match]:
        """Count a match of an object; returns it with the place of its item."""
        a, b = (NOBODY if of is None else of.label for of in (one.truth, one.found))
        self._confusion[one.family, a, b] += 1
        return int(side.rows.items[number]), one

    def report(self) -> DistanceReport:
        """What came out, of the items that were iterated."""
        names = self.labels.names
        labels = tuple(self._label_results())
        precision = tuple(
            Precision.of(name, names[label], curve)
            for name in MEASURES
            if self._is_measured(name)
            for label, curve in outcome(name, self._parts[name], len(names)).items()
        )
        confusion = sorted(
            self._confusion.items(), key=lambda one: (FAMILIES.index(one[0][0]), one[0][1:])
        )
        return DistanceReport(
            truth=self.truth.oid.hex(),
            found=self.found.oid.hex(),
            iou=self.options.iou,
            confidence=self.options.confidence,
            items={one: self._items[one] for one in ("both", "truth", "found")},
            below_confidence=self._below,
            totals=totals_of(labels),
            labels=labels,
            means=means_of(precision),
            precision=precision,
            confusion=tuple(
                (family, self._name(a), self._name(b), count) for (family, a, b), count in confusion
            ),
        )

    def _is_measured(self, name: str) -> bool:
        """Masks are measured where both sides have some; all else where it is there at all."""
        return name != SEGMENT or any(len(part.labels) for part in self._parts[name])

    def _name(self, label: int) -> str | None:
        return None if label == NOBODY else self.labels.names[label]

    def _label_results(self) -> Iterator[LabelResult]:
        truth: Counter[tuple[str, int]] = Counter()
        found: Counter[tuple[str, int]] = Counter()
        for (family, a, b), count in self._confusion.items():
            truth[family, a] += count
            found[family, b] += count
        for family in FAMILIES:
            for label, name in enumerate(self.labels.names):
                sums = truth[family, label], found[family, label]
                if any(sums):
                    matched = self._confusion[family, label, label]
                    yield LabelResult.of(family, name, *sums, matched)


def _presence(first: Place | None, second: Place | None) -> str:
    if first is None:
        return "found"
    return "truth" if second is None else "both"
