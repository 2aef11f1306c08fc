"""Three-way merge of the media of one item."""

from typing import Any

from msgspec.structs import replace

from datum.merge.conflicts import Conflict
from datum.merge.values import Prefer, decide
from datum.model import Blob, Item, Media

__all__ = ["merge_media"]

_FIELDS = ("path", "width", "height", "frame", "content")


def merge_media(
    base: Item, ours: Item, theirs: Item, prefer: Prefer, conflicts: list[Conflict]
) -> tuple[Media, ...]:
    """The media of an item: of the side that changed them.

    What one side leaves open, such as the bytes, the size or the media as such, is filled in from
    the other: two sources of the same images often differ in that. Nor is it a disagreement that
    two sources know an image by two paths: the first in the order of the alphabet stands.
    """
    if not ours.media or not theirs.media:
        return ours.media or theirs.media
    if max(len(item.media) for item in (base, ours, theirs)) == 1:
        merged = _merge_one(base.image, ours.media[0], theirs.media[0])
        if merged is not None:
            return (merged,)
    media, clash = decide(base.media, ours.media, theirs.media, prefer)
    if clash:
        sides = [", ".join(map(_shown, item.media)) for item in (base, ours, theirs)]
        conflicts.append(
            Conflict(
                item=f"{ours.subset}/{ours.id}",
                what="media",
                base=sides[0],
                ours=sides[1],
                theirs=sides[2],
            )
        )
    return media


def _shown(media: Media) -> str:
    """Path, size and bytes, which are what two sides may say differently."""
    size = f" {media.width}×{media.height}" if media.width and media.height else ""
    blob = f" #{media.content.oid.hex()[:12]}" if isinstance(media.content, Blob) else ""
    return f"{media.path}{size}{blob}"


def _merge_one(base: Media | None, ours: Media, theirs: Media) -> Media | None:
    """One medium of both, field by field; None where they do not agree."""
    if ours.role != theirs.role:
        return None
    values: dict[str, Any] = {}
    for name in _FIELDS:
        old, mine, yours = (
            None if media is None else getattr(media, name) for media in (base, ours, theirs)
        )
        if mine in (None, "") or yours in (None, ""):
            values[name] = yours if mine in (None, "") else mine
            continue
        values[name], clash = decide(old, mine, yours, "ours")
        if clash and name == "path" and not old:
            values[name] = min(mine, yours)
        elif clash:
            return None
    return replace(ours, **values)
