"""id_from_image_name: each item is called as the file of its picture, without folder and extension.

The frame of a video is called as the video, ``_frame-`` and its number. An item whose media has no name
keeps its id, which is counted. Two items of one subset that would have one id are an error. With
``--ensure-unique`` they are not: the first, in the order of ids, gets the name, and each further one the
name, ``__`` and ``--suffix-length`` letters and digits that follow from the id that it had, and more of
them where they are taken, so that the same dataset always gets the same ids.
"""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from datum.errors import UsageError
from datum.model import Item
from datum.plugins import Dataset, Option, Plan, Transform, TransformContext
from datum.transforms.chance import Key, draw
from datum.transforms.changing import Losing

__all__ = ["ID_FROM_IMAGE_NAME"]

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_LONGEST = 64


def plan(dataset: Dataset, context: TransformContext) -> Plan:
    """Find the new id of every item."""
    length = context.options["suffix_length"]
    if not 1 <= length <= _LONGEST:
        raise UsageError(f"--suffix-length {length} is not between 1 and {_LONGEST}")
    names = {item.key: _name(item, context) for item in dataset.bare_items()}
    ids = _unique(names, length) if context.options["ensure_unique"] else _only(names)
    return Plan(keys=lambda key: (key[0], ids[key]))


def _name(item: Item, context: TransformContext) -> str:
    """The name of the picture; the item's own id where it has none."""
    image = item.image
    # on Windows, names in datasets may have been written with backslashes
    name = PurePosixPath(image.path.replace("\\", "/")).stem if image is not None else ""
    if image is None or not name:
        Losing(item, context)("item", "its media has no name; it keeps its id")
        return item.id
    return name if image.frame is None else f"{name}_frame-{image.frame}"


def _only(names: Mapping[Key, str]) -> Mapping[Key, str]:
    """The names themselves.

    Raises:
        UsageError: Two items of a subset have one.
    """
    first: dict[Key, str] = {}
    for (subset, old), new in sorted(names.items()):
        other = first.setdefault((subset, new), old)
        if other != old:
            raise UsageError(
                f"items '{other}' and '{old}' of subset '{subset}' would both be called '{new}'",
                hint="--ensure-unique tells them apart",
            )
    return names


def _unique(names: Mapping[Key, str], length: int) -> Mapping[Key, str]:
    """The names, with a suffix where another item of the subset has them already."""
    wanted = {(key[0], name) for key, name in names.items()}
    taken: set[Key] = set()
    ids: dict[Key, str] = {}
    for key in sorted(names):
        name = names[key]
        if (key[0], name) in taken:
            name = next(
                other
                for other in _suffixed(name, key, length)
                if (key[0], other) not in taken and (key[0], other) not in wanted
            )
        taken.add((key[0], name))
        ids[key] = name
    return ids


def _suffixed(name: str, key: Key, length: int) -> Iterable[str]:
    """The name with ever longer suffixes, which follow from the key."""
    number, turn, suffix = 0, 0, ""
    while True:
        while len(suffix) < length:
            if not number:
                number = draw(turn, *key)
                turn += 1
            number, digit = divmod(number, len(_ALPHABET))
            suffix += _ALPHABET[digit]
        yield f"{name}__{suffix}"
        length += 1


ID_FROM_IMAGE_NAME = Transform(
    name="id_from_image_name",
    title="Call items as the files of their pictures",
    help=__doc__ + "\nExample: datum transform -t id_from_image_name -- --ensure-unique",
    options=(
        Option(
            name="ensure_unique",
            short=("-u",),
            type=bool,
            default=False,
            help="tell items of one name apart by a suffix",
        ),
        Option(
            name="suffix_length",
            short=("-l",),
            type=int,
            default=3,
            help="letters and digits that a suffix has at least",
        ),
    ),
    plan=plan,
)
