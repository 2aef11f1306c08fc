"""Writing the tasks of Label Studio."""

from collections.abc import Iterator
from typing import Any

from datum.model import Item
from datum.plugins import Writing
from datum_formats._common.exports import items_with_images, subsets_of
from datum_formats._common.jsonfile import stream_list
from datum_formats._common.losses import Places, count_dataset, where
from datum_formats._common.names import subset_folder
from datum_formats.label_studio.config import CONFIG, config_text
from datum_formats.label_studio.regions_write import RegionWriter

__all__ = ["write_label_studio"]

_PLACES = Places(
    name="Label Studio",
    fields=frozenset(["score", "attributes"]),
    labels=frozenset(["color"]),
    item_attributes=True,
)
_TAKEN = frozenset(["image", "width", "height"])

Fields = dict[str, Any]


def write_label_studio(writing: Writing) -> None:
    """Write a list of tasks for each subset, and the labelling interface.

    Raises:
        FormatError: A subset, an item or a label has a name that the layout cannot hold.
    """
    count_dataset(writing, _PLACES)
    config_text(writing.dataset.categories, ())  # refuses names before anything is written
    used: set[str] = set()
    number = 0
    for subset in subsets_of(writing):
        name = subset_folder(subset)
        writer = _Subset(writing, subset, f"images/{name}/", number, used)
        writing.output.stream(f"{name}.json", stream_list(writer.tasks()))
        number = writer.number
    writing.output.write(CONFIG, config_text(writing.dataset.categories, used))


class _Subset:
    """The tasks of one subset, numbered on from those of the one before."""

    def __init__(
        self, writing: Writing, subset: str, folder: str, number: int, used: set[str]
    ) -> None:
        self._writing = writing
        self._subset = subset
        self._folder = folder
        self._used = used
        self.number = number

    def tasks(self) -> Iterator[Fields]:
        """A task for each item."""
        for item, image in items_with_images(self._writing, self._subset, self._folder, _PLACES):
            self.number += 1
            yield self._task(item, self._folder + image)

    def _task(self, item: Item, image: str) -> Fields:
        writer = RegionWriter(item, self._writing, self.number, _PLACES)
        relations = item.attributes.get("relations")
        said = writer.results(relations)
        self._used.update(writer.used)
        height, width = item.size or (None, None)
        data: Fields = {"image": image}
        if height is not None:
            data |= {"width": width, "height": height}
        for name, value in item.attributes.items():
            if name in _TAKEN:
                reason = "the data of a task has this key already"
                self._writing.losses.add(f"attribute {name}", reason, where=where(item))
            elif name != "relations" or not writer.has_relations:
                data[name] = value
        task: Fields = {"id": self.number, "data": data}
        task["annotations"] = [{"id": self.number, "result": said[False]}] if said[False] else []
        task["predictions"] = [{"id": self.number, "result": said[True]}] if said[True] else []
        return task
