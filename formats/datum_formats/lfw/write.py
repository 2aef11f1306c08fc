"""Writing LFW."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from datum.model import Item, Label
from datum.plugins import Writing
from datum_formats._common.dataset_meta import META_NAME, encode_meta
from datum_formats._common.decimals import number_text
from datum_formats._common.faces import landmarks_of
from datum_formats._common.folder_names import folder_name
from datum_formats._common.image_paths import ImagePaths
from datum_formats._common.images import image_names
from datum_formats._common.label_folders import NO_LABEL, label_folder
from datum_formats._common.single_label import label_of
from datum_formats._common.unkept import Unkept
from datum_formats.lfw.names import (
    IMAGES,
    LANDMARKS,
    NEGATIVE,
    PAIRS,
    PEOPLE,
    POSITIVE,
    field,
    numbered,
)

__all__ = ["write_lfw"]

_REASON = "LFW has no place for it"


def write_lfw(writing: Writing) -> None:
    """Write the pictures and the lists.

    Raises:
        FormatError: A label, a subset or an id cannot be the name of a file.
        MediaError: An image cannot be read, or not be turned into another type.
    """
    kinds, pairs = {"label", "points"}, {POSITIVE, NEGATIVE}
    unkept = Unkept(losses=writing.losses, reason=_REASON, kinds=kinds, attributes=pairs)
    unkept.dataset(writing.dataset)
    labels = writing.dataset.categories.names()
    used: set[str] = set()
    subsets: dict[str, str] = {}
    ids: dict[str, str] = {}
    for subset in writing.dataset.subsets():
        folder = folder_name(subset, "subset", taken=IMAGES)
        subsets[folder] = subset
        one = _Subset(writing, unkept, folder)
        one.write(subset)
        used |= one.people
        ids |= one.ids
    plain = tuple(sorted(used)) == labels and all(label_folder(name) == name for name in labels)
    meta = encode_meta(
        labels=None if plain else labels,
        subsets={folder: subset for folder, subset in subsets.items() if folder != subset},
        ids=ids,
    )
    if meta is not None:
        writing.output.write(META_NAME, meta)


class _Subset:
    """One subset of an export."""

    def __init__(self, writing: Writing, unkept: Unkept, folder: str) -> None:
        self._writing = writing
        self._unkept = unkept
        self._folder = folder
        self._labels = writing.dataset.categories.names()
        self.people: set[str] = set()
        """Names of the labels that pictures have."""
        self.ids: dict[str, str] = {}
        """Those that do not follow from the paths of pictures."""

    def write(self, subset: str) -> None:
        paths = ImagePaths(self._writing)
        items: dict[str, Item] = {}
        labels: dict[str, int | None] = {}
        for item in self._writing.dataset.items(subset):
            self._unkept.item(item)
            label = label_of(item, self._writing)
            person = NO_LABEL if label is None else label_folder(self._labels[label])
            path = paths.path(item, person)
            paths.write(item, path, f"{self._folder}/{IMAGES}/")
            items[path], labels[path] = item, label
        names = image_names(items)
        self.ids = {
            f"{self._folder}/{n}": items[p].id for p, n in names.items() if n != items[p].id
        }
        counts = Counter(self._labels[label] for label in labels.values() if label is not None)
        self.people = set(counts)
        people = (f"{field(label_folder(name))}\t{counts[name]}" for name in sorted(counts))
        marks = (line for p, item in items.items() for line in self._landmarks(item, p, labels[p]))
        self._write(PEOPLE, people)
        self._write(
            PAIRS, (line for p, item in items.items() for line in self._pairs(item, names[p]))
        )
        self._write(LANDMARKS, marks)

    def _write(self, name: str, lines: Iterable[str]) -> None:
        text = "".join(f"{line}\n" for line in lines)
        self._writing.output.write(f"{self._folder}/annotations/{name}", text.encode())

    def _pairs(self, item: Item, name: str) -> Iterator[str]:
        """The lines of the pairs of a picture, or that of a picture that has none."""
        own = next((one for one in item.annotations if isinstance(one, Label)), None)
        lines = [] if own is None else list(self._own_pairs(own.attributes, item, name))
        yield from lines or [field(name)]

    def _own_pairs(self, attributes: Mapping[str, object], item: Item, name: str) -> Iterator[str]:
        first = numbered(name)
        for kind in (POSITIVE, NEGATIVE):
            others = attributes.get(kind, [])
            for other in others if isinstance(others, list) else [others]:
                second = numbered(other) if isinstance(other, str) else None
                same = first is not None and second is not None and first[0] == second[0]
                if first is None or second is None or same != (kind == POSITIVE):
                    reason = "a picture of the pair is not called as those of LFW"
                    where = f"{item.subset}/{item.id}"
                    self._writing.losses.add(f"attribute {kind}", reason, where=where)
                elif same:
                    yield f"{field(first[0])}\t{first[1]}\t{second[1]}"
                else:
                    yield f"{field(first[0])}\t{first[1]}\t{field(second[0])}\t{second[1]}"

    def _landmarks(self, item: Item, path: str, label: int | None) -> Iterator[str]:
        for one in landmarks_of(item, self._writing, label):
            if len(one.points) % 2:
                reason = "a number of coordinates that is odd"
                self._writing.losses.add("points", reason, where=f"{item.subset}/{item.id}")
            else:
                yield "\t".join([field(path), *map(number_text, one.points)])
