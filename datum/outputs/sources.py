"""Where the bytes of media come from, as far as no object store is needed."""

import zipfile
from pathlib import Path

from datum.errors import MediaError
from datum.model import ArchiveMember, FileOnDisk, InMemory, Media

__all__ = ["load_media", "media_name", "place_media"]


def load_media(media: Media) -> bytes | None:
    """The bytes of media in a file, a zip archive or memory.

    None where there are none, where they are in an object store, and for the frame of a video,
    which is not a file of its own.

    Raises:
        MediaError: The file or the archive cannot be read.
    """
    if media.frame is not None:
        return None
    try:
        match media.content:
            case FileOnDisk(path):
                return Path(path).read_bytes()
            case ArchiveMember(archive, member):
                with zipfile.ZipFile(archive) as opened:
                    return opened.read(member)
            case InMemory(data):
                return data
            case _:
                return None
    except OSError as error:
        raise MediaError(error.strerror or str(error), path=media_name(media)) from error
    except (zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError, ValueError) as error:
        raise MediaError(f"broken archive: {error}", path=media_name(media)) from error


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
