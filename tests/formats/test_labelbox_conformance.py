"""Labelbox keeps what its card claims."""

from msgspec.structs import replace

from datum.model import Categories, Item, Points
from datum.testing.datasets import ListDataset
from datum.testing.formats import FormatSuite
from datum_formats.labelbox import LABELBOX


class TestLabelbox(FormatSuite):
    format = LABELBOX
    damages = 40

    def restrict(self, dataset: ListDataset) -> ListDataset:
        """Names of labels alone; single points, outlines without holes."""
        names = Categories.of(dataset.categories.names())
        return ListDataset(map(_plain, dataset), names, dataset.infos)


def _plain(item: Item) -> Item:
    found = [
        replace(one, points=one.points[:2], visibility=()) if isinstance(one, Points) else one
        for one in item.annotations
    ]
    return replace(item, annotations=tuple(found))
