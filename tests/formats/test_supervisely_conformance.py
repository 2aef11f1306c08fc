"""Supervisely keeps what its card claims."""

from msgspec.structs import replace

from datum.model import Categories, Item, Label, Mask, Points
from datum.testing.datasets import ListDataset
from datum.testing.formats import FormatSuite
from datum_formats.supervisely import SUPERVISELY


class TestSupervisely(FormatSuite):
    format = SUPERVISELY
    damages = 40

    def restrict(self, dataset: ListDataset) -> ListDataset:
        """Names of labels and skeletons; tags once, single points, masks of the image's size."""
        known = Categories.of(dataset.categories.names())
        known = replace(known, skeletons=dataset.categories.skeletons)
        return ListDataset(map(_plain, dataset), known, dataset.infos)


def _plain(item: Item) -> Item:
    found, seen = [], set()
    for one in item.annotations:
        if isinstance(one, Label):
            if one.label not in seen:
                seen.add(one.label)
                found.append(Label(label=one.label))
        elif isinstance(one, Points):
            found.append(replace(one, points=one.points[:2], visibility=()))
        elif not isinstance(one, Mask) or item.size == (one.height, one.width):
            found.append(one)
    return replace(item, annotations=tuple(found))
