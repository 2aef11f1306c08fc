"""Where the lists are, and what a list is."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from datum.errors import FormatError
from datum_formats._common.files import read_lines
from datum_formats._common.listed import columns

__all__ = [
    "ALIGNED",
    "ATTRIBUTES",
    "BOXES",
    "BOX_COLUMNS",
    "IDENTITIES",
    "IN_THE_WILD",
    "LANDMARK_COLUMNS",
    "PARTITIONS",
    "SUBSETS",
    "Layout",
    "rows_of",
    "table_of",
]

IDENTITIES = "Anno/identity_CelebA.txt"
ATTRIBUTES = "Anno/list_attr_celeba.txt"
BOXES = "Anno/list_bbox_celeba.txt"
PARTITIONS = "Eval/list_eval_partition.txt"
BOX_COLUMNS = ("image_id", "x_1", "y_1", "width", "height")
LANDMARK_COLUMNS = tuple(
    f"{point}_{axis}"
    for point in ("lefteye", "righteye", "nose", "leftmouth", "rightmouth")
    for axis in "xy"
)
SUBSETS = ("train", "val", "test")
"""By the numbers in the list of partitions."""


class Layout(msgspec.Struct, frozen=True):
    """What differs between the two sets of pictures."""

    images: str
    landmarks: str
    boxes: str | None


IN_THE_WILD = Layout("Img/img_celeba", "Anno/list_landmarks_celeba.txt", BOXES)
ALIGNED = Layout("Img/img_align_celeba", "Anno/list_landmarks_align_celeba.txt", None)

Row = tuple[str, list[str], int]
"""Name of an image, the words behind it, the number of the line."""


def rows_of(path: Path, count: int) -> Iterator[Row]:
    """The rows of a list, with *count* words behind each name; none where there is no list.

    Raises:
        FormatError: A row has another number of words, or an image is there twice.
    """
    lines = read_lines(path) if path.is_file() else iter(())
    yield from _checked(path, lines, count)


def table_of(path: Path) -> tuple[list[str], Iterator[Row]]:
    """The names of columns, and the rows, of a list with a head; nothing where there is no list.

    Raises:
        FormatError: It has no head, or as :func:`rows_of`.
    """
    if not path.is_file():
        return [], iter(())
    lines = read_lines(path)
    count, header = next(lines, (1, "")), next(lines, (2, ""))
    if not (count[1].isascii() and count[1].isdecimal()):
        raise FormatError("no number of rows", path=path, line=count[0])
    names = header[1].split()
    width = len(names) - (names[:1] == ["image_id"])
    return names[len(names) - width :], _checked(path, lines, width)


def _checked(path: Path, lines: Iterator[tuple[int, str]], count: int) -> Iterator[Row]:
    seen: set[str] = set()
    for number, line in lines:
        name, words = columns(line)
        if len(words) != count:
            reason = f"{len(words)} values instead of {count}"
            raise FormatError(reason, path=path, line=number)
        if name in seen:
            raise FormatError(f"image '{name}' is there twice", path=path, line=number)
        seen.add(name)
        yield name, words, number
