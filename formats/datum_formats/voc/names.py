"""Names of the files of items: one for each content, however many subsets share an id."""

from collections.abc import Callable, Hashable
from urllib.parse import quote

from datum.model import Item
from datum_formats._common.names import check_id, media_name

__all__ = ["FileNames"]


class FileNames:
    """Gives out names. VOC has one folder for all subsets, so equal ids need care.

    Items of one id and one content share their files, as in lists such as ``trainval``. Another
    content goes to ``<subset>/<id>``, and the annotation file says the id.
    """

    def __init__(self, *, several: bool) -> None:
        """No name is taken.

        Args:
            several: Whether there are several subsets; in a single one all ids differ.
        """
        self._several = several
        self._taken: dict[str, int] = {}
        self._images: set[str] = set()

    def claim(self, item: Item, content: Callable[[], Hashable]) -> tuple[str, bool]:
        """A name without extension, and whether its files are still to be written.

        Args:
            item: The item.
            content: All that its files hold.

        Raises:
            FormatError: The id cannot be the name of a file.
        """
        name = check_id(item)
        if not self._several:
            return (name, True)
        content_hash = hash((content(), item.media))
        number = 0
        while name in self._taken:
            if self._taken[name] == content_hash and number == 0:
                return (name, False)
            number += 1
            folder = quote(item.subset, safe=" ") + (f".{number}" if number > 1 else "")
            name = f"{folder}/{item.id}"
        self._taken[name] = content_hash
        return (name, True)

    def image(self, named: Item, ext: str) -> str:
        """Name of an item's image, different from all others.

        Args:
            named: The item, with the name of its files for an id.
            ext: Extension that it is to get; empty for its own.
        """
        path = named.image.path if named.image and not ext else ""
        usual = path.rpartition(".")[0] == named.id and path
        name = usual or media_name(named, ext)
        while name in self._images:
            name = f"{name}.{name.rpartition('.')[2]}"
        self._images.add(name)
        return name
