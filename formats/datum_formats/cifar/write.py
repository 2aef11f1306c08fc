"""Writing CIFAR."""

from typing import Any

from datum.model import Item
from datum.plugins import Writing
from datum_formats._common.dataset_meta import META_NAME, encode_meta
from datum_formats._common.folder_names import folder_name
from datum_formats._common.names import check_name, check_text
from datum_formats._common.pickles import dump_pickle
from datum_formats._common.pixels import colors, picture_of
from datum_formats._common.single_label import label_of
from datum_formats._common.unkept import Unkept
from datum_formats.cifar.sniff import META_NAMES

__all__ = ["write_cifar"]

_SIDE = 32
_REASON = "CIFAR has no place for it"


def write_cifar(writing: Writing) -> None:
    """Write a batch for each subset, and the names of labels.

    Raises:
        FormatError: A subset or an id cannot be written.
    """
    unkept = Unkept(losses=writing.losses, reason=_REASON, kinds={"label"}, parents=True)
    unkept.dataset(writing.dataset)
    parents = _parents(writing)
    subsets: dict[str, str] = {}
    for subset in writing.dataset.subsets():
        name = folder_name(subset, "subset", taken="meta")
        if name in (*META_NAMES, META_NAME):
            name = f"%{ord(name[0]):02X}{name[1:]}"
        subsets[name] = subset
        writing.output.write(name, dump_pickle(_batch(writing, unkept, subset, parents)))
    _write_labels(writing, parents)
    meta = encode_meta(subsets={name: subset for name, subset in subsets.items() if name != subset})
    if meta is not None:
        writing.output.write(META_NAME, meta)


def _parents(writing: Writing) -> list[int | None] | None:
    """The number of each label's parent; None where no label has one."""
    labels = writing.dataset.categories.labels
    names = sorted({label.parent for label in labels} - {""})
    if not names:
        return None
    return [names.index(label.parent) if label.parent else None for label in labels]


def _write_labels(writing: Writing, parents: list[int | None] | None) -> None:
    labels = writing.dataset.categories.labels
    names = [check_text(label.name, f"label '{label.name}'") for label in labels]
    if parents is None:
        said: dict[str, Any] = {"num_cases_per_batch": 0, "label_names": names, "num_vis": 3072}
        said["num_cases_per_batch"] = len(writing.dataset)
        writing.output.write("batches.meta", dump_pickle(said))
        return
    coarse = sorted({label.parent for label in labels} - {""})
    said = {"fine_label_names": names, "coarse_label_names": coarse, "coarse_labels": parents}
    writing.output.write("meta", dump_pickle(said))


def _batch(
    writing: Writing, unkept: Unkept, subset: str, parents: list[int | None] | None
) -> dict[str, Any]:
    """The map of one subset."""
    import numpy as np

    rows: list[Any] = []
    sizes: list[tuple[int, int] | None] = []
    names: list[str] = []
    labels: list[int | None] = []
    for item in writing.dataset.items(subset):
        unkept.item(item)
        row, size = _row(writing, item)
        rows.append(row)
        sizes.append(size)
        labels.append(label_of(item, writing))
        names.append(f"{check_name(item)}.png")
    data: dict[str, Any] = {"batch_label": check_text(subset, f"subset '{subset}'")}
    if parents is None:
        data["labels"] = labels
    else:
        data["fine_labels"] = labels
        data["coarse_labels"] = [None if label is None else parents[label] for label in labels]
    data["filenames"] = names
    if all(size == (_SIDE, _SIDE) for size in sizes):
        flat = np.concatenate(rows) if rows else np.zeros((0, 3 * _SIDE**2), np.uint8)
        data["data"] = flat
    else:
        data["data"] = rows
        data["image_sizes"] = sizes
    return data


def _row(writing: Writing, item: Item) -> tuple[Any, tuple[int, int] | None]:
    """The row of an item's pixels, and height and width; None for both where there are none."""
    pixels = picture_of(item, writing)
    if pixels is None:
        return None, None
    planes = colors(pixels)
    return planes.reshape(1, -1), planes.shape[1:]
