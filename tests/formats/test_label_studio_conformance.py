"""Label Studio keeps what its card claims."""

from msgspec.structs import replace

from datum.model import Caption, Categories, Item, Label, LabelCategory, Mask, Points
from datum.testing.datasets import ListDataset
from datum.testing.formats import FormatSuite
from datum_formats.label_studio import LABEL_STUDIO


class TestLabelStudio(FormatSuite):
    format = LABEL_STUDIO
    damages = 40

    def restrict(self, dataset: ListDataset) -> ListDataset:
        """Names and colours of labels; single points, masks of the image's size."""
        labels = [
            LabelCategory(name=one.name, color=one.color) for one in dataset.categories.labels
        ]
        return ListDataset(map(_plain, dataset), Categories(labels=tuple(labels)), dataset.infos)


def _plain(item: Item) -> Item:
    found = []
    for one in item.annotations:
        if isinstance(one, Points):
            found.append(replace(one, points=one.points[:2], visibility=()))
        elif not isinstance(one, Mask) or item.size == (one.height, one.width):
            found.append(one)
    if item.size is None:
        found = [one for one in found if isinstance(one, Label | Caption)]
    return replace(item, annotations=tuple(found))
