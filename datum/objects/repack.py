"""Writing entries of packs into new packs, as they are."""

from collections.abc import Iterable

from datum.objects.files import LocalFiles
from datum.objects.frames import Codec, Entry, Storage
from datum.objects.kinds import Kind
from datum.objects.packing import PackSeries

__all__ = ["repack"]


def repack(files: LocalFiles, width: int, entries: Iterable[Entry]) -> tuple[str, ...]:
    """Digests of new packs, durable, that hold *entries*; *width* is the bytes of an id."""
    objects = PackSeries(files, width, Codec.ZSTD)
    media = PackSeries(files, width, Codec.NONE)
    for entry in entries:
        bytes_of_medium = entry.kind is Kind.BLOB and entry.storage is Storage.BYTES
        series = media if bytes_of_medium else objects
        series.add(entry.oid, entry.kind, entry.storage, entry.data)
    for series in (objects, media):
        series.finish()
    packs = [*objects.finished, *media.finished]  # bytes after references, as a writer has them
    files.publish([(pack.name, pack.spool.spill()) for pack in packs])
    return tuple(pack.digest for pack in packs)
