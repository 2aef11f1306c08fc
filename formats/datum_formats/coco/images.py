"""Images of a subset as JSON: unique file names, ids, and what COCO has no field for."""

from pathlib import Path
from typing import Any

from msgspec import UNSET

from datum.errors import FormatError
from datum.losses import LossReport
from datum.model import Item
from datum_formats._common.names import media_name, stem
from datum_formats.coco.layout import clean_name
from datum_formats.coco.shapes import ImageExtra
from datum_formats.coco.values import is_json

__all__ = ["ImageWriter", "wanted_id"]

_FIELDS = frozenset(["file_name", "width", "height", "datum"])


def wanted_id(item: Item) -> int | str | None:
    """The id that an item's image had in COCO; None where it had none that can be one."""
    wanted = item.attributes.get("id")
    if isinstance(wanted, bool) or not isinstance(wanted, int | str):
        return None
    return wanted


class ImageWriter:
    """Names the images of one subset, and makes their JSON."""

    def __init__(self, ext: str, losses: LossReport) -> None:
        """Begin.

        Args:
            ext: Extension, with the dot, that images are to get; empty for their own.
            losses: Counts what is not kept.
        """
        self._ext = ext
        self._losses = losses
        self._names: set[str] = set()

    def name(self, item: Item) -> str:
        """The file name of an item's image; no two items of the subset share one.

        Raises:
            FormatError: The item's id cannot be a file's name.
        """
        try:
            own = name = media_name(item, self._ext)
            name.encode()
        except UnicodeEncodeError as error:
            raise FormatError(
                f"item '{item.subset}/{ascii(item.id)[1:-1]}' cannot be the name of a file"
            ) from error
        ext = own[len(stem(own)) :] or ".jpg"
        while name in self._names:
            name += ext
        self._names.add(name)
        return name

    def fields(self, item: Item, name: str) -> dict[str, Any]:
        """The image, all but its id, which is apart: see :func:`wanted_id`.

        Args:
            item: The item.
            name: From :meth:`name`.
        """
        where = f"{item.subset}/{item.id}"
        size = item.size
        fields: dict[str, Any] = {} if size is None else {"width": size[1], "height": size[0]}
        fields["file_name"] = name
        hidden: dict[str, Any] = {}
        for key, value in item.attributes.items():
            if not is_json(value):
                self._losses.add(f"attribute {key}", "not a finite number", where=where)
            elif key in _FIELDS or (key == "id" and wanted_id(item) is None):
                hidden[key] = value
            elif key != "id":
                fields[key] = value
        same = stem(clean_name(name, Path())) == item.id
        extra = ImageExtra(id=UNSET if same else item.id, attributes=hidden, media=bool(item.media))
        if extra != ImageExtra():
            fields["datum"] = extra
        self._count_media(item, where)
        return fields

    def _count_media(self, item: Item, where: str) -> None:
        for media in item.media[1:]:
            self._losses.add(
                "media", f"one image for each item; {media.role} left out", where=where
            )
        image = item.image
        if image is not None and image.role != "image":
            self._losses.add("media role", "every image is one of role image", where=where)
        if image is not None and image.frame is not None:
            self._losses.add("frame", "COCO has no numbers of frames", where=where)
