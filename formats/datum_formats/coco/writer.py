"""One file of a COCO dataset: its head, its images, and a stream of its annotations."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import UNSET

from datum.losses import LossReport
from datum.model import Annotation, Item, Mask
from datum.plugins import Writing
from datum_formats.coco.compose import Composer, ids_follow
from datum_formats.coco.join import Thing
from datum_formats.coco.layout import Layout
from datum_formats.coco.outlines import fitted
from datum_formats.coco.read import FILE_INFOS, KEY_INFOS
from datum_formats.coco.segments import PanopticNames, numbers_for, panoptic_entry
from datum_formats.coco.shapes import FileExtra
from datum_formats.coco.survey import Survey, things_in
from datum_formats.coco.tasks import Chooser, part_of
from datum_formats.coco.values import encode_for

__all__ = ["Plan", "write_file"]

_CHUNK = 1 << 16
_RESERVED = frozenset(["images", "annotations", "categories", "datum"])


class Found(msgspec.Struct):
    """A thing of the file's task."""

    thing: Thing[Annotation]
    number: int
    """The id of its annotation."""
    new: bool
    """Whether that was made."""
    losses: LossReport
    follow: bool = True
    """Whether the ids of the item's parts need not be written."""


class Plan(msgspec.Struct, frozen=True):
    """What is the same for all files of a dataset."""

    writing: Writing
    chooser: Chooser
    composer: Composer
    categories: list[dict[str, Any]]
    new_category_ids: bool
    layout: Layout


def write_file(plan: Plan, survey: Survey, task: str) -> None:
    """Write the file of a task and a subset.

    Raises:
        FormatError: An item cannot be spelled.
    """
    path = plan.layout.annotations(task, survey.subset)
    annotations = _panoptic(plan, survey) if task == "panoptic" else _plain(plan, survey, task)
    if task == "panoptic":  # writes PNGs, which must not happen while another file is open
        annotations = iter(list(annotations))
    plan.writing.output.stream(path, _chunks(_pieces(plan, survey, path, annotations)))


def _pieces(plan: Plan, survey: Survey, path: str, annotations: Iterable[bytes]) -> Iterator[bytes]:
    """The file, in small pieces."""
    yield msgspec.json.encode(_head(plan, survey, path))[:-1]
    yield b',\n"images":['
    yield from _separated(survey.images)
    yield b'],\n"annotations":['
    yield from _separated(annotations)
    yield b"]}\n"


def _separated(records: Iterable[bytes]) -> Iterator[bytes]:
    between = b"\n"
    for record in records:
        yield between
        yield record
        between = b",\n"


def _chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in fewer pieces."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= _CHUNK:
            yield b"".join(held)
            held.clear()
            size = 0
    yield b"".join(held)


def _head(plan: Plan, survey: Survey, path: str) -> dict[str, Any]:
    """All keys but images and annotations."""
    infos = plan.writing.dataset.infos
    stem = path.rpartition("/")[2].removesuffix(".json")
    own = infos.get(FILE_INFOS)
    said = {key: value for key, value in infos.items() if key not in (FILE_INFOS, KEY_INFOS)}
    if isinstance(own, dict) and isinstance(own.get(stem), dict):
        said |= own[stem]
    head: dict[str, Any] = {"info": {}, "licenses": []}
    head |= {key: value for key, value in said.items() if key not in _RESERVED}
    extra = FileExtra(
        subset=UNSET if plan.layout.subset(path) == survey.subset else survey.subset,
        first_new_image_id=_first_new(survey.image_numbers),
        first_new_annotation_id=_first_new(survey.numbers),
        new_category_ids=plan.new_category_ids,
        attributes=plan.writing.dataset.categories.attributes,
        infos={key: value for key, value in said.items() if key in _RESERVED},
    )
    if extra != FileExtra():
        head["datum"] = extra
    return {**head, "categories": plan.categories}


def _first_new(numbering: Any) -> Any:
    return numbering.first_new if numbering.makes else UNSET


def _found(plan: Plan, survey: Survey, task: str) -> Iterator[tuple[int, Item, list[Found]]]:
    """Each item with its number, and its things that the file of a task holds."""
    numbers = survey.numbers.again()
    again = LossReport()
    for index, item in enumerate(plan.writing.dataset.items(survey.subset)):
        held: list[tuple[Thing[Annotation], int, bool]] = []
        own: list[tuple[Thing[Annotation], int, bool, LossReport]] = []
        for thing, holders in things_in(item.annotations, plan.chooser)[0]:
            number, new = numbers.give(thing.parts[0].id)
            if holders:
                fullest = "person_keypoints" if "person_keypoints" in holders else holders[0]
                held.append((part_of(fullest, thing), int(number), new))
            if task in holders:
                # what is lost of a thing that several files hold is counted once
                losses = plan.writing.losses if holders[0] == task else again
                own.append((part_of(task, thing), int(number), new, losses))
        yield index, item, _fitted(plan, task, item, own, follow=ids_follow(held))


def _fitted(
    plan: Plan,
    task: str,
    item: Item,
    own: Iterable[tuple[Thing[Annotation], int, bool, LossReport]],
    *,
    follow: bool,
) -> list[Found]:
    """The things of an item's file, made to fit; what changes keeps its ids in any case."""
    found: list[Found] = []
    for thing, number, new, losses in own:
        part = _fitting(plan, task, item, thing, losses)
        if part is not thing:
            follow = False
        if part is not None:
            found.append(Found(part, number, new, losses))
    if not follow:
        for one in found:
            one.follow = False
    return found


def _fitting(
    plan: Plan, task: str, item: Item, thing: Thing[Annotation], losses: LossReport
) -> Thing[Annotation] | None:
    if thing.sort != "object":
        return thing
    mode = "mask" if task == "panoptic" else plan.writing.options["segmentation_mode"]
    return fitted(thing, mode, item.size, losses, f"{item.subset}/{item.id}")


def _composed(plan: Plan, one: Found, number: int, where: str) -> dict[str, Any]:
    return plan.composer.compose(
        one.thing,
        number,
        new=one.new,
        follow=one.follow and number == one.number,
        losses=one.losses,
        where=where,
    )


def _plain(plan: Plan, survey: Survey, task: str) -> Iterator[bytes]:
    """The annotations of every task but panoptic."""
    for index, item, found in _found(plan, survey, task):
        where = f"{item.subset}/{item.id}"
        for one in found:
            entry = {"id": one.number, "image_id": survey.image_ids[index]}
            entry |= _composed(plan, one, one.number, where)
            if task == "person_keypoints":
                entry.setdefault("num_keypoints", 0)
            yield encode_for(item, entry)


def _panoptic(plan: Plan, survey: Survey) -> Iterator[bytes]:
    """The annotations of panoptic images; writes their PNGs."""
    names = PanopticNames()
    folder = plan.layout.annotations("panoptic", survey.subset).removesuffix(".json")
    for index, item, found in _found(plan, survey, "panoptic"):
        where = f"{item.subset}/{item.id}"
        drawn = []
        for one in found:
            if any(isinstance(part, Mask) for part in one.thing.parts):
                drawn.append(one)
            else:
                one.losses.add("polygon", "not drawn: the image has no size", where=where)
        if not drawn:
            continue
        numbers = numbers_for([one.number for one in drawn])
        entries = [
            _composed(plan, one, mine, where) for one, mine in zip(drawn, numbers, strict=True)
        ]
        png = names.name(survey.names[index])
        entry, data = panoptic_entry(item, [one.thing for one in drawn], entries, png)
        plan.writing.output.write(f"{folder}/{png}", data)
        yield encode_for(item, {"image_id": survey.image_ids[index], **entry})
