"""Where the parts of a VOC dataset are, and which items it has: the folders and the lists."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from datum.errors import FormatError
from datum.model import DEFAULT_SUBSET
from datum_formats._common.files import read_lines, walk
from datum_formats._common.images import image_files
from datum_formats._common.listed import columns
from datum_formats.voc.lists import subset_of_stem

__all__ = [
    "LIST_FOLDERS",
    "ClassList",
    "ImageSets",
    "Place",
    "find_place",
    "is_file",
    "read_image_sets",
]

LIST_FOLDERS = ("Main", "Segmentation", "Layout", "Action")
_FOLDERS = ("Annotations", "ImageSets", "JPEGImages", "SegmentationClass", "SegmentationObject")
_MARKS = ("Annotations", "ImageSets", "SegmentationClass")
_LABEL_MAP = "labelmap.txt"
_SIGNS = ("-1", "0", "1")
_MOST_BLANKS = 16
"""Blanks in a bare name that are looked into."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The folders of a dataset, which need not all exist."""

    root: Path
    annotations: Path
    images: Path
    only_list: Path | None = None
    """The one list that was named, where one was."""
    only_name: str = ""
    """The one item whose annotation file was named."""

    @property
    def lists(self) -> Path:
        """The folder of lists."""
        return self.root / "ImageSets"

    @property
    def class_masks(self) -> Path:
        """The folder of masks that tell classes."""
        return self.root / "SegmentationClass"

    @property
    def object_masks(self) -> Path:
        """The folder of masks that tell objects."""
        return self.root / "SegmentationObject"

    @property
    def label_map(self) -> Path:
        """The file of labels."""
        return self.root / _LABEL_MAP


class ClassList(msgspec.Struct, frozen=True):
    """A list of one class: which items of a subset show it."""

    path: Path
    stem: str


class ImageSets(msgspec.Struct, frozen=True, kw_only=True):
    """The items of each subset, in the order of the lists, and the lists of classes."""

    names: dict[str, dict[str, None]]
    class_lists: tuple[ClassList, ...] = ()
    stems: dict[str, str] = msgspec.field(default_factory=dict)
    """Stem of the list of each subset of ``Main``, to the subset."""


def is_file(path: Path) -> bool:
    """Whether there is a file; no error for names that no file can have."""
    return os.path.isfile(path)  # noqa: PTH113 (Path.is_file raises where a name is too long)


def find_place(path: Path) -> Place:
    """The folders of the dataset that *path* is, lies in, or is the parent of.

    Raises:
        FormatError: There is none, or there are several.
    """
    if path.is_file():
        return _place_of_file(path)
    if not path.is_dir():
        raise FormatError("no such file or folder", path=path)
    if _has_marks(path):
        return _standard(path)
    if path.name in _FOLDERS:
        return _standard(path.parent)
    if path.parent.name == "ImageSets":
        return _standard(path.parent.parent)
    if next(path.glob("*.xml"), None) is not None:
        return Place(root=path, annotations=path, images=path)
    return _standard(_only_child(path))


def _standard(root: Path) -> Place:
    return Place(root=root, annotations=root / "Annotations", images=root / "JPEGImages")


def _has_marks(path: Path) -> bool:
    return any((path / name).is_dir() for name in _MARKS) or (path / _LABEL_MAP).is_file()


def _only_child(path: Path) -> Path:
    """The one dataset below *path*, as in ``VOCdevkit/VOC2012``."""
    found = [child for child in sorted(path.iterdir()) if child.is_dir() and _has_marks(child)]
    if not found:
        found = [
            child
            for child in sorted(path.glob("VOCdevkit/*"))
            if child.is_dir() and _has_marks(child)
        ]
    if not found:
        raise FormatError("no folder Annotations, ImageSets or SegmentationClass", path=path)
    if len(found) > 1:
        names = ", ".join(child.name for child in found)
        raise FormatError(f"several datasets: {names}; name one", path=path)
    return found[0]


def _place_of_file(path: Path) -> Place:
    parents = list(path.absolute().parents)
    by_name = {parent.name: parent for parent in reversed(parents)}
    if path.name == _LABEL_MAP:
        return _standard(path.parent)
    if path.suffix == ".txt" and "ImageSets" in by_name:
        root = by_name["ImageSets"].parent
        return msgspec.structs.replace(_standard(root), only_list=path)
    if path.suffix == ".xml":
        folder = by_name.get("Annotations")
        place = _standard(folder.parent) if folder else None
        inner = path.absolute().relative_to(folder) if folder else Path(path.name)
        place = place or Place(root=path.parent, annotations=path.parent, images=path.parent)
        return msgspec.structs.replace(place, only_name=inner.as_posix().removesuffix(".xml"))
    raise FormatError("neither an annotation (.xml) nor a list in ImageSets (.txt)", path=path)


def read_image_sets(place: Place, folders: Iterable[str]) -> ImageSets:
    """The items of the dataset.

    Those of the lists in *folders*; without any, those of all other lists; without any, all that
    has an annotation, an image or a mask, in the subset ``default``.

    Raises:
        FormatError: A list cannot be read, or names what lies outside.
    """
    if place.only_name:
        return ImageSets(names={DEFAULT_SUBSET: {place.only_name: None}})
    if place.only_list is not None:
        return _one_list(place, place.only_list)
    wanted = tuple(folders)
    rest = tuple(folder for folder in (*LIST_FOLDERS, ".") if folder not in wanted)
    for group in (wanted, rest):
        found = [path for folder in group for path in _subset_lists(place.lists / folder)]
        if found:
            return _merged(place, found)
    return ImageSets(names={DEFAULT_SUBSET: dict.fromkeys(_all_names(place))})


def _one_list(place: Place, path: Path) -> ImageSets:
    if path not in _subset_lists(path.parent):
        raise FormatError("the list of one class, not of a subset", path=path)
    return _merged(place, [path])


def _merged(place: Place, paths: list[Path]) -> ImageSets:
    names: dict[str, dict[str, None]] = {}
    for path in paths:
        names.setdefault(subset_of_stem(path.stem), {}).update(_read_list(place, path))
    stems = {path.stem: subset_of_stem(path.stem) for path in paths}
    return ImageSets(names=names, class_lists=_class_lists(place, stems), stems=stems)


def _subset_lists(folder: Path) -> list[Path]:
    """The lists of a folder that are not lists of one class or action."""
    paths = sorted(folder.glob("*.txt"))
    stems = {path.stem for path in paths}
    return [path for path in paths if not _is_class_list(path, stems)]


def _class_lists(place: Place, subsets: Iterable[str]) -> tuple[ClassList, ...]:
    ends = tuple(f"_{stem}" for stem in subsets)
    paths = sorted((place.lists / "Main").glob("*.txt"))
    stems = {path.stem for path in paths}
    return tuple(
        ClassList(path, path.stem)
        for path in paths
        if path.stem.endswith(ends) and _is_class_list(path, stems)
    )


def _is_class_list(path: Path, stems: set[str]) -> bool:
    """Whether a list is ``class_subset.txt``, with a sign behind each name."""
    ends = (at for at, letter in enumerate(path.stem) if letter == "_")
    if not any(path.stem[at + 1 :] in stems for at in ends):
        return False
    words = 2 if path.parent.name == "Action" else 1
    _, line = next(read_lines(path), (0, ""))
    rest = columns(line)[1] if line else []
    return len(rest) == words and rest[-1] in _SIGNS


def _read_list(place: Place, path: Path) -> dict[str, None]:
    numbered = path.parent.name in ("Layout", "Action")
    names: dict[str, None] = {}
    for number, line in read_lines(path):
        name = line if line.isalnum() else _name_in(place, line, numbered=numbered)
        if name.startswith("/") or ".." in name.split("/") or "\0" in name:
            raise FormatError(f"'{name}' leaves the dataset", path=path, line=number)
        names[name] = None
    return names


def _name_in(place: Place, line: str, *, numbered: bool) -> str:
    """The name in a line; where another tool left blanks in it bare, the longest that exists."""
    name, rest = columns(line)
    if not rest or line.startswith('"'):
        return name
    longer = line
    for _ in range(min(len(rest), _MOST_BLANKS)):
        if _exists(place, longer):
            return longer
        longer = longer.rsplit(None, 1)[0]
    return name if numbered or _exists(place, name) else line


def _exists(place: Place, name: str) -> bool:
    return is_file(place.annotations / f"{name}.xml") or is_file(place.images / f"{name}.jpg")


def _all_names(place: Place) -> list[str]:
    names = set(_stems(place.annotations, ".xml")) | set(_stems(place.class_masks, ".png"))
    names.update(_stem(path, place.images, path.suffix) for path in image_files(place.images))
    return sorted(names)


def _stems(folder: Path, ext: str) -> Iterator[str]:
    return (_stem(path, folder, ext) for path in walk(folder) if path.suffix == ext)


def _stem(path: Path, folder: Path, ext: str) -> str:
    return path.relative_to(folder).as_posix().removesuffix(ext)
