"""The formats of labels of whole images keep what their cards claim."""

from msgspec.structs import replace

from datum.model import Categories, Item
from datum.plugins import POSSIBLE
from datum.testing.datasets import ListDataset
from datum.testing.formats import FormatSuite
from datum_formats.imagenet import IMAGENET, LISTS, WITH_SUBSETS


class _Labels(FormatSuite):
    __test__ = False
    damages = 40

    def restrict(self, dataset: ListDataset) -> ListDataset:
        """Names of labels alone: what else categories say is reported as lost."""
        items = [self.restrict_item(item) for item in dataset]
        return ListDataset(items, Categories.of(dataset.categories.names()), dataset.infos)

    def restrict_item(self, item: Item) -> Item:
        """The part of an item that survives."""
        return item


def each_once(item: Item) -> Item:
    """The item with each of its labels once; others are reported as lost."""
    kept = {one.label: one for one in reversed(item.annotations)}
    return replace(item, annotations=tuple(kept.values()))


class TestImagenet(_Labels):
    __test__ = True
    format = IMAGENET
    least_score = POSSIBLE + 1

    def restrict_item(self, item: Item) -> Item:
        """Each label once, for an image is in a folder once."""
        return each_once(item)


class TestWithSubsets(TestImagenet):
    format = WITH_SUBSETS


class TestLists(_Labels):
    __test__ = True
    format = LISTS
    without_media = False
