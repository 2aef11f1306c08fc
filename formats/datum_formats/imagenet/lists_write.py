"""Writing text lists of images and class ids."""

from pathlib import PurePosixPath

from datum.model import Item, Label
from datum.plugins import Writing
from datum_formats._common.dataset_meta import META_NAME, encode_meta
from datum_formats._common.folder_names import folder_name
from datum_formats._common.image_paths import ImagePaths
from datum_formats._common.labels_file import label_lines
from datum_formats._common.listed import quoted
from datum_formats._common.unkept import Unkept
from datum_formats.imagenet.names import IMAGES, SYNSETS

__all__ = ["write_lists"]

_REASON = "lists of class ids have no place for it"


def write_lists(writing: Writing) -> None:
    """Write a list for each subset, the labels, and the images.

    Raises:
        FormatError: A subset or an id cannot be the name of a file.
        MediaError: An image cannot be read, or not be turned into another type.
    """
    unkept = Unkept(losses=writing.losses, reason=_REASON, kinds={"label"})
    unkept.dataset(writing.dataset)
    _Lists(writing, unkept).write()


class _Lists:
    """The lists of one export."""

    def __init__(self, writing: Writing, unkept: Unkept) -> None:
        self._writing = writing
        self._unkept = unkept
        self._labels = writing.dataset.categories.names()
        self._paths = ImagePaths(writing)

    def write(self) -> None:
        output = self._writing.output
        stems: dict[str, str] = {}
        for subset in self._writing.dataset.subsets():
            stem = folder_name(subset, "subset", taken=PurePosixPath(SYNSETS).stem)
            stems[stem] = subset
            items = {self._paths.path(item): item for item in self._writing.dataset.items(subset)}
            lines = [self._line(path, item) for path, item in items.items()]
            output.write(f"{stem}.txt", "".join(f"{line}\n" for line in lines).encode())
        text, plain = label_lines(self._labels)
        output.write(SYNSETS, text)
        meta = encode_meta(
            labels=None if plain else self._labels,
            subsets={stem: subset for stem, subset in stems.items() if stem != subset},
            ids=self._paths.odd_ids(),
        )
        if meta is not None:
            output.write(META_NAME, meta)

    def _line(self, path: str, item: Item) -> str:
        """The line of an item, whose image is written."""
        self._unkept.item(item)
        losses, where = self._writing.losses, f"{item.subset}/{item.id}"
        self._paths.write(item, path, f"{IMAGES}/")
        words = [quoted(path)]
        for one in item.annotations:
            if not isinstance(one, Label):
                continue
            if one.label is None or not 0 <= one.label < len(self._labels):
                losses.add("label", "its label is not known", where=where)
            else:
                words.append(str(one.label))
        return " ".join(words)
