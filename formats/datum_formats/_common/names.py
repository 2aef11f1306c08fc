"""File names of items: injective, so that no two items ever share one."""

from collections.abc import Collection, Iterable
from pathlib import PurePosixPath

from datum.errors import FormatError
from datum.model import Item
from datum_formats._common.images import IMAGE_EXTENSIONS

__all__ = [
    "check_id",
    "check_labels",
    "check_line",
    "check_name",
    "check_text",
    "image_name",
    "is_text",
    "media_name",
    "quoted_subset",
    "sidecar_name",
    "stem",
    "subset_folder",
    "subset_of",
]

_LONGEST = 255
"""Bytes of one part of a path, as common file systems limit it."""
_LONGEST_SUBSET = 240
"""Bytes of a subset's name, which gets a prefix and a suffix in a file name."""


def check_id(item: Item) -> str:
    """The item's id, if it can be a relative path as it is.

    Raises:
        FormatError: It cannot; the message names the item.
    """
    parts = item.id.split("/")
    bad = "\0" in item.id or any(part in ("", ".", "..") for part in parts)
    if bad or not is_text(item.id) or any(len(part.encode()) > _LONGEST - 10 for part in parts):
        raise FormatError(f"item '{item.subset}/{item.id}' cannot be the name of a file")
    return item.id


def media_name(item: Item, ext: str = "", default: str = ".jpg") -> str:
    """Name of the item's image file, relative to the folder of images.

    The id and the extension of the media; the id alone where it ends in the extension already,
    as ids of images do that differ by extension alone.

    Args:
        item: The item.
        ext: Extension to use instead of the media's own, with the dot.
        default: Extension where nothing says which.
    """
    name = check_id(item)
    own = PurePosixPath(item.image.path).suffix if item.image else ""
    if (
        item.image
        and not ext
        and own
        and PurePosixPath(item.image.path).name == name.split("/")[-1]
    ):
        return name
    return name + (ext or own or default)


def check_labels(names: Iterable[str], where: str) -> None:
    """Refuse the label without a name, which would be taken for none.

    Raises:
        FormatError: There is one, or one is not Unicode.
    """
    for name in names:
        if not name or not is_text(name):
            raise FormatError(f"label {name!r} cannot be one of {where}")


def sidecar_name(item: Item, ext: str) -> str:
    """Name of a file beside the image: the id and *ext*, which has the dot."""
    return check_id(item) + ext


def stem(name: str) -> str:
    """A path without the extension of its last part."""
    dot = name.rfind(".")
    return name[:dot] if dot > name.rfind("/") + 1 else name


def image_name(item: Item, ext: str) -> str:
    """Name of the item's image: always the id and an extension, since its labels are the id's."""
    own = PurePosixPath(item.image.path).suffix if item.image else ""
    if own.lower() not in IMAGE_EXTENSIONS:
        own = ""
    return check_line(check_id(item), f"item '{item.subset}/{item.id}'") + (ext or own or ".jpg")


def subset_folder(subset: str, reserved: Collection[str] = ()) -> str:
    """The subset's name as one part of a path; two subsets never share one.

    Raises:
        FormatError: The name means something else to the format, or is empty or too long.
    """
    if subset in reserved:
        raise FormatError(f"subset '{subset}' has a name that the format keeps for itself")
    quoted = quoted_subset(check_line(subset, f"subset '{subset}'"))
    if not subset.strip() or subset != subset.strip() or "\0" in subset:
        raise FormatError(f"subset '{subset}' cannot be the name of a file")
    if len(quoted.encode()) > _LONGEST_SUBSET:
        raise FormatError(f"subset '{subset[:40]}…' is too long for the name of a file")
    return quoted


def quoted_subset(subset: str) -> str:
    """The subset's name as one part of a path, whether that can be a folder or not."""
    quoted = subset.replace("%", "%25").replace("/", "%2F")
    return quoted.replace(".", "%2E") if subset in {".", ".."} else quoted


def check_line(text: str, what: str) -> str:
    """The text, if it fits into a line.

    Raises:
        FormatError: It has a line break.
    """
    if "\n" in text:
        raise FormatError(f"{what!r} has a line break, which a list cannot hold")
    return text


def check_name(item: Item) -> str:
    """The item's id, if it can stand in a file, where any text can.

    Raises:
        FormatError: It is empty or no text; the message names the item.
    """
    if not item.id:
        raise FormatError(f"item '{item.subset}/' has no id")
    return check_text(item.id, f"the id of item '{item.subset}/{item.id}'")


def check_text(text: str, what: str) -> str:
    """The text, if it has bytes in UTF-8.

    Raises:
        FormatError: It has none; half a surrogate pair is no text. The message says *what* it is.
    """
    if not is_text(text):
        raise FormatError(f"{what} is no text")
    return text


def subset_of(folder: str) -> str:
    """The subset whose :func:`subset_folder` this is."""
    return folder.replace("%2E", ".").replace("%2F", "/").replace("%25", "%")


def is_text(name: str) -> bool:
    """Whether a name has bytes in UTF-8: half a surrogate pair has not."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)
