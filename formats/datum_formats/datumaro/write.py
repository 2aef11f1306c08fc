"""Writing Datumaro's JSON, item by item."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import msgspec
from msgspec.structs import replace

from datum.errors import FormatError
from datum.model import Categories, Item, Media
from datum.plugins import Writing
from datum_formats._common.names import check_id, media_name
from datum_formats.datumaro.categories import LABEL_GROUPS, encode_categories
from datum_formats.datumaro.encode import Encoder, finite_attributes
from datum_formats.datumaro.files import subset_file
from datum_formats.datumaro.media import FOLDERS, MEDIA_TYPES, media_fields
from datum_formats.datumaro.read import OTHERS, VIDEO_RANGE
from datum_formats.datumaro.records import KNOWN_TYPES, ItemRecord, VideoRecord

__all__ = ["write"]

_CHUNK = 1 << 18
"""Bytes that are gathered before they are written."""

_MEDIA_ELEMENT = 1
"""Datumaro's number for a dataset of media of any kind."""


def write(writing: Writing) -> None:
    """Write every subset, one file each; a dataset without items as an empty ``default``."""
    losses = writing.losses
    infos = finite_attributes(writing.dataset.infos, losses, "infos")
    categories = _finite_categories(writing.dataset.categories, writing)
    encoder = Encoder(categories, losses, writing.options.get("dialect", "datumaro"))
    for subset in writing.dataset.subsets() or ["default"]:
        chunks = _document(subset, categories, infos, _Items(writing, subset, encoder))
        writing.output.stream(f"annotations/{subset_file(subset)}.json", chunks)
        if writing.save_media:
            _save_media(writing, subset)


def _finite_categories(categories: Categories, writing: Writing) -> Categories:
    labels = tuple(
        replace(label, infos=finite_attributes(label.infos, writing.losses, label.name))
        if label.infos
        else label
        for label in categories.labels
    )
    return replace(categories, labels=labels)


class _Names:
    """Names of the files of one subset's media, no two of which are equal."""

    def __init__(self, writing: Writing, subset: str) -> None:
        self._ext = writing.image_ext
        self._save = writing.save_media
        self._folder = subset_file(subset)
        self._used: set[str] = set()

    def of(self, item: Item) -> list[str | None]:
        """A name, relative to the root, for each media of an item; None where it is not saved."""
        if not self._save:
            return [None] * len(item.media)
        return [
            None if media.content is None else self._name(item, media, number)
            for number, media in enumerate(item.media)
        ]

    def _name(self, item: Item, media: Media, number: int) -> str:
        own = PurePosixPath(media.path).suffix
        if number:
            ext = (self._ext if media.role == "image" else "") or own or ".jpg"
            folder, name = "related_images", f"{check_id(item)}/image_{number - 1}{ext}"
        else:
            is_image = media.role == "image"
            default = ".jpg" if is_image else ".pcd" if media.role == "point_cloud" else ".bin"
            folder = FOLDERS.get(media.role, "media")
            name = media_name(item, self._ext if is_image else "", default)
            ext = PurePosixPath(name).suffix or default
        full = f"{folder}/{self._folder}/{name}"
        while full in self._used:
            full += ext
        self._used.add(full)
        return full


class _Items:
    """The encoded items of one subset, and what has been seen of their media."""

    def __init__(self, writing: Writing, subset: str, encoder: Encoder) -> None:
        self._writing = writing
        self._subset = subset
        self._encoder = encoder
        self._roles: set[str] = set()

    def __iter__(self) -> Iterator[bytes]:
        names = _Names(self._writing, self._subset)
        encode = msgspec.json.Encoder().encode
        for item in self._writing.dataset.items(self._subset):
            if item.media:
                self._roles.add(item.media[0].role)
            try:
                yield encode(self._record(item, names))
            except UnicodeEncodeError as error:
                reason = f"item {f'{item.subset}/{item.id}'!r} has text that is not Unicode"
                raise FormatError(reason) from error

    def media_type(self) -> int:
        """Datumaro's number for the items that have been iterated; images where none has any."""
        if len(self._roles) > 1:
            return _MEDIA_ELEMENT
        return MEDIA_TYPES.get(next(iter(self._roles), "image"), _MEDIA_ELEMENT)

    def _record(self, item: Item, names: _Names) -> ItemRecord:
        where = f"{item.subset}/{item.id}"
        annotations: list[Any] = list(self._encoder.annotations(item.annotations, where))
        attributes = finite_attributes(item.attributes, self._writing.losses, where)
        others = attributes.get(OTHERS)
        if isinstance(others, list) and _are_annotations(others):
            annotations += others
            del attributes[OTHERS]
        files = names.of(item)
        media = [_converted(*pair) for pair in zip(item.media, files, strict=True)]
        fields = media_fields(media, files, item.id, subset_file(item.subset))
        if "video" in fields and VIDEO_RANGE in attributes:
            fields["video"] = _video(fields["video"], attributes[VIDEO_RANGE])
        return ItemRecord(
            id=item.id, annotations=tuple(annotations), attr=attributes or None, **fields
        )


def _converted(media: Media, file: str | None) -> Media:
    """The media under the extension that its file has now."""
    old = PurePosixPath(media.path)
    ext = PurePosixPath(file or "").suffix
    if file is None or not old.suffix or old.suffix == ext:
        return media
    return replace(media, path=media.path.removesuffix(old.suffix) + ext)


def _are_annotations(value: list[Any]) -> bool:
    """Whether the values are annotations of types that are not known."""
    return bool(value) and all(
        isinstance(entry, dict)
        and isinstance(entry.get("type"), str)
        and entry["type"] not in KNOWN_TYPES
        for entry in value
    )


def _video(record: VideoRecord, told: Any) -> VideoRecord:
    """The record with the range of frames that an attribute tells, where it is one."""
    try:
        whole = msgspec.convert({**told, "path": record.path}, VideoRecord)
    except (msgspec.ValidationError, TypeError):
        return record
    return whole


def _document(
    subset: str, categories: Categories, infos: dict[str, Any], items: _Items
) -> Iterator[bytes]:
    """The file in chunks. The type of media comes last: it is known when all items are written."""
    groups = infos.get(LABEL_GROUPS)
    moved = isinstance(groups, list) and bool(groups)
    head: dict[str, Any] = {"dm_format_version": "1.0"}
    if subset_file(subset) != subset:
        head["subset"] = subset
    head["infos"] = {key: value for key, value in infos.items() if key != LABEL_GROUPS or not moved}
    head["categories"] = encode_categories(categories, infos)
    try:
        chunk = bytearray(msgspec.json.encode(head)[:-1] + b',"items":[')
    except UnicodeEncodeError as error:
        reason = f"a label or an info has text that is not Unicode: {error.object!r}"
        raise FormatError(reason) from error
    separator = b"\n"
    for item in items:
        chunk += separator + item
        separator = b",\n"
        if len(chunk) >= _CHUNK:
            yield bytes(chunk)
            chunk.clear()
    chunk += b'\n],"media_type":%d}\n' % items.media_type()
    yield bytes(chunk)


def _save_media(writing: Writing, subset: str) -> None:
    names = _Names(writing, subset)
    for item in writing.dataset.items(subset):
        for media, name in zip(item.media, names.of(item), strict=True):
            if name is not None:
                writing.output.media(name, media)
            else:
                writing.losses.add(
                    "media", "there are no bytes to save", where=f"{item.subset}/{item.id}"
                )
