"""The formats of driving, tracking and aerial images keep what their cards claim."""

from datum.detection import detect
from datum.model import Categories
from datum.testing.datasets import ListDataset, detection_dataset
from datum.testing.formats import FormatSuite
from datum_formats.kitti import KITTI_DETECTION


class _Driving(FormatSuite):
    __test__ = False
    damages = 30
    without_media = False

    def restrict(self, dataset: ListDataset) -> ListDataset:
        """Names of labels alone."""
        names = Categories.of(dataset.categories.names())
        return ListDataset(dataset, names, dataset.infos)

    def test_no_other_format_takes_it_for_its_own(self) -> None:
        """Of all formats that are installed, none other says as much of the output."""
        dataset = self._claimed(detection_dataset(), media=True)
        with self._folder() as folder:
            self._write(dataset, folder / "out", save_media=True)
            first, *others = detect(folder / "out").matches
        assert first.name == self.format.name
        assert all(other.score < first.score for other in others)


class TestKittiDetection(_Driving):
    __test__ = True
    format = KITTI_DETECTION
