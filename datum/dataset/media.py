"""Bytes of media: where they are read from, and how they come into a store."""

import zipfile
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from datum.errors import DatumError, MediaError
from datum.model import ArchiveMember, Blob, FileOnDisk, InMemory, Item, Media
from datum.objects.ids import ObjectId
from datum.objects.store import MediaReader, ObjectWriter, StoredBlob

__all__ = [
    "MediaPolicy",
    "forget_media",
    "item_with_media",
    "load_media",
    "media_file",
    "read_content",
    "reference_media",
    "store_media",
]

MediaPolicy = Callable[[ObjectWriter, Media], Media]
"""What becomes of the bytes of media when a dataset is taken into a store."""


def store_media(writer: ObjectWriter, media: Media) -> Media:
    """Take the bytes into the store; media without bytes stay as they are.

    Raises:
        MediaError: The bytes cannot be read.
    """
    match media.content:
        case FileOnDisk(path=path):
            return _with_blob(media, writer.put_media(Path(path)))
        case ArchiveMember() | InMemory():
            return _with_blob(media, writer.put_media(read_content(media.content)))
        case _:
            return media


def reference_media(writer: ObjectWriter, media: Media) -> Media:
    """Record where the bytes are and copy none; what is in no file of its own is stored."""
    if isinstance(media.content, FileOnDisk):
        path = Path(media.content.path)
        return _with_blob(media, writer.put_reference(str(path.absolute()), path))
    return store_media(writer, media)


def forget_media(_writer: ObjectWriter, media: Media) -> Media:
    """Keep the name and the size alone."""
    return replace(media, content=None)


def _with_blob(media: Media, blob: StoredBlob) -> Media:
    return replace(media, content=Blob(blob.oid, blob.size, blob.digest))


def item_with_media(writer: ObjectWriter, item: Item, policy: MediaPolicy) -> Item:
    """The item with its media treated as *policy* says."""
    if not item.media:
        return item
    return replace(item, media=tuple(policy(writer, media) for media in item.media))


def load_media(store: MediaReader, media: Media) -> bytes | None:
    """The bytes of media; None where none are known.

    Raises:
        MediaError: They are known, and cannot be read.
    """
    if media.content is None:
        return None
    if isinstance(media.content, Blob):
        return store.read_media(ObjectId(media.content.oid))
    return read_content(media.content)


def read_content(content: FileOnDisk | ArchiveMember | InMemory) -> bytes:
    """Bytes that are in no object store.

    Raises:
        MediaError: The file or the archive cannot be read.
    """
    match content:
        case InMemory(data=data):
            return data
        case FileOnDisk(path=path):
            try:
                return Path(path).read_bytes()
            except OSError as error:
                raise MediaError(error.strerror or str(error), path=path) from error
        case ArchiveMember(archive=archive, member=member):
            try:
                with zipfile.ZipFile(archive) as file:
                    return file.read(member)
            except OSError as error:
                raise MediaError(error.strerror or str(error), path=archive) from error
            # encrypted, compressed in a way that is not known, truncated, or not there
            except (zipfile.BadZipFile, KeyError, RuntimeError, ValueError) as error:
                raise MediaError(f"broken archive: {error}", path=f"{archive}!{member}") from error


def media_file(store: MediaReader, media: Media) -> Path | None:
    """A file that holds the media's bytes and nothing else, to copy from; None if there is none."""
    match media.content:
        case FileOnDisk(path=path):
            return Path(path)
        case Blob(oid=oid):
            try:
                return store.media_path(ObjectId(oid))
            except DatumError:
                return None
        case _:
            return None
