"""A dataset that is a list, and small fixed datasets with real images."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from msgspec.structs import replace

from datum.errors import UsageError
from datum.model import (
    Annotation,
    Batch,
    Box,
    Categories,
    InMemory,
    Item,
    Label,
    LabelCategory,
    Media,
    Polygon,
    Statement,
)
from datum.model.batches import single

__all__ = [
    "ListDataset",
    "detection_dataset",
    "empty_dataset",
    "image_bytes",
    "image_item",
    "many_labels_dataset",
    "picture",
    "same_ids_dataset",
]


class ListDataset:
    """A dataset over a list of items, sorted by subset and id; see :class:`datum.plugins.Dataset`."""

    def __init__(
        self,
        items: Iterable[Item | Batch] = (),
        categories: Categories | None = None,
        infos: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep the items.

        Args:
            items: In any order; batches come as their items.
            categories: What annotations may say; None for nothing.
            infos: What is known of the dataset as a whole.

        Raises:
            UsageError: Two items have one subset and id.
        """
        self._items = tuple(sorted(single(items), key=lambda item: item.key))
        self._categories = Categories() if categories is None else categories
        self._infos = {} if infos is None else dict(infos)
        for one, next_one in zip(self._items, self._items[1:], strict=False):
            if one.key == next_one.key:
                raise UsageError(f"two items are called '{one.subset}/{one.id}'")

    @property
    def categories(self) -> Categories:
        """What annotations may say."""
        return self._categories

    @property
    def infos(self) -> Mapping[str, Any]:
        """What is known of the dataset as a whole."""
        return self._infos

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def __repr__(self) -> str:
        items = [_short(item) for item in self._items]
        return f"ListDataset({items!r}, {self._categories!r}, {self._infos!r})"

    def subsets(self) -> Sequence[str]:
        """Names of the subsets, sorted."""
        return sorted({item.subset for item in self._items})

    def items(self, subset: str) -> Iterator[Item]:
        """The items of one subset, in the order of their ids."""
        return (item for item in self._items if item.subset == subset)

    def item_keys(self) -> Iterator[tuple[str, str]]:
        """Subset and id of every item, in order."""
        return (item.key for item in self._items)

    def bare_items(self, subset: str | None = None) -> Iterator[Item]:
        """All items without their annotations."""
        return (replace(item, annotations=()) for item in self._of(subset))

    def statements(
        self, subset: str | None = None
    ) -> Iterator[tuple[tuple[str, str], list[Statement]]]:
        """Subset and id of every item, and what its annotations say."""
        for item in self._of(subset):
            notes = [
                Statement(one.kind, one.label, one.attributes, one.id, one.group)
                for one in item.annotations
            ]
            yield item.key, notes

    def _of(self, subset: str | None) -> Iterator[Item]:
        return (item for item in self._items if subset in (None, item.subset))


def _short(item: Item) -> Item:
    """The item with a word in place of its images' bytes, to be shown to people."""
    media = tuple(
        replace(one, content=InMemory(b"%d bytes" % len(one.content.data)))
        if isinstance(one.content, InMemory)
        else one
        for one in item.media
    )
    return replace(item, media=media)


@cache
def image_bytes(ext: str = ".png", height: int = 6, width: int = 8, seed: int = 0) -> bytes:
    """An image file: colours that differ with *seed*, the same bytes every time.

    Args:
        ext: Its type, as an extension that OpenCV writes.
        height: In pixels.
        width: In pixels.
        seed: What tells one picture from another.
    """
    import cv2
    import numpy as np

    rows, columns = np.mgrid[0:height, 0:width]
    planes = [(rows * 31 + columns * 17 * step + seed * 53) % 256 for step in (1, 2, 3)]
    _, encoded = cv2.imencode(ext, np.stack(planes, axis=-1).astype(np.uint8))
    return encoded.tobytes()


def picture(name: str, ext: str = ".png", height: int = 6, width: int = 8, seed: int = 0) -> Media:
    """Media that holds :func:`image_bytes`, called *name* and *ext*."""
    return Media(
        path=name + ext,
        height=height,
        width=width,
        content=InMemory(image_bytes(ext, height, width, seed)),
    )


def image_item(
    name: str, *annotations: Annotation, subset: str = "train", ext: str = ".jpg", seed: int = 0
) -> Item:
    """An item called *name* with a picture of 6 rows and 8 columns."""
    return Item(
        id=name,
        subset=subset,
        media=(picture(name, ext, seed=seed),),
        annotations=annotations,
    )


def empty_dataset() -> ListDataset:
    """No items; two labels."""
    return ListDataset([], Categories.of(["cat", "dog"]))


def detection_dataset() -> ListDataset:
    """Three items in two subsets, labels, boxes and polygons, and one item with nothing on it."""
    return ListDataset(
        [
            image_item(
                "a",
                Label(label=0),
                Box(label=0, x=1.0, y=2.0, w=3.0, h=2.5),
                Polygon(label=1, points=(0.0, 0.0, 4.0, 0.5, 2.0, 3.0)),
            ),
            image_item("b", seed=1),
            image_item("c", Box(label=1, x=0.0, y=0.0, w=8.0, h=6.0), subset="val", seed=2),
        ],
        Categories.of(["cat", "dog"]),
    )


def same_ids_dataset() -> ListDataset:
    """One id in three subsets, each with another picture and another label."""
    return ListDataset(
        [
            image_item(
                "same",
                Label(label=n),
                Box(label=n, x=n, y=1.0, w=2.0, h=2.0),
                subset=subset,
                seed=n,
            )
            for n, subset in enumerate(("test", "train", "val"))
        ],
        Categories.of(["one", "two", "three"]),
    )


def many_labels_dataset(count: int = 300) -> ListDataset:
    """*count* labels, of which the first and the last are used."""
    labels = tuple(LabelCategory(name=f"label-{n}") for n in range(count))
    used = sorted({0, count - 1}) if count else []
    items = [
        image_item(f"item-{n}", Label(label=n), Box(label=n, x=1.0, y=1.0, w=2.0, h=3.0))
        for n in used
    ]
    return ListDataset(items, Categories(labels=labels))
