"""An export kept in memory: for tests, and for callers that send it elsewhere."""

from collections.abc import Callable, Iterable

from datum.errors import MediaError
from datum.model import Media
from datum.outputs.paths import ClaimedPaths
from datum.outputs.pictures import convert_image, needs_conversion
from datum.outputs.sources import load_media, media_name

__all__ = ["MemoryOutput", "media_bytes"]


class MemoryOutput:
    """An output whose files are ``files``: path to bytes, in the order of writing."""

    def __init__(self, *, load: Callable[[Media], bytes | None] = load_media) -> None:
        """An empty output.

        Args:
            load: The bytes of media; None where they are not to be had.
        """
        self.files: dict[str, bytes] = {}
        self._load = load
        self._claimed = ClaimedPaths()

    def write(self, path: str, data: bytes) -> None:
        """Keep *data* under *path*.

        Raises:
            FormatError: The path leaves the folder, or is taken.
        """
        self._claimed.claim(path)
        self.files[path] = bytes(data)

    def stream(self, path: str, chunks: Iterable[bytes]) -> None:
        """Keep the joined chunks under *path*; errors as in :meth:`write`."""
        self.write(path, b"".join(chunks))

    def media(self, path: str, media: Media) -> None:
        """Keep the media's bytes under *path*, converted where its extension differs.

        Raises:
            FormatError: As in :meth:`write`.
            MediaError: There are no bytes, or they do not decode where that is needed.
        """
        self.write(path, media_bytes(media, path, self._load))


def media_bytes(media: Media, path: str, load: Callable[[Media], bytes | None]) -> bytes:
    """The bytes of media as the file *path* is to hold them.

    Raises:
        MediaError: There are none, or they do not decode where that is needed.
    """
    name = media_name(media, path)
    data = load(media)
    if data is None:
        raise MediaError("its bytes are not to be had", path=name)
    if needs_conversion(media, path, data[:16]):
        return convert_image(data, path, name)
    return data
