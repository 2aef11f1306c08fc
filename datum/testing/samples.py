"""One fixed annotation of each kind, and of each field beyond the geometry."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from datum.model import (
    KINDS,
    Annotation,
    Categories,
    LabelCategory,
    SkeletonSpec,
)
from datum.testing.datasets import ListDataset, image_item

__all__ = ["FIELDS", "all_kinds_dataset", "sample", "sample_categories"]

_GEOMETRY: dict[str, dict[str, Any]] = {
    "label": {},
    "box": {"x": 1.0, "y": 2.0, "w": 3.0, "h": 2.0},
    "rotated_box": {"cx": 4.0, "cy": 3.0, "w": 3.0, "h": 2.0, "angle": 30.0},
    "polygon": {"points": (1.0, 1.0, 5.0, 1.0, 3.0, 4.0)},
    "polyline": {"points": (0.0, 0.0, 4.0, 5.0)},
    "points": {"points": (1.0, 1.0, 2.0, 3.0), "visibility": (2, 1)},
    "skeleton": {"points": (1.0, 1.0, 2.0, 3.0), "visibility": (2, 1)},
    "mask": {"height": 6, "width": 8, "counts": b"84:N>"},
    "ellipse": {"cx": 4.0, "cy": 3.0, "rx": 2.0, "ry": 1.0},
    "cuboid_2d": {"points": tuple(float(n % 6) + n / 16 for n in range(16))},
    "cuboid_3d": {
        "position": (1.0, 2.0, 3.0),
        "rotation": (0.0, 0.5, 0.25),
        "scale": (1.0, 1.0, 2.0),
    },
    "caption": {"text": "a caption"},
}
"""Fields of each kind, within an image of 6 rows and 8 columns."""


def sample(kind: str) -> Annotation:
    """An annotation of that kind with label 1 of :func:`sample_categories`; a caption has none."""
    return KINDS[kind](label=None if kind == "caption" else 1, **_GEOMETRY[kind])


def sample_categories() -> Categories:
    """Three labels; the second has a skeleton of two joints."""
    return Categories(
        labels=tuple(LabelCategory(name=name) for name in ("cat", "dog", "bird")),
        skeletons=(SkeletonSpec(label=1, joints=("head", "tail"), edges=((0, 1),)),),
    )


def all_kinds_dataset() -> ListDataset:
    """Two items, of which the first has an annotation of every kind."""
    items = [
        image_item("a", *(sample(kind) for kind in sorted(KINDS))),
        image_item("b", sample("box"), subset="val", seed=1),
    ]
    return ListDataset(items, sample_categories())


FIELDS: dict[str, Callable[[Annotation], tuple[Annotation, ...]]] = {
    "attribute": lambda one: (replace(one, attributes={"mood": "calm"}),),
    "group": lambda one: (replace(one, group=1), replace(one, group=1)),
    "id": lambda one: (replace(one, id=7),),
    "score": lambda one: (replace(one, score=0.5),),
    "z_order": lambda one: (replace(one, z_order=3),),
}
"""By the word of the loss report: annotations that have the field."""
