"""Media of an item, both ways: Datumaro's keys, and the list in full where these do not suffice."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from datum.model import FileOnDisk, Media
from datum_formats._common.images import image_size
from datum_formats.datumaro.files import MediaIndex
from datum_formats.datumaro.records import (
    FrameRecord,
    ImageRecord,
    ItemRecord,
    MediaRecord,
    PathRecord,
    RawItemRecord,
    VideoRecord,
)

__all__ = ["FOLDERS", "MEDIA_TYPES", "Place", "media_fields", "read_media"]

FOLDERS = {"image": "images", "point_cloud": "point_clouds", "video": "videos"}
"""The folder for media of each role; others are in ``media``."""

MEDIA_TYPES = {"image": 2, "video_frame": 4, "video": 5, "point_cloud": 6}
"""Datumaro's number for a dataset of each role; other roles are 1."""

Place = tuple[Media, tuple[str, ...]]
"""Media, and the names, relative to the root, under which its file may be."""


def read_media(
    record: ItemRecord | RawItemRecord, subset: str, index: MediaIndex
) -> tuple[Media, ...]:
    """The media of an item, with their files where these are inside the dataset."""
    if record.media_list is None:
        places = _places(record, subset)
    else:
        places = [_listed(entry) for entry in record.media_list]
    return tuple(_with_file(media, names, index) for media, names in places)


def _with_file(media: Media, names: tuple[str, ...], index: MediaIndex) -> Media:
    if media.path.startswith("/"):
        inner = index.relative(media.path)
        names = (inner,) if inner else ()
    file = index.find(*names)
    if file is None:
        return media
    media = replace(media, content=FileOnDisk(file))
    if not media.path:
        media = replace(media, path=PurePosixPath(file).name)
    if media.height is None and media.width is None:
        size = image_size(Path(file))
        if size:
            media = replace(media, height=size[0], width=size[1])
    return media


def _listed(entry: MediaRecord) -> Place:
    media = Media(
        role=entry.role,
        path=entry.path,
        width=entry.width,
        height=entry.height,
        frame=entry.frame,
    )
    return media, (entry.file,) if entry.file else ()


def _places(record: ItemRecord | RawItemRecord, subset: str) -> list[Place]:
    """What Datumaro's keys say."""
    places: list[Place] = []
    names: tuple[str, ...]
    if record.image is not None:
        name = record.image.path or f"{record.id}.jpg"
        names = (f"images/{subset}/{name}", f"images/{name}", name)
        places.append((_image(record.image, "image"), names))
    if record.point_cloud is not None:
        path = record.point_cloud.path or ""
        names = (f"point_clouds/{subset}/{path}", f"point_clouds/{path}", path)
        places.append((Media(role="point_cloud", path=path), names))
    if record.video_frame is not None:
        frame = record.video_frame
        number = frame.frame_index if (frame.frame_index or 0) >= 0 else None
        media = Media(role="video_frame", path=frame.video_path or "", frame=number)
        places.append((media, ()))
    if record.video is not None:
        path = record.video.path or ""
        media = Media(role="video", path=path)
        places.append((media, (f"videos/{subset}/{path}", f"videos/{path}", path)))
    if record.media is not None and record.media.path:
        path = record.media.path
        media = Media(role="media", path=path)
        places.append((media, (f"media/{subset}/{path}", path)))
    for related in record.related_images or ():
        path = related.path or ""
        inner = (f"{subset}/{record.id}/{path}", f"{subset}/{path}", path)
        names = (*(f"related_images/{name}" for name in inner), path)
        places.append((_image(related, "related"), names))
    return places


def _image(record: ImageRecord, role: str) -> Media:
    height, width = record.size or (None, None)
    return Media(role=role, path=record.path or "", height=height, width=width)


def media_fields(
    media: Sequence[Media], files: Sequence[str | None], item: str, subset: str
) -> dict[str, Any]:
    """The keys of an item for its media.

    Args:
        media: The main one first.
        files: Where each was saved, relative to the root; None where it was not.
        item: Id of the item.
        subset: Name of the subset's folders.
    """
    if not media:
        return {}
    fields = _known_fields(media, files, item, subset)
    told = _places(RawItemRecord(id=item, **fields), subset)
    bare = [replace(entry, content=None) for entry in media]
    found = all(
        file is None or file in names for file, (_, names) in zip(files, told, strict=False)
    )
    if [entry for entry, _ in told] != bare or not found:
        fields["media_list"] = tuple(
            MediaRecord(
                role=entry.role,
                path=entry.path,
                width=entry.width,
                height=entry.height,
                frame=entry.frame,
                file=file,
            )
            for entry, file in zip(media, files, strict=True)
        )
    return fields


def _known_fields(
    media: Sequence[Media], files: Sequence[str | None], item: str, subset: str
) -> dict[str, Any]:
    """As much of the media as Datumaro has keys for."""
    main = media[0]
    fields: dict[str, Any] = {}
    match main.role:
        case "image":
            fields["image"] = _image_record(main, files[0], f"images/{subset}/")
        case "point_cloud":
            path = _shown(main, files[0], f"point_clouds/{subset}/")
            fields["point_cloud"] = PathRecord(path=path)
            fields["related_images"] = (
                tuple(
                    _image_record(entry, file, f"related_images/{subset}/{item}/")
                    for entry, file in zip(media[1:], files[1:], strict=True)
                )
                or None
            )
        case "video_frame":
            index = -1 if main.frame is None else main.frame
            fields["video_frame"] = FrameRecord(video_path=main.path, frame_index=index)
        case "video":
            fields["video"] = VideoRecord(path=_shown(main, files[0], f"videos/{subset}/"))
        case _:
            fields["media"] = PathRecord(path=_shown(main, files[0], f"media/{subset}/"))
    return fields


def _shown(media: Media, file: str | None, folder: str) -> str:
    return media.path if file is None else file.removeprefix(folder)


def _image_record(media: Media, file: str | None, folder: str) -> ImageRecord:
    known = media.height is not None and media.width is not None
    size: Any = (media.height, media.width) if known else UNSET
    return ImageRecord(path=_shown(media, file, folder), size=size)
