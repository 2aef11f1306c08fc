"""The formats of labels of whole images keep what their cards claim."""

import cv2
import numpy as np
from msgspec.structs import replace

from datum.detection import detect
from datum.model import Categories, InMemory, Item, Label
from datum.outputs import MemoryOutput, write_dataset
from datum.plugins import LIKELY, POSSIBLE
from datum.testing.datasets import ListDataset, image_item
from datum.testing.formats import FormatSuite
from datum.testing.samples import sample, sample_categories
from datum_formats import mvtec
from datum_formats.celeba import ALIGN_CELEBA, CELEBA
from datum_formats.cifar import CIFAR
from datum_formats.image_zip import IMAGE_ZIP
from datum_formats.imagefolder import IMAGEFOLDER
from datum_formats.imagenet import IMAGENET, LISTS, WITH_SUBSETS
from datum_formats.kaggle import KAGGLE_IMAGE_CSV, KAGGLE_IMAGE_TXT
from datum_formats.lfw import LFW
from datum_formats.mnist import MNIST, MNIST_CSV
from datum_formats.reid import MARKET1501, MARS
from datum_formats.vgg_face2 import VGG_FACE2


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


def with_pixels(item: Item, *, grey: bool = False, side: int | None = None) -> Item:
    """The item with a PNG of its picture, in the size and with the channels that a format has."""
    image = item.image
    if image is None or not isinstance(image.content, InMemory):
        return item
    pixels = cv2.imdecode(np.frombuffer(image.content.data, np.uint8), cv2.IMREAD_COLOR)
    if side:
        pixels = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_NEAREST)
    if grey:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    data = cv2.imencode(".png", pixels)[1].tobytes()
    height, width = pixels.shape[:2]
    return replace(
        item, media=(replace(image, height=height, width=width, content=InMemory(data)),)
    )


def first_label(item: Item) -> Item:
    """The item with its first label; others are reported as lost."""
    return replace(item, annotations=item.annotations[:1])


class TestCifar(_Labels):
    __test__ = True
    format = CIFAR

    def restrict_item(self, item: Item) -> Item:
        """One label, and a PNG of the pixels."""
        return with_pixels(first_label(item))


class TestMnistCsv(_Labels):
    __test__ = True
    format = MNIST_CSV

    def restrict_item(self, item: Item) -> Item:
        """One label, and a PNG of grey levels."""
        return with_pixels(first_label(item), grey=True)


class TestMnist(TestMnistCsv):
    format = MNIST

    def restrict_item(self, item: Item) -> Item:
        """As in CSV, and all of one size."""
        return with_pixels(first_label(item), grey=True, side=28)


class TestImagefolder(_Labels):
    __test__ = True
    format = IMAGEFOLDER


def face(item: Item) -> Item:
    """The item with one label, one box, five points, all of one identity; flags for attributes."""
    kinds = {one.kind: one for one in reversed(item.annotations)}
    label = kinds["label"].label if "label" in kinds else None
    notes = [replace(one, label=label) for one in kinds.values() if one.kind != "points"]
    if "points" in kinds:
        five = tuple((kinds["points"].points * 5)[:10])
        notes.append(replace(kinds["points"], label=label, points=five, visibility=()))
    flags = {name: value for name, value in item.attributes.items() if isinstance(value, bool)}
    return replace(item, annotations=tuple(notes), attributes=flags)


class TestCeleba(_Labels):
    __test__ = True
    format = CELEBA
    without_media = False

    def restrict_item(self, item: Item) -> Item:
        """One face."""
        return face(item)


class TestAlignCeleba(TestCeleba):
    format = ALIGN_CELEBA


class TestVggFace2(_Labels):
    __test__ = True
    format = VGG_FACE2
    without_media = False

    def restrict_item(self, item: Item) -> Item:
        """One label for all; five points."""
        labels = [one for one in item.annotations if one.kind == "label"][:1]
        label = labels[0].label if labels else None
        notes = [replace(one, label=label) for one in item.annotations if one.kind == "box"]
        notes += [
            replace(one, label=label, points=tuple((one.points * 5)[:10]), visibility=())
            for one in item.annotations
            if one.kind == "points"
        ]
        return replace(item, annotations=(*labels, *notes))


class TestMars(_Labels):
    __test__ = True
    format = MARS

    def restrict_item(self, item: Item) -> Item:
        """One person."""
        return first_label(item)


class TestMarket1501(FormatSuite):
    format = MARKET1501
    damages = 40

    def restrict(self, dataset: ListDataset) -> ListDataset:
        """Without labels, which are reported as lost."""
        return ListDataset(dataset, Categories(), dataset.infos)

    def test_an_empty_dataset(self) -> None:
        """A dataset without items and labels is written, and read back as one."""
        self._assert_survives(ListDataset([]), media=True)


class TestLfw(_Labels):
    __test__ = True
    format = LFW
    without_media = False

    def restrict_item(self, item: Item) -> Item:
        """One label for all, visible points."""
        labels = [one for one in item.annotations if one.kind == "label"][:1]
        label = labels[0].label if labels else None
        notes = [
            replace(one, label=label, visibility=())
            for one in item.annotations
            if one.kind == "points"
        ]
        return replace(item, annotations=(*labels, *notes))


class TestMvtecClassification(_Labels):
    __test__ = True
    format = mvtec.CLASSIFICATION

    def restrict_item(self, item: Item) -> Item:
        """One label."""
        return first_label(item)


class TestMvtecSegmentation(_Labels):
    __test__ = True
    format = mvtec.SEGMENTATION

    def restrict_item(self, item: Item) -> Item:
        """One mask."""
        return first_label(item)


class TestMvtecDetection(_Labels):
    __test__ = True
    format = mvtec.DETECTION

    def restrict_item(self, item: Item) -> Item:
        """One box of whole pixels in the image."""
        width = 3.0 if item.size == (6, 8) else 2.0
        notes = [replace(one, x=1.0, y=2.0, w=width, h=2.0) for one in item.annotations[:1]]
        return replace(item, annotations=tuple(notes))


class TestMvtec(_Labels):
    __test__ = True
    format = mvtec.MVTEC

    def restrict_item(self, item: Item) -> Item:
        """A label, and a mask that has it."""
        labels = [one for one in item.annotations if one.kind == "label"][:1]
        masks = [one for one in item.annotations if one.kind == "mask"][: len(labels)]
        notes = [*labels, *(replace(one, label=labels[0].label) for one in masks)]
        return replace(item, annotations=tuple(notes))

    def test_its_own_output_is_recognised(self) -> None:
        """Where there is a mask; without any it is a folder of folders of labels."""
        notes = (Label(label=1), sample("mask"))
        output = MemoryOutput()
        dataset = ListDataset([image_item("a", *notes, subset="test")], sample_categories())
        write_dataset(self.format, dataset, output)
        assert sorted(output.files) == [
            *("dataset_meta.json", "ground_truth/dog/a_mask.png", "test/dog/a.jpg"),
        ]
        with self._folder() as folder:
            self._write(dataset, folder / "out", save_media=True)
            first, *others = detect(folder / "out").matches
        assert first.name == "mvtec"
        assert all(other.score < first.score for other in others)


class TestKaggleCsv(_Labels):
    __test__ = True
    format = KAGGLE_IMAGE_CSV
    without_media = False


class TestKaggleTxt(_Labels):
    __test__ = True
    format = KAGGLE_IMAGE_TXT
    without_media = False
    least_score = LIKELY - 20


class TestImageZip(TestMarket1501):
    format = IMAGE_ZIP
    least_score = POSSIBLE - 5
