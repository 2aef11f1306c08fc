"""The folder of images keeps what its card claims."""

from datum.model import Categories
from datum.plugins import POSSIBLE
from datum.testing.datasets import ListDataset
from datum.testing.formats import FormatSuite
from datum_formats.image_dir import IMAGE_DIR


class TestImageDir(FormatSuite):
    format = IMAGE_DIR
    least_score = POSSIBLE

    def restrict(self, dataset: ListDataset) -> ListDataset:
        """Without labels, which are reported as lost."""
        return ListDataset(dataset, Categories(), dataset.infos)

    def test_an_empty_dataset(self) -> None:
        """A dataset without items and labels is written, and read back as one."""
        self._assert_survives(ListDataset([]), media=True)
