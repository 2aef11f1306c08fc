"""Segment Anything keeps what its card claims."""

from datum.model import Categories
from datum.testing.datasets import ListDataset
from datum.testing.formats import FormatSuite
from datum_formats.segment_anything import SEGMENT_ANYTHING


class TestSegmentAnything(FormatSuite):
    format = SEGMENT_ANYTHING
    instance_groups = True
    damages = 40

    def restrict(self, dataset: ListDataset) -> ListDataset:
        """Names of labels alone."""
        return ListDataset(dataset, Categories.of(dataset.categories.names()), dataset.infos)
