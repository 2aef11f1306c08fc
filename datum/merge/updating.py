"""A dataset brought up to date by another: whole items, by subset and id."""

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from datum.dataset.dataset import Dataset, Row
from datum.dataset.write import edit_rows, write_row
from datum.diff.compare import changed_rows
from datum.errors import ConflictError
from datum.merge.consensus.declared import unite_many
from datum.merge.labels import relabel, unite_labels
from datum.merge.media import merge_media
from datum.merge.values import Prefer, merge_infos
from datum.model import Categories, Item, Media
from datum.objects.ids import ObjectId
from datum.objects.store import ObjectWriter

__all__ = ["Updated", "update_dataset"]


class Updated(msgspec.Struct, frozen=True, kw_only=True):
    """The snapshot, and how many items are new, are another's now, and are as they were."""

    snapshot: ObjectId
    added: int
    replaced: int
    equal: int


def update_dataset(
    writer: ObjectWriter,
    ours: Dataset,
    theirs: Dataset,
    *,
    prefer: Prefer | None = None,
    trust_ids: bool = False,
) -> Updated:
    """Put every item of *theirs* in place of the one of its subset and id in *ours*, or beside them.

    Labels are united by name, and nothing that is declared is lost. Where *theirs* knows less of an
    item's media, such as its bytes, what *ours* knows stays. Annotations that are the same keep their
    ids.

    Args:
        writer: Takes the objects, and reads those of both.
        ours: What is brought up to date.
        theirs: What comes in.
        prefer: Whose declaration stands where they differ; None to refuse.
        trust_ids: Whether annotation ids mean the same on both sides.

    Raises:
        ConflictError: Both declare a label, an attribute or a skeleton, and differently.
    """
    if prefer is None:
        _refuse_conflicts(ours.categories, theirs.categories)
    united, _ = unite_labels(Categories(), ours.categories, theirs.categories, prefer or "ours")
    rows: dict[bytes, Row | None] = {}
    added = replaced = 0
    for key, mine, row in _differing(ours, theirs, plain=united.plain):
        item = relabel(theirs.read(key, row), united.of_theirs)
        if mine is not None:
            item = _with_media(item, ours.read(key, mine))
        new = write_row(writer, item, media=_keep, before=mine, trust_ids=trust_ids)[0]
        if new != mine:
            added += mine is None
            replaced += mine is not None
            rows[key] = new
    infos = merge_infos({}, ours.infos, theirs.infos, "theirs", [])
    snapshot = edit_rows(writer, ours, rows, categories=united.categories, infos=infos)
    equal = len(theirs) - added - replaced
    return Updated(snapshot=snapshot, added=added, replaced=replaced, equal=equal)


def _differing(
    ours: Dataset, theirs: Dataset, *, plain: bool
) -> Iterator[tuple[bytes, Row | None, Row]]:
    """The items of *theirs* that may differ, with what *ours* has; equal subtrees are skipped.

    Args:
        ours: What is brought up to date.
        theirs: What comes in.
        plain: Whether a label's index means the same in both.
    """
    if plain:
        for key, mine, row in changed_rows(ours, theirs, by_name=True):
            if row is not None:
                yield key, mine, row
        return
    find = ours.lookup()
    for key, row in theirs.rows():
        yield key, find(key), row


def _refuse_conflicts(ours: Categories, theirs: Categories) -> None:
    conflicts = unite_many([("ours", ours), ("theirs", theirs)]).conflicts
    if conflicts:
        lines = [f"{one.what}: {one.first} and {one.other}" for one in conflicts]
        more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
        raise ConflictError(
            f"conflicting categories: {lines[0]}{more}",
            lines,
            hint="`--prefer ours` or `--prefer theirs` decides",
        )


def _with_media(item: Item, before: Item) -> Item:
    """The item, with what it leaves open of its media as it was before."""
    origin = Item(id=item.id, subset=item.subset)
    return replace(item, media=merge_media(origin, item, before, "ours", []))


def _keep(_writer: ObjectWriter, media: Media) -> Media:
    return media
