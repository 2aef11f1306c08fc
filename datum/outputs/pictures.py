"""Images from one file type to another: same pixels, bit depth and channels, or an error."""

from datum.images import decode_image, encode_image, image_type
from datum.model import FileOnDisk, Media

__all__ = ["convert_image", "needs_conversion"]

_MAGIC = (
    (b"\xff\xd8\xff", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"GIF8", ".gif"),
    (b"BM", ".bmp"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
    (b"RIFF", ".webp"),
)


def needs_conversion(media: Media, path: str, head: bytes) -> bool:
    """Whether media must be encoded anew to become the file *path*.

    Args:
        media: Its own extension counts, or that of its file.
        path: Where it goes; without an extension anything may go there.
        head: First bytes of the media, which count where no name has an extension; may be empty.
    """
    wanted = image_type(path)
    own = image_type(media.path)
    if not own and isinstance(media.content, FileOnDisk):
        own = image_type(media.content.path)
    if not own:
        own = next((kind for magic, kind in _MAGIC if head.startswith(magic)), "")
    return bool(wanted) and wanted != own


def convert_image(data: bytes, path: str, name: str) -> bytes:
    """An image encoded as the extension of *path* says; deterministic.

    Args:
        data: The image file that there is.
        path: The file to be; its extension decides.
        name: What to call the image in errors.

    Raises:
        MediaError: It does not decode, or the new type cannot hold its depth or transparency.
    """
    return encode_image(decode_image(data, name), path, name)
