"""The JSON of COCO as typed values, and what datum adds to it under the one key ``datum``.

Everything that COCO has no field for (several ids of one object, groups that are not the id, layers,
an object without a box) stands under ``datum``, at the file, an image, a category, an annotation or
a segment; other tools pass over it, and it is absent where COCO says everything.
"""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Raw, UnsetType

from datum.model import AttributeSpec

__all__ = [
    "ANNOTATION_KEYS",
    "Ann",
    "Extra",
    "FileExtra",
    "ImageExtra",
    "Int64",
    "LooseAnn",
    "PartExtra",
    "Rle",
]

Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]


class PartExtra(msgspec.Struct, frozen=True, omit_defaults=True):
    """What differs for one part of an object from what the plain COCO fields say of it."""

    of: int
    """Which part of the plain reading: the box, then each outline, then the keypoints."""
    kind: str | UnsetType = UNSET
    """``points`` or ``skeleton``, where the keypoints of the label would be the other."""
    id: Int64 | UnsetType | None = UNSET
    group: Int64 | UnsetType = UNSET
    z_order: Int64 = 0
    score: float | UnsetType | None = UNSET
    attributes: dict[str, Any] | UnsetType = UNSET
    at: int | None = None
    """Place among the annotations of the item, where it is not the order of the files."""
    bare: bool = False
    """The visibility of the keypoints is not stated."""


class Extra(msgspec.Struct, frozen=True, omit_defaults=True):
    """The parts that an object really has; void where it no longer has *n* parts."""

    n: int
    parts: tuple[PartExtra, ...]


class ImageExtra(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an image's fields cannot say of its item."""

    id: str | UnsetType = UNSET
    attributes: dict[str, Any] = {}
    """Those whose names are fields of COCO."""
    media: bool = True
    """Whether the item has media at all."""


class FileExtra(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a file's fields cannot say of the dataset."""

    subset: str | UnsetType = UNSET
    first_new_image_id: int | UnsetType = UNSET
    """From this one on, ids of images were made by the writer."""
    first_new_annotation_id: int | UnsetType = UNSET
    new_category_ids: bool = False
    attributes: tuple[AttributeSpec, ...] = ()
    """Those that annotations of every label may have."""
    infos: dict[str, Any] = {}


class Rle(msgspec.Struct, frozen=True):
    """Run lengths, plain or compressed; size is height, width."""

    counts: list[int] | str
    size: tuple[Annotated[int, Meta(ge=0, le=2**31)], Annotated[int, Meta(ge=0, le=2**31)]]


class Ann(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """An annotation of a file; *category_id* becomes the label's index once it is known."""

    image_id: int | str
    id: Int64 | None = None
    category_id: int | None = None
    bbox: tuple[float, ...] | None = None
    segmentation: Raw | UnsetType = UNSET
    area: int | float | None = None
    iscrowd: bool | int | float | None = None
    keypoints: tuple[float, ...] | None = None
    num_keypoints: int | None = None
    caption: str | None = None
    score: float | None = None
    attributes: dict[str, Any] | None = None
    segments_info: list[dict[str, Any]] | None = None
    file_name: str | None = None
    datum: Extra | None = None


class LooseAnn(Ann, forbid_unknown_fields=False, gc=False):
    """As Ann, for files whose annotations have further keys, which are read apart."""


ANNOTATION_KEYS = frozenset(Ann.__struct_fields__)
