"""Layouts with a file of annotations beside each image: ``<subset>/<id>.json``, and the like."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from datum.errors import FormatError
from datum.model import DEFAULT_SUBSET, Item
from datum_formats._common.files import walk
from datum_formats._common.images import IMAGE_EXTENSIONS, image_media
from datum_formats._common.names import is_text, stem, subset_of

__all__ = ["Sidecar", "find_sidecars", "image_item"]


class Sidecar(msgspec.Struct, frozen=True, kw_only=True):
    """An item as its files say it: annotations, an image, or both."""

    subset: str
    id: str
    folder: Path
    """Of the subset; the image's name is relative to it."""
    file: Path | None
    """With the annotations."""
    image: Path | None

    @property
    def place(self) -> Path:
        """The file to name in an error."""
        return self.file or self.image or self.folder


def image_item(sidecar: Sidecar) -> Item:
    """The item of an image that has no annotations."""
    name = sidecar.place.relative_to(sidecar.folder).as_posix()
    media = image_media(sidecar.image, name)
    return Item(id=sidecar.id, subset=sidecar.subset, media=(media,))


def find_sidecars(
    path: Path, ext: str, is_own: Callable[[Path], bool] = lambda _: True
) -> list[Sidecar]:
    """The items below *path*, or the one whose file of annotations it is, by subset and id.

    The folders at the top are subsets, unless a file of annotations lies beside them: then all is
    one subset.

    Args:
        path: A folder or a file.
        ext: Of the files of annotations, with the dot.
        is_own: Whether a file with that extension is one; others are passed over.

    Raises:
        FormatError: There is nothing at *path*; or two files would be one item.
    """
    if path.is_file():
        files, root = [path, *_beside(path)], path.parent
    elif path.is_dir():
        files, root = list(walk(path)), path
    else:
        raise FormatError("neither a folder nor a file", path=path)
    sidecars = [file for file in files if file.suffix.lower() == ext and is_own(file)]
    images = [file for file in files if file.suffix.lower() in IMAGE_EXTENSIONS]
    one = any(file.parent == root for file in sidecars)
    folders = {DEFAULT_SUBSET: root} if one else _folders(root, [*sidecars, *images])
    found: list[Sidecar] = []
    for subset, folder in sorted(folders.items()):
        found += _pair(subset, folder, _below(folder, sidecars), _below(folder, images))
    return found


def _beside(path: Path) -> Iterator[Path]:
    """The images of the one item whose annotations are in *path*."""
    name = path.stem
    return (
        file
        for file in sorted(path.parent.glob("*"))
        if file.suffix.lower() in IMAGE_EXTENSIONS and file.stem == name
    )


def _folders(root: Path, files: Iterable[Path]) -> dict[str, Path]:
    """The folders of the subsets by name."""
    folders: dict[str, Path] = {}
    for file in files:
        parts = file.relative_to(root).parts
        if len(parts) > 1:
            folders[subset_of(parts[0])] = root / parts[0]
    return folders


def _below(folder: Path, files: Iterable[Path]) -> dict[str, Path]:
    """The files under *folder* by relative name."""
    found = {}
    for file in files:
        if file.is_relative_to(folder):
            name = file.relative_to(folder).as_posix()
            if not is_text(name):
                raise FormatError("the name of the file is not UTF-8", path=ascii(str(file)))
            found[name] = file
    return found


def _pair(
    subset: str, folder: Path, sidecars: dict[str, Path], images: dict[str, Path]
) -> Iterator[Sidecar]:
    """Annotations and images of one stem; an image alone is an item, too."""
    by_stem: dict[str, list[str]] = {}
    for name in images:
        by_stem.setdefault(stem(name), []).append(name)
    ids: set[str] = set()
    for name, file in sidecars.items():
        key = stem(name)
        ids.add(key)
        of_it = by_stem.pop(key, [])
        image = images[of_it[0]] if of_it else None
        yield Sidecar(subset=subset, id=key, folder=folder, file=file, image=image)
        by_stem.update({other: [other] for other in of_it[1:]})
    for key, names in by_stem.items():
        for name in names:
            own = key if len(names) == 1 else name
            if own in ids:
                raise FormatError(f"item '{subset}/{own}' is there twice", path=images[name])
            yield Sidecar(subset=subset, id=own, folder=folder, file=None, image=images[name])
