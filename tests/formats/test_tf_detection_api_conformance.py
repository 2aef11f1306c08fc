"""TF Detection API keeps what its card says, and with --save-masks also masks beside their boxes."""

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec.structs import replace

from datum.plugins import Format
from datum.testing.datasets import ListDataset
from datum.testing.formats import FormatSuite
from datum_formats.tf_detection_api import TF_DETECTION_API


class TestTfDetectionApi(FormatSuite):
    format: ClassVar[Format] = TF_DETECTION_API


class TestWithMasks(FormatSuite):
    format: ClassVar[Format] = replace(
        TF_DETECTION_API, keeps=frozenset({"box", "mask"}), keeps_groups=True
    )
    write_options: ClassVar[Mapping[str, Any]] = {"save_masks": True}
    instance_groups = True

    def restrict(self, dataset: ListDataset) -> ListDataset:
        """A mask alone gets a box, so only masks that have one come back as they are."""
        items = [
            replace(
                item,
                annotations=tuple(
                    one for one in item.annotations if one.kind != "mask" or one.group
                ),
            )
            for item in dataset
        ]
        return ListDataset(items, dataset.categories, dataset.infos)
