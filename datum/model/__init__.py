"""The values of a dataset: annotations, categories, media, items. Frozen, no I/O."""

from datum.model.annotation import (
    KIND_CODES,
    KINDS,
    Annotation,
    AttributeValue,
    Box,
    Caption,
    Common,
    Cuboid2D,
    Cuboid3D,
    Ellipse,
    Label,
    Mask,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
)
from datum.model.categories import AttributeSpec, Categories, LabelCategory, SkeletonSpec
from datum.model.item import DEFAULT_SUBSET, Item
from datum.model.media import ArchiveMember, Blob, Content, FileOnDisk, InMemory, Media
from datum.model.reading import Batch, Reading
from datum.model.statement import Statement

__all__ = [
    "DEFAULT_SUBSET",
    "KINDS",
    "KIND_CODES",
    "Annotation",
    "ArchiveMember",
    "AttributeSpec",
    "AttributeValue",
    "Batch",
    "Blob",
    "Box",
    "Caption",
    "Categories",
    "Common",
    "Content",
    "Cuboid2D",
    "Cuboid3D",
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
    "Reading",
    "RotatedBox",
    "Skeleton",
    "SkeletonSpec",
    "Statement",
]
