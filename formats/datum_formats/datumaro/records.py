"""The shapes of the JSON: one struct for each type of annotation, told apart by ``type``."""

from typing import Annotated, Any, get_args

import msgspec
from msgspec import UNSET, UnsetType

__all__ = [
    "KNOWN_TYPES",
    "AnnotationRecord",
    "BoxRecord",
    "CaptionRecord",
    "CategoriesRecord",
    "ColorRecord",
    "ColormapRecord",
    "Cuboid2DRecord",
    "Cuboid3DRecord",
    "EllipseRecord",
    "FrameRecord",
    "Head",
    "ImageRecord",
    "ItemRecord",
    "KeypointsRecord",
    "LabelItemRecord",
    "LabelRecord",
    "LabelsRecord",
    "MaskRecord",
    "MediaRecord",
    "PathRecord",
    "PointsRecord",
    "PolygonRecord",
    "PolylineRecord",
    "RawItemRecord",
    "Rle",
    "RotatedBoxRecord",
    "SkeletonRecord",
    "SkeletonsRecord",
    "SpecRecord",
    "Typed",
    "VideoRecord",
]

Size = Annotated[int, msgspec.Meta(ge=0)]
Byte = Annotated[int, msgspec.Meta(ge=0, le=255)]
Flag = bool | UnsetType


class _Annotation(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag_field="type"):
    """What every annotation has. Datumaro writes null, or 0, for what it was not told."""

    id: int | UnsetType | None = UNSET
    attributes: dict[str, Any] | None = None
    group: int | None = 0
    object_id: int | UnsetType | None = UNSET
    score: float | UnsetType | None = UNSET
    id_is_zero: Flag = UNSET


class _Shape(_Annotation, frozen=True, kw_only=True, gc=False, tag_field="type"):
    label_id: int | None = None
    z_order: int | None = 0


class _Flat(_Annotation, frozen=True, kw_only=True, gc=False, tag_field="type"):
    """What Datumaro has no z-order for."""

    label_id: int | None = None
    z_order: int | UnsetType | None = UNSET


class LabelRecord(_Flat, frozen=True, kw_only=True, gc=False, tag="label"):
    """A label of the item."""


class CaptionRecord(_Annotation, frozen=True, kw_only=True, gc=False, tag="caption"):
    """A text; Datumaro knows neither label nor z-order of it."""

    caption: str
    label_id: int | UnsetType | None = UNSET
    z_order: int | UnsetType | None = UNSET


class Cuboid3DRecord(_Flat, frozen=True, kw_only=True, gc=False, tag="cuboid_3d"):
    """A box in space."""

    position: tuple[float, float, float]
    rotation: tuple[float, float, float]
    scale: tuple[float, float, float]


class Rle(msgspec.Struct, frozen=True, gc=False):
    """Run lengths: compressed text, or a list; size is height and width."""

    counts: str | list[int]
    size: tuple[Size, Size]


class MaskRecord(_Shape, frozen=True, kw_only=True, gc=False, tag="mask"):
    """Pixels."""

    rle: Rle


class BoxRecord(_Shape, frozen=True, kw_only=True, gc=False, tag="bbox"):
    """Left, top, width, height."""

    bbox: tuple[float, float, float, float]


class PolygonRecord(_Shape, frozen=True, kw_only=True, gc=False, tag="polygon"):
    """An outline; *rotated_box* where that is what it really is: cx, cy, w, h, degrees."""

    points: tuple[float, ...]
    holes: tuple[tuple[float, ...], ...] | UnsetType = UNSET
    rotated_box: tuple[float, float, float, float, float] | UnsetType = UNSET


class PolylineRecord(_Shape, frozen=True, kw_only=True, gc=False, tag="polyline"):
    """An open line."""

    points: tuple[float, ...]


class PointsRecord(_Shape, frozen=True, kw_only=True, gc=False, tag="points"):
    """Keypoints; *skeleton* where they are a skeleton's."""

    points: tuple[float, ...]
    visibility: tuple[int, ...] | UnsetType | None = UNSET
    skeleton: Flag = UNSET


class EllipseRecord(_Shape, frozen=True, kw_only=True, gc=False, tag="ellipse"):
    """Left, top, right, bottom; *ellipse* is cx, cy, rx, ry, degrees where these do not say it."""

    points: tuple[float, float, float, float]
    ellipse: tuple[float, float, float, float, float] | UnsetType = UNSET


class RotatedBoxRecord(_Shape, frozen=True, kw_only=True, gc=False, tag="rotated_bbox"):
    """Centre, width, height, degrees: as Datumaro's values have it; read, never written."""

    points: tuple[float, float, float, float, float]


class Cuboid2DRecord(_Shape, frozen=True, kw_only=True, gc=False, tag="cuboid_2d"):
    """Eight corners, as pairs; a flat list is read too."""

    points: list[Any]


class SkeletonRecord(_Annotation, frozen=True, kw_only=True, gc=False, tag="skeleton"):
    """A skeleton of CVAT's fork: one element for each joint, labelled with the joint's own label."""

    elements: tuple[PointsRecord, ...] = ()
    label_id: int | None = None
    z_order: int | UnsetType | None = UNSET
    visibility_unknown: Flag = UNSET


AnnotationRecord = (
    LabelRecord
    | CaptionRecord
    | Cuboid3DRecord
    | MaskRecord
    | BoxRecord
    | PolygonRecord
    | PolylineRecord
    | PointsRecord
    | EllipseRecord
    | RotatedBoxRecord
    | Cuboid2DRecord
    | SkeletonRecord
)


class ImageRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An image; size is height and width."""

    path: str | None = None
    size: tuple[Size, Size] | UnsetType | None = UNSET


class PathRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Media of which only the path is told."""

    path: str | None = None


class FrameRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A frame of a video."""

    video_path: str | None = None
    frame_index: int | None = None


class VideoRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A video, or a part of one."""

    path: str | None = None
    step: int = 1
    start_frame: int = 0
    end_frame: int | UnsetType | None = UNSET


class MediaRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A media value in full; *file* is where its bytes are, relative to the root."""

    role: str = "image"
    path: str = ""
    width: int | None = None
    height: int | None = None
    frame: int | None = None
    file: str | None = None


class _Item(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    id: str | int
    attr: dict[str, Any] | None = None
    image: ImageRecord | None = None
    point_cloud: PathRecord | None = None
    related_images: tuple[ImageRecord, ...] | None = None
    video_frame: FrameRecord | None = None
    video: VideoRecord | None = None
    media: PathRecord | None = None
    media_list: tuple[MediaRecord, ...] | None = None


class ItemRecord(_Item, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """An item whose annotations are all of a type that is known."""

    annotations: tuple[AnnotationRecord, ...]


class RawItemRecord(_Item, frozen=True, kw_only=True, gc=False):
    """An item with annotations as yet undecoded."""

    annotations: tuple[msgspec.Raw, ...] = ()


class SpecRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An attribute as a labelling tool declares it."""

    name: str
    input_type: str = ""
    default: str = ""
    values: tuple[str, ...] = ()
    mutable: bool = False


class LabelItemRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A label; attributes are names, *attribute_specs* has more of them."""

    name: str
    parent: str | None = ""
    attributes: tuple[str, ...] | None = ()
    attribute_specs: tuple[SpecRecord, ...] | UnsetType = UNSET
    infos: dict[str, Any] | UnsetType = UNSET


class LabelsRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The labels, and the attributes that all of them may have."""

    labels: tuple[LabelItemRecord, ...] = ()
    label_groups: list[Any] = msgspec.field(default_factory=list)
    attributes: tuple[str, ...] | None = ()
    attribute_specs: tuple[SpecRecord, ...] | UnsetType = UNSET


class ColorRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The colour of a label."""

    label_id: int
    r: Byte
    g: Byte
    b: Byte


class ColormapRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The colours of masks."""

    colormap: tuple[ColorRecord, ...] = ()


class KeypointsRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The skeleton of a label; joints are counted from 1, as COCO does."""

    label_id: int
    labels: tuple[str, ...] = ()
    joints: tuple[tuple[int, int], ...] | None = ()
    positions: Any = UNSET


class SkeletonsRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The skeletons."""

    items: tuple[KeypointsRecord, ...] = ()


class CategoriesRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What annotations may say."""

    label: LabelsRecord | UnsetType | None = UNSET
    mask: ColormapRecord | UnsetType | None = UNSET
    points: SkeletonsRecord | UnsetType | None = UNSET


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """A file but for its items."""

    categories: CategoriesRecord
    items: msgspec.Raw
    dm_format_version: str | float = "legacy"
    infos: dict[str, Any] | None = None
    info: dict[str, Any] | None = None
    subset: str | None = None


class Typed(msgspec.Struct, frozen=True, gc=False):
    """The type of an annotation, whatever else it has."""

    type: str


KNOWN_TYPES = frozenset(str(kind.__struct_config__.tag) for kind in get_args(AnnotationRecord))
"""The types of annotations that are read; others are carried along undecoded."""
