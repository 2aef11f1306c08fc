"""VIA, VoTT, Create ML and Roboflow's table keep what their cards claim."""

from msgspec.structs import replace

from datum.model import Categories, Item, Label, LabelCategory, Points
from datum.testing.datasets import ListDataset
from datum.testing.formats import FormatSuite
from datum_formats.createml import CREATEML
from datum_formats.roboflow_multiclass import ROBOFLOW_MULTICLASS
from datum_formats.via import VIA
from datum_formats.vott import VOTT_CSV, VOTT_JSON


class _Tool(FormatSuite):
    __test__ = False
    damages = 30

    def restrict(self, dataset: ListDataset) -> ListDataset:
        """Names of labels alone; single points without visibility."""
        names = Categories.of(dataset.categories.names())
        return ListDataset(map(_single, dataset), names, dataset.infos)


def _single(item: Item) -> Item:
    found = [
        replace(one, points=one.points[:2], visibility=()) if isinstance(one, Points) else one
        for one in item.annotations
    ]
    return replace(item, annotations=tuple(found))


class TestVia(_Tool):
    __test__ = True
    format = VIA


class TestVottJson(_Tool):
    __test__ = True
    format = VOTT_JSON

    def restrict(self, dataset: ListDataset) -> ListDataset:
        """Tags have colours, too."""
        labels = [
            LabelCategory(name=one.name, color=one.color) for one in dataset.categories.labels
        ]
        plain = super().restrict(dataset)
        return ListDataset(plain, Categories(labels=tuple(labels)), plain.infos)


class TestVottCsv(_Tool):
    __test__ = True
    format = VOTT_CSV
    without_media = False


class TestCreateML(_Tool):
    __test__ = True
    format = CREATEML
    without_media = False


class TestMulticlass(_Tool):
    __test__ = True
    format = ROBOFLOW_MULTICLASS
    without_media = False

    def restrict(self, dataset: ListDataset) -> ListDataset:
        """Each label once."""
        items = [
            replace(item, annotations=tuple({one.label: one for one in item.annotations}.values()))
            for item in dataset
            if all(isinstance(one, Label) for one in item.annotations)
        ]
        return super().restrict(ListDataset(items, dataset.categories, dataset.infos))
