"""Writing the layout of darknet: obj.data, obj.names, lists, label files beside the images."""

from datum.errors import FormatError
from datum.model import Categories
from datum.plugins import Writing
from datum_formats._common.losses import count_dataset, count_item
from datum_formats._common.names import image_name, stem, subset_folder
from datum_formats.yolo.darknet_read import RESERVED
from datum_formats.yolo.images import write_image
from datum_formats.yolo.label_write import box_lines
from datum_formats.yolo.objects import PLACES
from datum_formats.yolo.sizes import META, sizes_text

__all__ = ["write_darknet"]


def write_darknet(writing: Writing) -> None:
    """Write the dataset; see the module.

    Raises:
        FormatError: A subset, an item or a label has a name that the layout cannot hold.
    """
    dataset = writing.dataset
    prefix = "data/" if writing.options.get("add_path_prefix", True) else ""
    writing.output.write("obj.names", _names(dataset.categories))
    count_dataset(writing, PLACES)
    sizes: dict[str, tuple[int, int]] = {}
    data = [f"classes = {len(dataset.categories.labels)}\n"]
    for subset in dataset.subsets():
        name = subset_folder(subset, RESERVED)
        _check_key(subset)
        data.append(f"{subset} = {prefix}{name}.txt\n")
        _write_subset(writing, subset, (name, prefix), sizes)
    data += [f"names = {prefix}obj.names\n", "backup = backup/\n"]
    writing.output.write("obj.data", "".join(data).encode())
    if sizes:
        writing.output.write(META, sizes_text(sizes))


def _check_key(subset: str) -> None:
    if "=" in subset or subset.startswith("#"):
        raise FormatError(f"subset '{subset}' cannot be a key of obj.data")


def _names(categories: Categories) -> bytes:
    for name in categories.names():
        if "\n" in name or name.endswith("\r"):
            raise FormatError(f"label {name!r} has a line break, which obj.names cannot hold")
    return "".join(f"{name}\n" for name in categories.names()).encode()


def _write_subset(
    writing: Writing, subset: str, names: tuple[str, str], sizes: dict[str, tuple[int, int]]
) -> None:
    """Write the list, labels and images of one subset, and note the *sizes* to be written.

    Args:
        writing: What is written where.
        subset: Its name.
        names: Its name in paths, and the prefix of paths.
        sizes: Sizes by name that no image file tells.
    """
    name, prefix = names
    folder = f"obj_{name}_data/"
    entries: list[str] = []
    for item in writing.dataset.items(subset):
        image = folder + image_name(item, writing.image_ext)
        entries.append(f"{prefix}{image}\n")
        count_item(writing, item, PLACES)
        lines = box_lines(item, writing.dataset.categories, writing.losses)
        writing.output.write(f"{stem(image)}.txt", lines)
        if not write_image(writing, item, image) and item.size is not None:
            # an id that may be the path of another item's labels is not used as a key
            own = item.id not in sizes and not item.id.startswith("obj_")
            sizes[item.id if own else stem(image)] = item.size
    writing.output.write(f"{name}.txt", "".join(entries).encode())
