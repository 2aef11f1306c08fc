"""Folders that are labels: which label a folder is."""

from collections.abc import Sequence

from datum.errors import FormatError
from datum_formats._common.folder_names import folder_name

__all__ = ["NO_LABEL", "label_folder", "label_of_path", "label_places"]

NO_LABEL = "no_label"
"""The folder of images without a label."""


def label_folder(name: str) -> str:
    """The folder of a label.

    Raises:
        FormatError: It cannot be the name of a folder.
    """
    return folder_name(name, "label", taken=NO_LABEL)


def label_places(labels: Sequence[str], *, encoded: bool) -> dict[str, int]:
    """The index of each label by its folder.

    Args:
        labels: In order.
        encoded: Whether folders are called by :func:`label_folder`; else they are the labels.
    """
    places: dict[str, int] = {}
    for number, name in enumerate(labels):
        try:
            places[label_folder(name) if encoded else name] = number
        except FormatError:
            continue  # no folder can be called so, and no image is in it
    return places


def label_of_path(path: str, places: dict[str, int], *, where: object) -> int | None:
    """The label of an image: that of the first folder of its path.

    Raises:
        FormatError: No label has that folder; the error names *where* it should stand.
    """
    folder, slash, _ = path.partition("/")
    if not slash or folder == NO_LABEL:
        return None
    if folder not in places:
        raise FormatError(f"no label has the folder '{folder}'", path=str(where))
    return places[folder]
