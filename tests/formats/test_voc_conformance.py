"""The VOC formats keep what their cards claim."""

from msgspec.structs import replace

from datum.model import Categories, Item, Mask
from datum.testing.datasets import ListDataset
from datum.testing.formats import FormatSuite
from datum_formats._common.rle import decode_mask
from datum_formats.voc import (
    ACTION,
    CLASSIFICATION,
    DETECTION,
    KAGGLE,
    LAYOUT,
    ROBOFLOW,
    SEGMENTATION,
    VOC,
)


def _without_overlaps(item: Item) -> Item:
    """The item without masks that cover a pixel of an earlier one."""
    kept, covered = [], None
    for one in item.annotations:
        if isinstance(one, Mask):
            pixels = decode_mask(one)
            if covered is not None and (covered & pixels).any():
                continue
            covered = pixels if covered is None else covered | pixels
        kept.append(one)
    groups = [one.group for one in kept]
    alone = [replace(one, group=one.group if groups.count(one.group) > 1 else 0) for one in kept]
    return replace(item, annotations=tuple(alone))


class _Voc(FormatSuite):
    __test__ = False
    instance_groups = True
    damages = 30

    def restrict(self, dataset: ListDataset) -> ListDataset:
        """Labels alone: what else categories say, and covered pixels, are reported as lost."""
        labels = tuple(
            replace(label, parent="", attributes=()) for label in dataset.categories.labels
        )
        items = [_without_overlaps(item) for item in dataset]
        return ListDataset(items, Categories(labels=labels), dataset.infos)


class TestVoc(_Voc):
    __test__ = True
    format = VOC
    damages = 150


class TestClassification(_Voc):
    __test__ = True
    format = CLASSIFICATION


class TestDetection(_Voc):
    __test__ = True
    format = DETECTION


class TestSegmentation(_Voc):
    __test__ = True
    format = SEGMENTATION


class TestLayout(_Voc):
    __test__ = True
    format = LAYOUT


class TestAction(_Voc):
    __test__ = True
    format = ACTION


class _Flat(FormatSuite):
    __test__ = False
    damages = 30

    def restrict(self, dataset: ListDataset) -> ListDataset:
        """Names of labels alone."""
        return ListDataset(dataset, Categories.of(dataset.categories.names()), dataset.infos)


class TestRoboflow(_Flat):
    __test__ = True
    format = ROBOFLOW


class TestKaggle(_Flat):
    __test__ = True
    format = KAGGLE
