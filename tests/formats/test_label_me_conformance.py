"""LabelMe's XML keeps what its card claims."""

from msgspec.structs import replace

from datum.model import Categories, Item, Mask
from datum.testing.claims import without_lone_groups
from datum.testing.datasets import ListDataset
from datum.testing.formats import FormatSuite
from datum_formats.label_me import LABEL_ME


class TestLabelMe(FormatSuite):
    format = LABEL_ME
    damages = 40

    def restrict(self, dataset: ListDataset) -> ListDataset:
        """Names of labels alone; masks of the image's size."""
        names = Categories.of(dataset.categories.names())
        return ListDataset(map(_plain, dataset), names, dataset.infos)


def _plain(item: Item) -> Item:
    found = [
        one
        for one in item.annotations
        if not isinstance(one, Mask) or item.size in {None, (one.height, one.width)}
    ]
    return without_lone_groups(replace(item, annotations=tuple(found)))
