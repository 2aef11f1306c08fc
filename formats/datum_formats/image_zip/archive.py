"""A zip archive as it is written: piece by piece, the same bytes every time."""

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping

__all__ = ["COMPRESSIONS", "zip_chunks"]

COMPRESSIONS: Mapping[str, int] = {
    "ZIP_STORED": zipfile.ZIP_STORED,
    "ZIP_DEFLATED": zipfile.ZIP_DEFLATED,
    "ZIP_BZIP2": zipfile.ZIP_BZIP2,
    "ZIP_LZMA": zipfile.ZIP_LZMA,
}

_EPOCH = (1980, 1, 1, 0, 0, 0)
_FILE_MODE = 0o644 << 16
_UNIX = 3


class _Window(io.RawIOBase):
    """A file of which the end alone is kept: what is before it was handed out already.

    The archive's writer goes back to the header of the member that it writes, and no further.
    """

    def __init__(self) -> None:
        super().__init__()
        self._base = 0
        self._tail = io.BytesIO()

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._base + self._tail.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._tail.seek(offset - self._base if whence == io.SEEK_SET else offset, whence)
        return self.tell()

    def write(self, data: bytes) -> int:  # type: ignore[override] # bytes are all that comes
        return self._tail.write(data)

    def take(self) -> bytes:
        """What was written since the last time."""
        data = self._tail.getvalue()
        self._base += len(data)
        self._tail = io.BytesIO()
        return data


def zip_chunks(members: Iterable[tuple[str, bytes]], compression: str) -> Iterator[bytes]:
    """The bytes of an archive, a member at a time.

    Args:
        members: Names and contents, as they are asked for.
        compression: One of :data:`COMPRESSIONS`.
    """
    window = _Window()
    with zipfile.ZipFile(window, "w") as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = _UNIX
            info.external_attr = _FILE_MODE
            info.compress_type = COMPRESSIONS[compression]
            archive.writestr(info, data)
            yield window.take()
    yield window.take()
