"""Writing panoptic annotations: one for each image, with its segments and a PNG."""

from collections.abc import Sequence
from typing import Any

from datum.model import Annotation, Item, Mask
from datum_formats._common.names import stem
from datum_formats.coco.join import Thing
from datum_formats.coco.panoptic import HIGHEST_ID, HiddenMask, paint

__all__ = ["PanopticNames", "numbers_for", "panoptic_entry"]


class PanopticNames:
    """Names of PNG files; no two images of a subset share one."""

    def __init__(self) -> None:
        self._names: set[str] = set()

    def name(self, file_name: str) -> str:
        """The PNG for an image."""
        # a back-slash separates folders to readers of other systems
        name = stem(file_name).replace("\\", "_") + ".png"
        while name in self._names:
            name = f"{name}.png"
        self._names.add(name)
        return name


def numbers_for(wanted: Sequence[int | str]) -> list[int]:
    """Ids that fit into a PNG: those wanted where they do, else the lowest that are free."""
    fitting = {one for one in wanted if isinstance(one, int) and 1 <= one <= HIGHEST_ID}
    free = iter(number for number in range(1, HIGHEST_ID) if number not in fitting)
    return [one if isinstance(one, int) and one in fitting else next(free) for one in wanted]


def panoptic_entry(
    item: Item, things: Sequence[Thing[Annotation]], entries: Sequence[dict[str, Any]], png: str
) -> tuple[dict[str, Any], bytes]:
    """The annotation of an image, all but its image_id, and its PNG.

    Args:
        item: The item.
        things: Objects with a mask each.
        entries: The JSON of each, with an id that fits into a PNG.
        png: Name of the PNG.
    """
    masks: list[tuple[int, Mask]] = [
        (entry["id"], part)
        for thing, entry in zip(things, entries, strict=True)
        for part in thing.parts
        if isinstance(part, Mask)
    ]
    size = item.size or max((mask.height, mask.width) for _, mask in masks)
    above = sorted(masks, key=lambda one: one[1].z_order)
    image, hidden = paint(above, size)
    segments = []
    for entry in entries:
        segment = {key: value for key, value in entry.items() if key != "segmentation"}
        extra = HiddenMask(whole=hidden.get(entry["id"]), parts=entry.get("datum"))
        segment.pop("datum", None)
        if extra != HiddenMask():
            segment["datum"] = extra
        segments.append(segment)
    return {"file_name": png, "segments_info": segments}, image
