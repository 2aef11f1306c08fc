"""Media: what a picture, frame or cloud is, and where its bytes are. Never reads them."""

import msgspec

__all__ = ["ArchiveMember", "Blob", "Content", "FileOnDisk", "InMemory", "Media"]


class FileOnDisk(msgspec.Struct, frozen=True):
    """Bytes in a file of their own."""

    path: str


class ArchiveMember(msgspec.Struct, frozen=True):
    """Bytes of one member of a zip archive."""

    archive: str
    member: str


class InMemory(msgspec.Struct, frozen=True):
    """Bytes at hand."""

    data: bytes


class Blob(msgspec.Struct, frozen=True):
    """Bytes in an object store, or referenced by one."""

    oid: bytes
    size: int
    digest: str
    """Cryptographic digest, ``sha256:`` and hexadecimal digits."""


Content = FileOnDisk | ArchiveMember | InMemory | Blob


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """One picture, frame or cloud."""

    role: str = "image"
    """What it is to its item: image, depth, point_cloud, video_frame, related, …"""
    path: str = ""
    """Name of the file in the dataset it came from, relative, with its extension: a hint."""
    width: int | None = None
    """In pixels, as stored in the file (no EXIF rotation applied)."""
    height: int | None = None
    frame: int | None = None
    """Number of the frame, from 0, where the media is one frame of a video."""
    content: Content | None = None
    """Where the bytes are; None where only the name is known."""
