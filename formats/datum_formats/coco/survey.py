"""A first look at a subset: its images, which ids can be kept, which files have something to say."""

from collections.abc import Sequence

import msgspec

from datum.model import Item
from datum.plugins import Writing
from datum_formats.coco.images import ImageWriter, wanted_id
from datum_formats.coco.join import Said, Thing, in_order, things_of
from datum_formats.coco.layout import TASKS, Layout
from datum_formats.coco.numbers import Numbering, Seen
from datum_formats.coco.tasks import Chooser
from datum_formats.coco.values import encode_for

__all__ = ["Survey", "survey", "things_in"]


class Survey(msgspec.Struct):
    """What must be known of a subset before its files are written."""

    subset: str
    names: list[str]
    """File name of each image."""
    image_ids: list[int | str]
    images: list[bytes]
    """JSON of each image."""
    image_numbers: Numbering
    """Which of their ids were made."""
    numbers: Numbering
    """Ids of annotations."""
    tasks: set[str]
    """Those that have something to say."""


def survey(
    writing: Writing, chooser: Chooser, subset: str, merged: set[str], layout: Layout
) -> Survey:
    """Look at all items of a subset; write their media.

    Args:
        writing: What is written.
        chooser: Which file holds what.
        subset: Name of the subset.
        merged: Paths of images written so far, of all subsets.
        layout: Where the files are to be.

    Raises:
        FormatError: An item cannot be named or spelled.
    """
    seen_images, seen = Seen(), Seen()
    writer = ImageWriter(writing.image_ext, writing.losses)
    names: list[str] = []
    drafts: list[tuple[int | str | None, bytes]] = []
    tasks: set[str] = set()
    said = writing.dataset.statements(subset)
    for item, (_, statements) in zip(writing.dataset.bare_items(subset), said, strict=True):
        name = writer.name(item)
        names.append(name)
        seen_images.add(wanted_id(item))
        fields = {**{key: [] for key in layout.image_keys}, **writer.fields(item, name)}
        drafts.append((wanted_id(item), encode_for(item, fields)))
        where = f"{subset}/{item.id}"
        held, strange = things_in(statements, chooser)
        for thing, holders in held:
            seen.add(thing.parts[0].id)
            tasks.update(holders)
            chooser.count_losses(thing, holders, writing.losses, where)
        for annotation in strange:
            writing.losses.add(annotation.kind, "COCO has no such kind", where=where)
        _write_media(writing, item, layout.images(item.subset) + name, merged)
    image_numbers = seen_images.numbering(reindex=writing.options["reindex"])
    images = [_numbered(image_numbers, *draft) for draft in drafts]
    return Survey(
        subset=subset,
        names=names,
        image_ids=[number for number, _ in images],
        images=[image for _, image in images],
        image_numbers=image_numbers,
        numbers=seen.numbering(reindex=writing.options["reindex"]),
        tasks=tasks,
    )


def things_in(
    annotations: Sequence[Said], chooser: Chooser
) -> tuple[list[tuple[Thing[Said], tuple[str, ...]]], list[Said]]:
    """The things of an item's annotations with the files that hold each, in their order; and what is no thing."""
    things, strange = things_of(annotations)
    held = [(thing, chooser.holders(thing)) for thing in things]
    if len({holders for _, holders in held}) > 1:
        held.sort(key=lambda one: TASKS.index(one[1][0]) if one[1] else len(TASKS))
    in_order([thing for thing, _ in held])
    return held, strange


def _numbered(
    numbering: Numbering, wanted: int | str | None, draft: bytes
) -> tuple[int | str, bytes]:
    """An image's id, and its JSON with it; an id that cannot be kept goes under ``datum``."""
    number, new = numbering.give(wanted)
    if new and wanted is not None:
        fields = msgspec.json.decode(draft)
        fields.setdefault("datum", {}).setdefault("attributes", {})["id"] = wanted
        draft = msgspec.json.encode(fields)
    return number, b'{"id":' + msgspec.json.encode(number) + b"," + draft[1:]


def _write_media(writing: Writing, item: Item, path: str, merged: set[str]) -> None:
    if not writing.save_media or item.image is None:
        return
    if item.image.content is None:
        where = f"{item.subset}/{item.id}"
        writing.losses.add("media", "the image is not to be had", where=where)
        return
    if writing.options.get("merge_images"):
        _, _, name = path.removeprefix("images/").partition("/")
        path = path if f"images/{name}" in merged else f"images/{name}"
    merged.add(path)
    writing.output.media(path, item.image)
