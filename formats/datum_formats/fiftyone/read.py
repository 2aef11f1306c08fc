"""Reading datasets of FiftyOne."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.model import DEFAULT_SUBSET, Annotation, Item
from datum.plugins import Reading
from datum_formats._common.images import image_media
from datum_formats._common.jsonfile import decode_as, read_json
from datum_formats._common.labels import LabelTable
from datum_formats._common.names import quoted_subset
from datum_formats._common.references import Images, unique_ids
from datum_formats.fiftyone.fields import LISTS, SAMPLE_KEYS, SPLITS
from datum_formats.fiftyone.labels_read import LabelReader

__all__ = ["SAMPLES", "read_fiftyone"]

SAMPLES = "samples.json"

Fields = dict[str, Any]


class _Samples(msgspec.Struct, frozen=True):
    samples: list[msgspec.Raw]


class _Metadata(msgspec.Struct, frozen=True):
    default_classes: list[str] = []


class _Size(msgspec.Struct, frozen=True):
    height: int | None = None
    width: int | None = None


class _Sample(msgspec.Struct, frozen=True, kw_only=True):
    filepath: str
    tags: list[str] = []
    metadata: _Size | None = None


def read_fiftyone(path: Path, _options: Mapping[str, Any]) -> Reading:
    """Read the dataset in the folder *path*.

    Raises:
        FormatError: It has no samples.json, or a file is broken.
    """
    file = path if path.is_file() else path / SAMPLES
    samples: _Samples = read_json(file, _Samples)
    metadata = file.parent / "metadata.json"
    declared: list[str] = []
    if metadata.is_file():
        declared = read_json(metadata, _Metadata).default_classes
    used: set[str] = set()
    keys: list[tuple[str, list[str], str]] = []
    for raw in samples.samples:
        said: Fields = decode_as(raw, Fields, file)
        sample = _sample(said, file)
        keys.append((*_subset(sample.tags), sample.filepath))
        used.update(
            name
            for _, _, one in _labels(said)
            if isinstance(name := one.get("label"), str) and name
        )
    table = LabelTable(filter(None, declared), used)
    return Reading(
        categories=table.categories, items=_items(file, samples.samples, table, _named(keys, file))
    )


def _sample(said: Fields, file: Path) -> _Sample:
    try:
        return msgspec.convert(said, _Sample)
    except msgspec.ValidationError as error:
        raise FormatError(f"a sample: {error}", path=file) from error


def _subset(tags: Sequence[str]) -> tuple[str, list[str]]:
    """The subset that the tags say, and the other tags."""
    found = next((tag for tag in tags if tag in SPLITS), tags[0] if tags else "")
    rest = list(tags)
    if found:
        rest.remove(found)
    return found or DEFAULT_SUBSET, rest


def _labels(said: Mapping[str, Any]) -> Iterator[tuple[str, str, Fields]]:
    """The labels of a sample: the field, the class of the field, and the label."""
    for field, value in said.items():
        kind = value.get("_cls") if isinstance(value, dict) else None
        if isinstance(kind, str) and f"{kind}s" in LISTS:
            yield field, f"{kind}s", value
        elif isinstance(kind, str) and kind in LISTS:
            ones = value.get(LISTS[kind])
            for one in ones if isinstance(ones, list) else ():
                if isinstance(one, dict):
                    yield field, kind, one


def _named(keys: Sequence[tuple[str, list[str], str]], file: Path) -> list[tuple[str, str, str]]:
    """Subset, id and name of the image of each sample.

    Raises:
        FormatError: Two are one item, or one has no name.
    """
    by_subset: dict[str, list[str]] = {}
    for subset, _, said in keys:
        by_subset.setdefault(subset, []).append(said)
    named = {
        subset: iter(unique_ids(said, f"data/{quoted_subset(subset)}/", file))
        for subset, said in by_subset.items()
    }
    return [(subset, *next(named[subset])) for subset, _, _ in keys]


def _items(
    file: Path, raws: Sequence[msgspec.Raw], table: LabelTable, named: list[tuple[str, str, str]]
) -> Iterator[Item]:
    images = Images(file.parent)
    for raw, (subset, own, name) in zip(raws, named, strict=True):
        said: Fields = decode_as(raw, Fields, file)
        sample = _sample(said, file)
        stated = sample.metadata or _Size()
        height, width = stated.height, stated.width
        size = (height, width) if height and width and min(height, width) > 0 else None
        media = image_media(images.find(sample.filepath), name, size)
        known = (media.height, media.width) if media.height and media.width else None
        reader = LabelReader(table=table, size=known)
        notes: list[Annotation] = []
        try:
            for field, kind, one in _labels(said):
                notes += reader.read(field, kind, one)
        except (ValueError, msgspec.ValidationError) as error:
            raise FormatError(f"sample '{sample.filepath}': {error}", path=file) from error
        yield Item(
            id=own,
            subset=subset,
            media=(media,),
            attributes=_attributes(said, sample),
            annotations=tuple(notes),
        )


def _attributes(said: Mapping[str, Any], sample: _Sample) -> Fields:
    """The fields of a sample that are no labels, and its further tags."""
    found = {
        name: value
        for name, value in said.items()
        if name not in SAMPLE_KEYS and not (isinstance(value, dict) and _is_label(value))
    }
    _, rest = _subset(sample.tags)
    return {**found, "tags": rest} if rest else found


def _is_label(value: Mapping[str, Any]) -> bool:
    kind = value.get("_cls")
    return isinstance(kind, str) and (kind in LISTS or f"{kind}s" in LISTS)
