"""Reading images in zip archives."""

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from datum.errors import FormatError
from datum.model import DEFAULT_SUBSET, Categories, InMemory, Item, Media
from datum.plugins import Reading
from datum_formats._common.dataset_meta import META_NAME, DatasetMeta, parse_meta
from datum_formats._common.images import IMAGE_EXTENSIONS, image_names, size_of

__all__ = ["read_image_zip"]

_LARGEST = 1 << 30
"""Bytes of a member."""
_ENCRYPTED = 1
_ERRORS = (
    OSError,
    EOFError,
    zlib.error,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What a broken archive may raise."""


def read_image_zip(path: Path, options: Mapping[str, Any]) -> Reading:
    """Read the archive *path*, or those in the folder that it is.

    Raises:
        FormatError: There is none, or one is broken.
    """
    files = sorted(path.glob("*.zip")) if path.is_dir() else [path]
    if not path.exists():
        raise FormatError("no archive", path=path)
    several = len(files) > 1
    subset = options.get("subset")
    archives = {file: subset or (file.stem if several else DEFAULT_SUBSET) for file in files}
    return Reading(categories=Categories(), items=_items(archives))


def _items(archives: Mapping[Path, str]) -> Iterator[Item]:
    seen: set[tuple[str, str]] = set()
    for file, subset in archives.items():
        try:
            with zipfile.ZipFile(file) as archive:
                for item in _members(_Archive(file, archive), subset):
                    if item.key in seen:
                        raise FormatError(f"two images are called '{item.id}'", path=file)
                    seen.add(item.key)
                    yield item
        except _ERRORS as error:
            raise FormatError(f"no zip archive, or a broken one: {error}", path=file) from error


class _Archive(msgspec.Struct, frozen=True):
    """An open archive."""

    path: Path
    zip: zipfile.ZipFile

    def read(self, info: zipfile.ZipInfo) -> bytes:
        """The bytes of a member.

        Raises:
            FormatError: It is encrypted, or too large.
        """
        if info.flag_bits & _ENCRYPTED:
            raise FormatError(f"'{info.filename}' is encrypted", path=self.path)
        if info.file_size > _LARGEST:
            reason = f"'{info.filename}' has {info.file_size} bytes, more than an image may"
            raise FormatError(reason, path=self.path)
        return self.zip.read(info)


def _members(archive: _Archive, subset: str) -> Iterator[Item]:
    members: dict[str, zipfile.ZipInfo] = {}
    meta = DatasetMeta()
    for info in archive.zip.infolist():
        name = info.filename.replace("\\", "/")
        if name.startswith("/") or ".." in PurePosixPath(name).parts:
            raise FormatError(f"'{info.filename}' leaves the archive", path=archive.path)
        if name == META_NAME:
            meta = parse_meta(archive.read(info), archive.path / META_NAME)
        elif PurePosixPath(name).suffix.lower() in IMAGE_EXTENSIONS and not info.is_dir():
            if name in members:
                raise FormatError(f"'{name}' is there twice", path=archive.path)
            members[name] = info
    for name, item_id in image_names(members).items():
        data = archive.read(members[name])
        height, width = size_of(io.BytesIO(data)) or (None, None)
        media = Media(path=name, height=height, width=width, content=InMemory(data))
        yield Item(id=meta.ids.get(name, item_id), subset=subset, media=(media,))
