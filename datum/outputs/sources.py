"""Where the bytes of media come from, as far as no object store is needed."""

from pathlib import Path

from datum.dataset.media import read_content
from datum.errors import MediaError
from datum.model import Blob, FileOnDisk, Media

__all__ = ["load_media", "media_name", "place_media"]


def load_media(media: Media) -> bytes | None:
    """The bytes of media in a file, a zip archive or memory.

    None where there are none, where they are in an object store, and for the frame of a video,
    which is not a file of its own.

    Raises:
        MediaError: The file or the archive cannot be read.
    """
    if media.frame is not None or media.content is None or isinstance(media.content, Blob):
        return None
    try:
        return read_content(media.content)
    except MediaError as error:
        raise MediaError(error.reason, path=media_name(media)) from error


def place_media(media: Media) -> Path | None:
    """The file that holds the bytes of media and nothing else; None where there is none."""
    if isinstance(media.content, FileOnDisk) and media.frame is None:
        return Path(media.content.path)
    return None


def media_name(media: Media, path: str = "") -> str:
    """What to call media in a message: its own path, where it lies, or *path*."""
    if media.path:
        return media.path
    return media.content.path if isinstance(media.content, FileOnDisk) else path
