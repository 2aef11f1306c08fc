"""One file of a COCO dataset: its head, its images, and a stream of its annotations."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import UNSET

from datum.losses import LossReport
from datum.model import Item, Mask
from datum.plugins import Writing
from datum_formats.coco.compose import Composer
from datum_formats.coco.join import Thing
from datum_formats.coco.layout import annotation_path, split_name
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

Found = tuple[Thing, int, bool, LossReport]
"""A thing of the file's task, its id, whether that is new, and the report for it."""


class Plan(msgspec.Struct, frozen=True):
    """What is the same for all files of a dataset."""

    writing: Writing
    chooser: Chooser
    composer: Composer
    categories: list[dict[str, Any]]
    new_category_ids: bool


def write_file(plan: Plan, survey: Survey, task: str) -> None:
    """Write the file of a task and a subset.

    Raises:
        FormatError: An item cannot be spelled.
    """
    path = annotation_path(task, survey.subset)
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
        subset=UNSET if split_name(stem)[1] == survey.subset else survey.subset,
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
        found: list[Found] = []
        for thing, holders in things_in(item, plan.chooser)[0]:
            number, new = numbers.give(thing.parts[0].id)
            if task in holders:
                # what is lost of a thing that several files hold is counted once
                losses = plan.writing.losses if holders[0] == task else again
                part = _fitting(plan, task, item, part_of(task, thing), losses)
                if part is not None:
                    found.append((part, int(number), new, losses))
        yield index, item, found


def _fitting(plan: Plan, task: str, item: Item, thing: Thing, losses: LossReport) -> Thing | None:
    if thing.sort != "object":
        return thing
    mode = "mask" if task == "panoptic" else plan.writing.options["segmentation_mode"]
    return fitted(thing, mode, item.size, losses, f"{item.subset}/{item.id}")


def _plain(plan: Plan, survey: Survey, task: str) -> Iterator[bytes]:
    """The annotations of every task but panoptic."""
    for index, item, found in _found(plan, survey, task):
        where = f"{item.subset}/{item.id}"
        for thing, number, new, losses in found:
            entry = {"id": number, "image_id": survey.image_ids[index]}
            entry |= plan.composer.compose(thing, number, new=new, losses=losses, where=where)
            if task == "person_keypoints":
                entry.setdefault("num_keypoints", 0)
            yield encode_for(item, entry)


def _panoptic(plan: Plan, survey: Survey) -> Iterator[bytes]:
    """The annotations of panoptic images; writes their PNGs."""
    names = PanopticNames()
    folder = annotation_path("panoptic", survey.subset).removesuffix(".json")
    for index, item, found in _found(plan, survey, "panoptic"):
        where = f"{item.subset}/{item.id}"
        drawn = []
        for one in found:
            if any(isinstance(part, Mask) for part in one[0].parts):
                drawn.append(one)
            else:
                one[3].add("polygon", "not drawn: the image has no size", where=where)
        if not drawn:
            continue
        numbers = numbers_for([number for _, number, _, _ in drawn])
        entries = [
            plan.composer.compose(thing, mine, new=new, losses=losses, where=where)
            for (thing, _, new, losses), mine in zip(drawn, numbers, strict=True)
        ]
        png = names.name(survey.names[index])
        entry, data = panoptic_entry(item, [one[0] for one in drawn], entries, png)
        plan.writing.output.write(f"{folder}/{png}", data)
        yield encode_for(item, {"image_id": survey.image_ids[index], **entry})
