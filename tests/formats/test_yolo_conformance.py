"""The YOLO formats keep what their cards claim."""

from datum.model import Categories
from datum.testing.datasets import ListDataset
from datum.testing.formats import FormatSuite
from datum_formats.yolo import DARKNET, DETECT, SEGMENT


class _Yolo(FormatSuite):
    __test__ = False
    tolerance = 1e-9

    def restrict(self, dataset: ListDataset) -> ListDataset:
        """Names of labels alone: what else categories say is reported as lost."""
        return ListDataset(dataset, Categories.of(dataset.categories.names()), dataset.infos)


class TestDarknet(_Yolo):
    __test__ = True
    format = DARKNET


class TestDetect(_Yolo):
    __test__ = True
    format = DETECT


class TestSegment(_Yolo):
    __test__ = True
    format = SEGMENT
