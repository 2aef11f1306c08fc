"""LabelMe's JSON keeps what its card claims."""

from msgspec.structs import replace

from datum.model import Categories, Item, Label, Mask, Points
from datum.testing.claims import without_lone_groups
from datum.testing.datasets import ListDataset
from datum.testing.formats import FormatSuite
from datum_formats.labelme import LABELME


class TestLabelme(FormatSuite):
    format = LABELME
    damages = 40

    def restrict(self, dataset: ListDataset) -> ListDataset:
        """Names of labels alone; flags without fields and once; visible points, masks of the size."""
        names = Categories.of(dataset.categories.names())
        return ListDataset(map(_plain, dataset), names, dataset.infos)


def _plain(item: Item) -> Item:
    found, seen = [], set()
    for one in item.annotations:
        if isinstance(one, Label):
            if one.label not in seen:
                seen.add(one.label)
                found.append(Label(label=one.label))
        elif isinstance(one, Points):
            found.append(replace(one, visibility=()))
        elif not isinstance(one, Mask) or item.size == (one.height, one.width):
            found.append(one)
    return without_lone_groups(replace(item, annotations=tuple(found)))
