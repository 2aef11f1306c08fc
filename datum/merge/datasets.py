"""Three-way merge of datasets: only items that theirs changed are looked at."""

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from datum.dataset.dataset import Dataset, Row
from datum.dataset.write import edit_rows, write_row
from datum.diff.compare import changed_rows
from datum.merge.conflicts import Conflict
from datum.merge.items import merge_item
from datum.merge.labels import UnitedLabels, relabel, unite_labels
from datum.merge.values import Prefer, merge_infos
from datum.model import Categories, Item, Media
from datum.model.equality import same
from datum.objects.ids import ObjectId
from datum.objects.store import ObjectWriter

__all__ = ["Merged", "merge_datasets"]


class Merged(msgspec.Struct, frozen=True):
    """The merged snapshot, and what was in conflict; there the preferred side stands."""

    snapshot: ObjectId
    conflicts: tuple[Conflict, ...]


def merge_datasets(
    writer: ObjectWriter, base: Dataset, ours: Dataset, theirs: Dataset, prefer: Prefer = "ours"
) -> Merged:
    """Merge the changes from *base* to *theirs* into *ours*.

    Each dataset may have label lists of its own: they are united by name. A label that ours removed
    comes back where an annotation of theirs needs it; one that theirs removed goes where it is the
    last of the list and nothing needs it.
    """
    if theirs.oid in (base.oid, ours.oid):
        return Merged(ours.oid, ())
    if ours.oid == base.oid:
        return Merged(theirs.oid, ())
    labels, conflicts = unite_labels(base.categories, ours.categories, theirs.categories, prefer)
    infos = merge_infos(base.infos, ours.infos, theirs.infos, prefer, conflicts)
    merging = _Merging(writer, base, ours, theirs, labels, prefer)
    for key, before, after in changed_rows(base, theirs, by_name=labels.by_name):
        merging.merge(key, before, after)
    snapshot = edit_rows(writer, ours, merging.rows, categories=merging.categories(), infos=infos)
    return Merged(snapshot, (*conflicts, *merging.conflicts))


class _Merging:
    """The state of a merge, item by item."""

    def __init__(
        self,
        writer: ObjectWriter,
        base: Dataset,
        ours: Dataset,
        theirs: Dataset,
        labels: UnitedLabels,
        prefer: Prefer,
    ) -> None:
        self.rows: dict[bytes, Row | None] = {}
        """What becomes of the items that are not as in ours."""
        self.conflicts: list[Conflict] = []
        self._writer = writer
        self._base = base
        self._ours = ours
        self._theirs = theirs
        self._labels = labels
        self._plain = labels.plain
        self._prefer = prefer
        self._find = ours.lookup()
        self._returned: dict[int, int] = {}
        self._used: set[int | None] = set()

    def merge(self, key: bytes, before: Row | None, after: Row | None) -> None:
        """Merge one item that theirs changed."""
        mine = self._find(key)
        if self._plain and mine in (before, after):
            self.rows[key] = after
            return
        base, ours, theirs = (
            None if row is None else dataset.read(key, row)
            for dataset, row in ((self._base, before), (self._ours, mine), (self._theirs, after))
        )
        merged, clashes = merge_item(
            base and relabel(base, self._labels.of_base),
            ours,
            theirs and relabel(theirs, self._labels.of_theirs),
            self._prefer,
        )
        self.conflicts.extend(clashes)
        if same(merged, ours):
            self.rows[key] = mine
        elif merged is None:
            self.rows[key] = None
        else:
            settled = self._settled(merged)
            self.rows[key] = write_row(self._writer, settled, media=_keep, before=mine)[0]
        if merged is not None:
            self._used.update(one.label for one in merged.annotations)

    def _settled(self, item: Item) -> Item:
        """The item with labels that ours had removed put at the end of the list again."""
        size = len(self._labels.categories.labels)
        for one in item.annotations:
            if one.label is not None and one.label in self._labels.gone:
                self._returned.setdefault(one.label, size + len(self._returned))
        return relabel(item, self._returned)

    def categories(self) -> Categories:
        """The categories of the result; called when all items are merged."""
        united = self._labels.categories
        if not self._returned:
            return self._without_dropped(united)
        more = tuple(self._labels.gone[away] for away in self._returned)
        skeletons = [
            replace(spec, label=self._returned[away])
            for spec in self._theirs.categories.skeletons
            if (away := self._labels.of_theirs.get(spec.label)) in self._returned
        ]
        return replace(
            united,
            labels=united.labels + more,
            skeletons=united.skeletons + tuple(sorted(skeletons, key=lambda spec: spec.label)),
        )

    def _without_dropped(self, united: Categories) -> Categories:
        """Labels at the end that theirs removed and that no annotation has are removed."""
        labels = list(united.labels)
        if not labels or labels[-1].name not in self._labels.dropped:
            return united
        used = self._used | set(self._labels_of_ours())
        while labels and labels[-1].name in self._labels.dropped and len(labels) - 1 not in used:
            labels.pop()
        skeletons = tuple(spec for spec in united.skeletons if spec.label < len(labels))
        return replace(united, labels=tuple(labels), skeletons=skeletons)

    def _labels_of_ours(self) -> Iterable[int | None]:
        """Labels of the items that ours alone changed: of the others theirs knows."""
        for key, _, mine in changed_rows(self._base, self._ours):
            if mine is not None and key not in self.rows:
                yield from (one.label for one in self._ours.read_annotations(mine))


def _keep(_writer: ObjectWriter, media: Media) -> Media:
    return media
