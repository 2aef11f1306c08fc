"""Version control for annotated image datasets.

::

    import datum

    project = datum.create("flowers")
    project.add("export/", "coco")
    project.commit("First labels")
    for item in project.dataset():
        print(item.subset, item.id, len(item.annotations))
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = (
    False  # `typing` takes longer to import than all that happens before Ctrl-C is harmless
)
if TYPE_CHECKING:
    from typing import Any

    from datum.analysis.statistics import stats
    from datum.analysis.validating import validate
    from datum.dataset.dataset import Dataset
    from datum.errors import DatumError
    from datum.model import (
        Annotation,
        Box,
        Caption,
        Categories,
        Cuboid2D,
        Cuboid3D,
        Ellipse,
        FileOnDisk,
        InMemory,
        Item,
        Label,
        LabelCategory,
        Mask,
        Media,
        Points,
        Polygon,
        Polyline,
        RotatedBox,
        Skeleton,
    )
    from datum.project.project import Project

    create = Project.create
    open = Project.open  # noqa: A001 (datum.open, as gzip.open)

__all__ = [
    "Annotation",
    "Box",
    "Caption",
    "Categories",
    "Cuboid2D",
    "Cuboid3D",
    "Dataset",
    "DatumError",
    "Ellipse",
    "FileOnDisk",
    "InMemory",
    "Item",
    "Label",
    "LabelCategory",
    "Mask",
    "Media",
    "Points",
    "Polygon",
    "Polyline",
    "Project",
    "RotatedBox",
    "Skeleton",
    "create",
    "open",
    "stats",
    "validate",
]


_PLACES = {
    "Dataset": "datum.dataset.dataset",
    "DatumError": "datum.errors",
    "Project": "datum.project.project",
    "stats": "datum.analysis.statistics",
    "validate": "datum.analysis.validating",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: the command line needs few of them."""
    if name in ("create", "open"):
        return getattr(import_module("datum.project.project").Project, name)
    if name in __all__:
        return getattr(import_module(_PLACES.get(name, "datum.model")), name)
    raise AttributeError(f"module 'datum' has no attribute '{name}'")
