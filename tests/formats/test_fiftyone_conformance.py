"""FiftyOne keeps what its card claims."""

from msgspec.structs import replace

from datum.model import Categories, Item, Label, Mask, Points
from datum.testing.datasets import ListDataset
from datum.testing.formats import FormatSuite
from datum_formats.fiftyone import FIFTYONE


class TestFiftyOne(FormatSuite):
    format = FIFTYONE
    damages = 40

    def restrict(self, dataset: ListDataset) -> ListDataset:
        """Names of labels alone; visible points; masks of the image's size."""
        names = Categories.of(dataset.categories.names())
        return ListDataset(map(_plain, dataset), names, dataset.infos)


def _plain(item: Item) -> Item:
    found = []
    for one in item.annotations:
        if isinstance(one, Points):
            found.append(replace(one, visibility=()))
        elif not isinstance(one, Mask) or item.size == (one.height, one.width):
            found.append(one)
    if item.size is None:
        found = [one for one in found if isinstance(one, Label)]
    return replace(item, annotations=tuple(found))
