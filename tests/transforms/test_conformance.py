"""Every transform that is installed passes the suite."""

import pytest

from datum.plugins import find_transform, transform_names
from datum.testing.transform_suite import TransformSuite

OPTIONS = {
    "map_subsets": {"subset": ["train:learn"]},
    "project_infos": {"infos": ["author:me"]},
    "random_sampler": {"count": "1"},
    "remap_labels": {"label": ["cat:dog"]},
    "rename": {"regex": "|$|-{item.subset}|"},
    "sampler": {"count": "1"},
}
"""For those that need some."""

REMOVES = {
    "boxes_to_masks": {"box", "rotated_box"},
    "boxes_to_polygons": {"box", "rotated_box"},
    "masks_to_polygons": {"mask"},
    "polygons_to_masks": {"polygon", "ellipse"},
    "shapes_to_boxes": {
        *("polygon", "polyline", "mask", "points", "skeleton", "ellipse", "rotated_box"),
        "cuboid_2d",
    },
}
"""Kinds that go on purpose."""

LEAVES_OUT = {"random_sampler"}
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
