"""One object told by several files: instances and keypoints of COCO 2017 share their ids."""

from typing import Any

from msgspec import UNSET, Raw
from msgspec.structs import asdict

from datum.errors import FormatError
from datum_formats.coco.segmentation import outline
from datum_formats.coco.shapes import Ann

__all__ = ["Told", "unite"]

Told = tuple[Ann, int | None, int]
"""An annotation, the first id that its file's writer made, and the number of the file."""


def unite(told: list[Told]) -> list[Told]:
    """The annotations of an image, those of one object that several files tell put into one.

    What cannot be one stays apart: two that say different things, and a caption and a box.
    """
    places: dict[int, int] = {}
    found: list[Told] = []
    for one in told:
        ann, first_new, file = one
        place = None if ann.id is None else places.setdefault(ann.id, len(found))
        if place is None or place == len(found):
            found.append(one)
            continue
        other, _, other_file = found[place]
        merged = (other if other == ann else None) if file == other_file else _merge(other, ann)
        if merged is None:
            found.append(one)
        else:
            found[place] = (merged, first_new, other_file)
    return found


def _sort(ann: Ann) -> str:
    if ann.caption is not None:
        return "caption"
    geometry = ann.bbox or ann.keypoints or _segmentation(ann) is not UNSET
    return "object" if geometry else "label"


def _segmentation(ann: Ann) -> Any:
    empty = ann.segmentation is not UNSET and bytes(ann.segmentation) in (b"[]", b"[[]]", b"null")
    return UNSET if empty else ann.segmentation


def _merge(one: Ann, other: Ann) -> Ann | None:
    """Both as one; None where they contradict each other."""
    if one.category_id != other.category_id or _sort(one) != _sort(other):
        return None
    both = asdict(one)
    both["segmentation"] = _one_outline(one, other)
    both["attributes"] = _one_mapping(one.attributes, other.attributes)
    if both["segmentation"] is None or both["attributes"] is _CLASH:
        return None
    for name in _PLAIN:
        ours, theirs = both[name], getattr(other, name)
        if _empty(ours):
            both[name] = theirs
        elif not _empty(theirs) and ours != theirs:
            return None
    # the file without the keypoints may state their number too; the one that has them is right
    with_count = other if other.keypoints or one.num_keypoints is None else one
    both["num_keypoints"] = with_count.num_keypoints
    both["datum"] = max(one.datum, other.datum, key=lambda extra: extra.n if extra else -1)
    return Ann(**both)


_PLAIN = ("bbox", "area", "iscrowd", "keypoints", "score", "file_name", "segments_info")
_CLASH: dict[str, Any] = {"": None}


def _empty(value: Any) -> bool:
    return value is None or value in ((), 0)


def _one_mapping(ours: dict[str, Any] | None, theirs: dict[str, Any] | None) -> Any:
    mine, other = ours or {}, theirs or {}
    if any(mine[key] != other[key] for key in mine.keys() & other.keys()):
        return _CLASH
    return {**mine, **other} or None


def _one_outline(one: Ann, other: Ann) -> Any:
    """The outline of both; None where they have different ones."""
    mine, theirs = _segmentation(one), _segmentation(other)
    if mine is UNSET or theirs is UNSET:
        return theirs if mine is UNSET else mine
    if bytes(mine) == bytes(theirs) or _same_outline(mine, theirs):
        return mine
    return None


def _same_outline(mine: Raw, theirs: Raw) -> bool:
    try:
        return outline(mine) == outline(theirs)
    except FormatError:
        return False
