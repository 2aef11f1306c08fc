"""Which column is what."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from datum.errors import UsageError

__all__ = ["HEADER", "KNOWN", "Columns", "guess", "parse_columns"]

HEADER = ("image", "label", "x", "y", "width", "height")
"""As they are written."""

_MEDIA = (
    *("image", "media", "image_name", "image_path", "image_file", "filename", "file_name", "file"),
    *("filepath", "file_path", "path", "image_id", "imageid", "img", "img_name", "id"),
)
_LABEL = (
    *("label", "labels", "label_name", "class", "class_name", "classname", "category", "target"),
    *("breed", "species", "class_id", "category_id"),
)
_CORNERS = (
    ("x1", "y1", "x2", "y2"),
    ("xmin", "ymin", "xmax", "ymax"),
    ("x_min", "y_min", "x_max", "y_max"),
)
_SIZES = (("x", "y", "width", "height"), ("x", "y", "w", "h"), ("x1", "y1", "width", "height"))
_BOX = ("bbox", "box", "bounding_box")

KNOWN = frozenset(
    [*_MEDIA, *_LABEL, *_BOX, *(name for four in (*_CORNERS, *_SIZES) for name in four)]
)
"""Names of columns, in lower case, that may be taken for something."""

Key = str | int


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """The places of columns in a row."""

    media: int
    label: int | None = None
    flags: tuple[tuple[str, int], ...] = ()
    """Labels, and the columns that are 1 where an image has them."""
    box: tuple[int, ...] = ()
    """One column, or four."""
    has_size: bool = False
    """Whether the last two numbers of a box are width and height; else they are right and bottom."""

    @property
    def used(self) -> frozenset[int]:
        """All of them."""
        label = [] if self.label is None else [self.label]
        return frozenset([self.media, *label, *(place for _, place in self.flags), *self.box])


def guess(header: Sequence[str], *, xywh: bool) -> Columns | None:
    """What columns are called as; None where none is that of the image."""
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        places.setdefault(name.strip().lower(), place)
    media = _first(places, _MEDIA)
    if media is None:
        return None
    one = _first(places, _BOX)
    if one is not None:
        return Columns(media=media, label=_first(places, _LABEL), box=(one,), has_size=xywh)
    for names, has_size in [
        *((four, True) for four in _SIZES),
        *((four, False) for four in _CORNERS),
    ]:
        if all(name in places for name in names):
            box = tuple(places[name] for name in names)
            return Columns(media=media, label=_first(places, _LABEL), box=box, has_size=has_size)
    return Columns(media=media, label=_first(places, _LABEL))


def _first(places: Mapping[str, int], names: Sequence[str]) -> int | None:
    """The first column, from the left, that has one of the names."""
    return min((places[name] for name in names if name in places), default=None)


class _Said(msgspec.Struct, forbid_unknown_fields=True):
    """The option."""

    media: Key
    label: Key | list[Key] | None = None
    bbox: Key | list[Key] | dict[str, Key] | None = None


def parse_columns(text: str, header: Sequence[str] | None, *, xywh: bool) -> Columns:
    """What the option ``columns`` says.

    Args:
        text: The option.
        header: Names of columns; None where they have none, and are counted from 0.
        xywh: Whether four numbers of a box that are not named end with width and height.

    Raises:
        UsageError: It is no such JSON, or names a column that is not there.
    """
    try:
        said = msgspec.json.decode(text, type=_Said)
    except msgspec.DecodeError as error:
        hint = """such as '{"media": "image", "label": "class"}'"""
        raise UsageError(f"--columns: {error}", hint=hint) from error
    flags = said.label if isinstance(said.label, list) else []
    box, has_size = _box(said.bbox, xywh=xywh)
    return Columns(
        media=_place(said.media, header),
        label=None if said.label is None or flags else _place(said.label, header),
        flags=tuple((str(name), _place(name, header)) for name in flags),
        box=tuple(_place(key, header) for key in box),
        has_size=has_size,
    )


def _box(said: Any, *, xywh: bool) -> tuple[list[Key], bool]:
    """The columns of a box, and whether the last two are its size."""
    if said is None:
        return [], False
    if isinstance(said, str | int):
        return [said], xywh
    if isinstance(said, list):
        if len(said) != len(_CORNERS[0]):
            raise UsageError(f"--columns: a box has 4 columns, not {len(said)}")
        return said, xywh
    for names, has_size in ((_SIZES[2], True), (_CORNERS[0], False)):
        if all(name in said for name in names):
            return [said[name] for name in names], has_size
    raise UsageError("--columns: a box has x1, y1, and width, height or x2, y2")


def _place(key: Any, header: Sequence[str] | None) -> int:
    if isinstance(key, int) and key >= 0 and (header is None or key < len(header)):
        return key
    if header is None:
        raise UsageError(f"--columns: '{key}' is no number of a column")
    if key not in header:
        raise UsageError(f"--columns: there is no column '{key}'; there are {', '.join(header)}")
    return header.index(key)
