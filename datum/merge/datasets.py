"""Three-way merge of datasets: only items that theirs changed are looked at."""

import msgspec

from datum.dataset.dataset import Dataset, Row
from datum.dataset.write import edit_rows, write_row
from datum.diff.compare import changed_rows
from datum.merge.conflicts import Conflict
from datum.merge.items import Prefer, merge_item
from datum.merge.labels import LabelMap, label_map, merge_categories, relabel
from datum.model import Item, Media
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

    Each dataset may have label lists of its own: they are united by name.
    """
    if theirs.oid in (base.oid, ours.oid):
        return Merged(ours.oid, ())
    if ours.oid == base.oid:
        return Merged(theirs.oid, ())
    categories, conflicts = merge_categories(base.categories, ours.categories, theirs.categories)
    infos = {**ours.infos, **{k: v for k, v in theirs.infos.items() if base.infos.get(k) != v}}
    maps = (
        _map(base, theirs, label_map(theirs.categories, categories), categories.names()),
        label_map(theirs.categories, categories),
    )
    rows: dict[bytes, Row | None] = {}
    for key, before, after in changed_rows(base, theirs):
        mine = ours.row(key)
        if mine == before and _plain(maps):
            rows[key] = after
            continue
        sides = (_item(base, key, before), _item(ours, key, mine), _item(theirs, key, after))
        merged, clashes = merge_item(
            sides[0] and relabel(sides[0], maps[0]),
            sides[1],
            sides[2] and relabel(sides[2], maps[1]),
            prefer,
        )
        conflicts.extend(clashes)
        rows[key] = None if merged is None else _write(writer, merged, mine)
    snapshot = edit_rows(writer, ours, rows, categories=categories, infos=infos)
    return Merged(snapshot, tuple(conflicts))


def _write(writer: ObjectWriter, item: Item, before: Row | None) -> Row:
    return write_row(writer, item, media=_keep, before=before)[0]


def _map(base: Dataset, theirs: Dataset, of_theirs: LabelMap, names: tuple[str, ...]) -> LabelMap:
    """Labels of base in the united list: by name, else through the label in the same place."""
    places = {name: index for index, name in enumerate(names)}
    known = set(theirs.categories.names())
    return {
        index: places.get(name) if name in known or name in places else of_theirs.get(index)
        for index, name in enumerate(base.categories.names())
    }


def _plain(maps: tuple[LabelMap, LabelMap]) -> bool:
    """Whether labels have the same index everywhere, so that ids can be taken over as they are."""
    return all(index == place for one in maps for index, place in one.items())


def _item(dataset: Dataset, key: bytes, row: Row | None) -> Item | None:
    return None if row is None else dataset.read(key, row)


def _keep(_writer: ObjectWriter, media: Media) -> Media:
    return media
