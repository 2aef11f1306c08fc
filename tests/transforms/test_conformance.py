"""Every transform that is installed passes the suite."""

import pytest

from datum.model import KINDS
from datum.plugins import find_transform, transform_names
from datum.testing.transform_suite import TransformSuite

OPTIONS = {
    "correct": {
        "reports": '{"validation_reports": [{"anomaly_type": "ZeroArea", "item_id": "a", '
        '"subset": "train", "annotation_id": 7}]}'
    },
    "merge_instance_segments": {"include_polygons": True},
    "crop": {"x": "1", "y": "1", "width": "5", "height": "4"},
    "map_subsets": {"subset": ["train:learn"]},
    "id_from_image_name": {"ensure_unique": True},
    "project_infos": {"infos": ["author:me"]},
    "project_labels": {"label": ["dog", "cat", "horse"]},
    "random_sampler": {"count": "1"},
    "remap_labels": {"label": ["cat:dog"]},
    "remove_items": {"ids": ["a:train"]},
    "rename": {"regex": "|$|-{item.subset}|"},
    "resize": {"width": "16", "height": "6"},
    "sampler": {"count": "1"},
    "tile": {"grid_size": "2 3"},
}
"""For those that need some."""

REMOVES = {
    "merge_instance_segments": {"polygon"},
    "anns_to_labels": frozenset(KINDS) - {"label", "caption"},
    "boxes_to_masks": {"box", "rotated_box"},
    "boxes_to_polygons": {"box", "rotated_box"},
    "masks_to_polygons": {"mask"},
    "polygons_to_masks": {"polygon", "ellipse"},
    "remove_annotations": frozenset(KINDS),
    "remove_items": frozenset(KINDS),
    "resize": {"rotated_box"},
    "shapes_to_boxes": {
        *("polygon", "polyline", "mask", "points", "skeleton", "ellipse", "rotated_box"),
        "cuboid_2d",
    },
}
"""Kinds that go on purpose."""

LEAVES_OUT = {"dedupe", "random_sampler", "remove_items"}
"""Those that leave out items."""


@pytest.fixture(params=transform_names(), autouse=True)
def transform_name(request):
    return request.param


class TestEvery(TransformSuite):
    """Each of them, by its entry point."""

    @pytest.fixture(autouse=True)
    def _of_this_name(self, transform_name):
        self.transform = find_transform(transform_name)
        self.options = OPTIONS.get(self.transform.name, {})
        self.removes = frozenset(REMOVES.get(self.transform.name, ()))
        self.leaves_out = self.transform.name in LEAVES_OUT
