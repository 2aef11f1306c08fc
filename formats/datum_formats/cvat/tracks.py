"""The tracks of a video: each shape belongs to a frame, which becomes an item."""

import re
from pathlib import Path

import msgspec
from lxml import etree

from datum.model import Annotation
from datum_formats._common.xmlfile import iterate_xml
from datum_formats.cvat.shapes_read import ShapeReader

__all__ = ["frame_name", "read_tracks"]

_DIGITS = re.compile(r"-?[0-9]{1,18}")


def read_tracks(reader: ShapeReader, size: tuple[int, int] | None) -> dict[int, list[Annotation]]:
    """The shapes of all tracks by frame, with the attributes track_id, keyframe and outside.

    Args:
        reader: Of the file.
        size: Height and width of the frames, which masks need.

    Raises:
        FormatError: A track or a shape is broken.
    """
    frames: dict[int, list[Annotation]] = {}
    for track in iterate_xml(reader.path, ("track",)):
        for shape in track.iterchildren("*"):
            frame = shape.get("frame", "")
            if not _DIGITS.fullmatch(frame):
                raise reader.fault(shape, f"frame of a shape is no number: '{frame:.40}'")
            frames.setdefault(int(frame), []).append(_shape(reader, track, shape, size))
    return frames


def _shape(
    reader: ShapeReader,
    track: etree._Element,
    shape: etree._Element,
    size: tuple[int, int] | None,
) -> Annotation:
    for key in ("group_id", "source"):
        if (value := track.get(key)) is not None and shape.get(key) is None:
            shape.set(key, value)
    found = reader.read(shape, size, track.get("label"))
    number = track.get("id", "")
    own: dict[str, object] = {"track_id": int(number) if _DIGITS.fullmatch(number) else number}
    for key in ("keyframe", "outside"):
        if shape.get(key) is not None:
            own[key] = shape.get(key) == "1"
    return msgspec.structs.replace(found, attributes={**found.attributes, **own})


def frame_name(frame: int, root: Path) -> str:
    """Name of the image of a frame: as it lies in the dataset, else as CVAT would call it."""
    name = f"frame_{frame:06d}"
    for ext in (".PNG", ".png", ".jpg", ".JPG", ".jpeg"):
        if (root / "images" / f"{name}{ext}").is_file():
            return name + ext
    return f"{name}.PNG"
