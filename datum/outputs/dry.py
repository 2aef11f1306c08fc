"""A run that writes nothing: what would be written is counted."""

from collections.abc import Callable, Iterable

from datum.errors import MediaError
from datum.model import Blob, FileOnDisk, InMemory, Media
from datum.outputs.paths import ClaimedPaths
from datum.outputs.sources import load_media, media_name, place_media

__all__ = ["DryOutput"]


class DryOutput:
    """An output that only counts; it refuses the paths that every output refuses."""

    def __init__(self, *, load: Callable[[Media], bytes | None] = load_media) -> None:
        """Nothing counted yet.

        Args:
            load: The bytes of media whose size cannot be had without them.
        """
        self.files = 0
        """How many files would be written."""
        self.size = 0
        """How many bytes; for images that would be converted, those that they have now."""
        self._load = load
        self._claimed = ClaimedPaths()

    def write(self, path: str, data: bytes) -> None:
        """Count a file.

        Raises:
            FormatError: The path leaves the folder, or is taken.
        """
        self._count(path, len(data))

    def stream(self, path: str, chunks: Iterable[bytes]) -> None:
        """Count a file made of chunks; errors as in :meth:`write`."""
        self._count(path, sum(len(chunk) for chunk in chunks))

    def media(self, path: str, media: Media) -> None:
        """Count the media's bytes.

        Raises:
            FormatError: As in :meth:`write`.
            MediaError: There are no bytes.
        """
        self._count(path, self._media_size(path, media))

    def _count(self, path: str, size: int) -> None:
        self._claimed.claim(path)
        self.files += 1
        self.size += size

    def _media_size(self, path: str, media: Media) -> int:
        match media.content:
            case InMemory(data):
                return len(data)
            case Blob(size=size):
                return size
            case FileOnDisk(_) if (place := place_media(media)) is not None:
                try:
                    return place.stat().st_size
                except OSError as error:
                    reason = error.strerror or str(error)
                    raise MediaError(reason, path=media_name(media, path)) from error
        loaded = self._load(media)
        if loaded is None:
            raise MediaError("its bytes are not to be had", path=media_name(media, path))
        return len(loaded)
