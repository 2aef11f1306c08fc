"""The YOLO formats keep what their cards claim."""

from msgspec.structs import replace

from datum.model import Categories
from datum.testing.datasets import ListDataset
from datum.testing.formats import FormatSuite
from datum_formats.yolo import CLASSIFY, DARKNET, DETECT, NDJSON, ORIENTED, POSE, SEGMENT


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


class TestOriented(_Yolo):
    __test__ = True
    format = ORIENTED
    damages = 30


class TestPose(_Yolo):
    __test__ = True
    format = POSE
    damages = 30
    instance_groups = True

    def restrict(self, dataset: ListDataset) -> ListDataset:
        """Names of labels and skeletons, which data.yaml has keys for."""
        known = Categories.of(dataset.categories.names())
        known = replace(known, skeletons=dataset.categories.skeletons)
        return ListDataset(dataset, known, dataset.infos)


class TestClassify(_Yolo):
    __test__ = True
    format = CLASSIFY
    damages = 30

    def restrict(self, dataset: ListDataset) -> ListDataset:
        """Each label once, and no unlabelled item in a folder that is called as a label."""
        items = [
            replace(item, annotations=tuple({one.label: one for one in item.annotations}.values()))
            for item in dataset
            if item.annotations or item.id.split("/")[0] not in dataset.categories.names()
        ]
        return super().restrict(ListDataset(items, dataset.categories, dataset.infos))


class TestNdjson(_Yolo):
    __test__ = True
    format = NDJSON
    damages = 30
