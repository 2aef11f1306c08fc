"""One file of a COCO dataset: what it says of the dataset, its images and its annotations."""

import re
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from datum.errors import FormatError
from datum_formats._common.files import read_bytes
from datum_formats.coco.layout import Source
from datum_formats.coco.shapes import ANNOTATION_KEYS, Ann, FileExtra, LooseAnn

__all__ = ["Document", "again", "decode_images", "load", "take_annotations"]

_NOT_JSON = re.compile(rb"[\[:,]\s*(-?(?:NaN|Infinity|nan|inf))\b")


class Document(msgspec.Struct):
    """A file, read as far as its images and annotations, which stay bytes."""

    source: Source
    extra: FileExtra
    top: dict[str, Any]
    """Top-level keys beyond images, annotations and categories, such as info and licenses."""
    categories: list[dict[str, Any]]
    images: Raw
    annotations: Raw
    further: set[str] = set()
    """Keys of annotations that COCO does not have."""
    labels: dict[int, int] = {}
    """Index of the label for each id of a category."""
    anns: list[Ann] | None = None
    """Its annotations, where they were decoded already."""

    @property
    def subset(self) -> str:
        """The subset of its images."""
        return self.source.subset if self.extra.subset is UNSET else self.extra.subset

    @property
    def path(self) -> Path:
        """Where it is."""
        return self.source.path

    def made(self, number: int, what: str) -> bool:
        """Whether an id was made by the writer; *what* is image or annotation."""
        first: int | UnsetType = getattr(self.extra, f"first_new_{what}_id")
        return first is not UNSET and number >= first


def load(source: Source) -> Document:
    """A file of annotations.

    Raises:
        FormatError: It is missing, no JSON, or not of COCO's shape.
    """
    data = read_bytes(source.path).removeprefix(b"\xef\xbb\xbf")
    keys: dict[str, Raw] = _decode(data, dict[str, Raw], source.path)
    if "images" not in keys:
        raise FormatError("no COCO file: it has no images", path=source.path)
    big = {"images", "annotations", "categories", "datum"}
    rest = {key: _decode(raw, Any, source.path, key) for key, raw in keys.items() if key not in big}
    extra = _decode(keys.get("datum", Raw(b"{}")), FileExtra, source.path, "datum")
    bare = ("info", "licenses")  # written also where there is nothing to say
    top = {key: value for key, value in rest.items() if value or key not in bare}
    return Document(
        source=source,
        extra=extra,
        top={**top, **extra.infos},
        categories=_decode(
            keys.get("categories", Raw(b"[]")), list[dict[str, Any]], source.path, "categories"
        ),
        images=keys["images"],
        annotations=keys.get("annotations", Raw(b"[]")),
    )


def again(document: Document) -> Document:
    """The document with its bytes, which it may have given up."""
    if document.images:
        return document
    loaded = load(document.source)
    document.images, document.annotations = loaded.images, loaded.annotations
    return document


def take_annotations(document: Document) -> list[Ann]:
    """The annotations of a file, which no longer keeps them; notes the keys that COCO lacks.

    The values of such keys are among the attributes.

    Raises:
        FormatError: They are not of COCO's shape.
    """
    anns, document.anns = document.anns, None
    if anns is None:
        anns, document.further = _decode_annotations(document)
    return anns


def decode_images(document: Document) -> list[dict[str, Any]]:
    """The images of a file.

    Raises:
        FormatError: They are no list of objects.
    """
    found: list[dict[str, Any]] = _decode(
        document.images, list[dict[str, Any]], document.path, "images"
    )
    return found


def _decode_annotations(document: Document) -> tuple[list[Ann], set[str]]:
    raw = document.annotations
    try:
        return msgspec.json.decode(raw, type=list[Ann]), set()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # a key that COCO does not have, or a fault: reading it again tells which
        found: list[Ann] = _decode(raw, list[LooseAnn], document.path, "annotations")
    entries: list[dict[str, Raw]] = _decode(raw, list[dict[str, Raw]], document.path, "annotations")
    further: set[str] = set()
    for ann, entry in zip(found, entries, strict=True):
        keys = entry.keys() - ANNOTATION_KEYS
        if keys:
            names = [key for key in entry if key in keys]
            extras = {key: _decode(entry[key], Any, document.path, key) for key in names}
            further |= _take_in(ann, extras)
    return found, further


def _take_in(ann: Ann, extras: dict[str, Any]) -> set[str]:
    """Put further keys among the attributes; one whose name is taken goes by ``coco:NAME``."""
    own = ann.attributes or {}
    named = {f"coco:{key}" if key in own else key: value for key, value in extras.items()}
    ann.attributes = {**own, **named}
    return {key for key in named if not key.startswith("coco:")}


def _decode(raw: Raw | bytes, shape: Any, path: Path, where: str = "") -> Any:
    try:
        return msgspec.json.decode(raw, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _fault(bytes(raw), error, path, where) from error
    except RecursionError as error:
        raise FormatError("JSON nested too deep", path=path) from error


def _fault(data: bytes, error: Exception, path: Path, where: str) -> FormatError:
    place = f"{where}: " if where else ""
    if not isinstance(error, msgspec.ValidationError):
        found = _NOT_JSON.search(data)
        if found:
            line = data.count(b"\n", 0, found.start(1)) + 1
            said = found.group(1).decode()
            reason = f"{place}{said} is not a number that JSON has"
            return FormatError(reason, path=path, line=None if where else line)
    return FormatError(f"{place}not the JSON that is expected: {error}", path=path)
