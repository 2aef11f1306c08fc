"""Reading Datumaro's JSON: categories first, then the items as a stream."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.model import Categories, Item
from datum.plugins import Reading
from datum_formats._common.jsonfile import read_json
from datum_formats.datumaro.categories import decode_categories, unite
from datum_formats.datumaro.decode import Decoder
from datum_formats.datumaro.files import MediaIndex, annotation_files, subset_file, subset_of
from datum_formats.datumaro.media import read_media
from datum_formats.datumaro.records import (
    KNOWN_TYPES,
    AnnotationRecord,
    Head,
    ItemRecord,
    RawItemRecord,
    Typed,
    VideoRecord,
)

__all__ = ["OTHERS", "VIDEO_RANGE", "read"]

OTHERS = "other_annotations"
"""Item attribute that carries annotations of types that are not known, such as hash keys."""

VIDEO_RANGE = "video_range"
"""Item attribute that carries which frames of a video the item is."""

_VERSIONS = ("1.0", "legacy")

_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])
_ITEM = msgspec.json.Decoder(ItemRecord)
_RAW_ITEM = msgspec.json.Decoder(RawItemRecord)
_TYPED = msgspec.json.Decoder(Typed)
_ANNOTATION: msgspec.json.Decoder[AnnotationRecord] = msgspec.json.Decoder(AnnotationRecord)


class _File(msgspec.Struct, frozen=True, kw_only=True):
    """An annotation file, of which the items are still to be read."""

    path: Path
    subset: str
    categories: Categories
    infos: dict[str, Any]
    items: msgspec.Raw | None
    """None where the file is to be read again, so that not all files are in memory at once."""


def read(path: Path, options: Mapping[str, Any]) -> Reading:  # noqa: ARG001 (the contract; there are none)
    """The dataset at *path*: its root, its annotations folder, or one annotation file.

    Raises:
        FormatError: A file is not what it should be; the further faults are in its *others*.
    """
    root, paths = annotation_files(path)
    files = _files(paths)
    categories, moves = unite([(file.path, file.categories) for file in files])
    infos: dict[str, Any] = {}
    for file in files:
        for key, value in file.infos.items():
            same = infos.setdefault(key, value) == value
            if not same:
                infos[f"{key} ({file.subset})"] = value
    items = _all_items(files, moves, categories, MediaIndex(root))
    return Reading(categories=categories, items=items, infos=infos)


def _files(paths: Sequence[Path]) -> list[_File]:
    found: list[_File] = []
    errors: list[FormatError] = []
    for path in paths:
        try:
            found.append(_file(path, keep=len(paths) == 1))
        except FormatError as error:
            errors.append(error)
    if errors:
        first = errors[0]
        raise FormatError(first.reason, path=first.path, line=first.line, others=errors[1:])
    return found


def _file(path: Path, *, keep: bool) -> _File:
    head: Head = read_json(path, Head)
    version = str(head.dm_format_version)
    if version not in _VERSIONS:
        raise FormatError(f"version {version} of the format is not known", path=path)
    categories, infos = decode_categories(head.categories, path)
    infos = {**infos, **(head.infos or {})}
    if head.info:
        infos.setdefault("info", head.info)
    return _File(
        path=path,
        subset=subset_of(path, head.subset),
        categories=categories,
        infos=infos,
        items=head.items if keep else None,
    )


def _all_items(
    files: Sequence[_File],
    moves: Sequence[tuple[int, ...] | None],
    categories: Categories,
    index: MediaIndex,
) -> Iterator[Item]:
    seen: set[tuple[str, str]] = set()
    for file, move in zip(files, moves, strict=True):
        decoder = Decoder(categories, move)
        for item in _items(file, decoder, index):
            if item.key in seen:
                raise FormatError(f"item '{item.id}' is there twice", path=file.path)
            seen.add(item.key)
            yield item


def _items(file: _File, decoder: Decoder, index: MediaIndex) -> Iterator[Item]:
    raw = file.items if file.items is not None else read_json(file.path, Head).items
    folder = subset_file(file.subset)
    try:
        entries = _ITEMS.decode(raw)
    except msgspec.DecodeError as error:
        raise FormatError(f"items: {error}", path=file.path) from error
    for number, entry in enumerate(entries):
        where = f"item number {number}"
        try:
            record, others = _record(entry)
            where = f"item '{record.id}'"
            annotations = decoder.annotations(record.annotations)
            media = read_media(record, folder, index)
        except FormatError as error:
            raise FormatError(f"{where}: {error.reason}", path=file.path) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise FormatError(f"{where}: {error}", path=file.path) from error
        except RecursionError as error:
            raise FormatError(f"{where}: nested too deep", path=file.path) from error
        yield Item(
            id=str(record.id),
            subset=file.subset,
            media=media,
            attributes=_attributes(record, others),
            annotations=tuple(annotations),
        )


def _record(entry: msgspec.Raw) -> tuple[ItemRecord, list[Any]]:
    """An item, and its annotations of types that are not known."""
    try:
        return _ITEM.decode(entry), []
    except msgspec.ValidationError:
        return _careful_record(_RAW_ITEM.decode(entry))


def _careful_record(raw: RawItemRecord) -> tuple[ItemRecord, list[Any]]:
    """As :func:`_record`, one annotation after the other, so that a fault names its item."""
    others: list[Any] = []
    known: list[AnnotationRecord] = []
    for number, annotation in enumerate(raw.annotations):
        try:
            if _TYPED.decode(annotation).type in KNOWN_TYPES:
                known.append(_ANNOTATION.decode(annotation))
            else:
                others.append(msgspec.json.decode(annotation))
        except msgspec.DecodeError as error:
            reason = f"item '{raw.id}', annotation number {number}: {error}"
            raise FormatError(reason) from error
    fields = {name: getattr(raw, name) for name in RawItemRecord.__struct_fields__}
    return ItemRecord(**{**fields, "annotations": tuple(known)}), others


def _attributes(record: ItemRecord, others: list[Any]) -> dict[str, Any]:
    attributes = record.attr or {}
    if others:
        attributes = {**attributes, OTHERS: others}
    video = record.video
    if video is not None and video != VideoRecord(path=video.path):
        kept = {name: value for name, value in msgspec.to_builtins(video).items() if name != "path"}
        attributes = {VIDEO_RANGE: kept, **attributes}
    return attributes
