"""The conformance suite passes a faithful toy format, and fails toys that are not."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from datum.errors import FormatError
from datum.model import KINDS, Annotation, Categories, FileOnDisk, Item, Media
from datum.plugins import LIKELY, Format, Probe, Reading, Verdict, Writing
from datum.testing.formats import FormatSuite


class Row(msgspec.Struct):
    id: str
    subset: str
    attributes: dict[str, Any]
    image: dict[str, Any] | None
    annotations: list[tuple[str, msgspec.Raw]]
    file: str


class Page(msgspec.Struct):
    categories: Categories
    rows: list[Row]


def write_toy(writing: Writing) -> None:
    rows = []
    for number, item in enumerate(writing.dataset):
        for text in (item.id, item.subset):
            if any("\ud800" <= letter <= "\udfff" for letter in text):
                raise FormatError(f"item '{item.id}' is not Unicode")
        file = ""
        image = item.image
        if writing.save_media and image is not None and image.content is not None:
            file = f"images/{number}{writing.image_ext or Path(image.path).suffix}"
            writing.output.media(file, image)
        names = ("path", "width", "height", "frame")
        said = None if image is None else {name: getattr(image, name) for name in names}
        known = [(one.kind, msgspec.Raw(msgspec.json.encode(one))) for one in item.annotations]
        rows.append(Row(item.id, item.subset, item.attributes, said, known, file))
    page = Page(writing.dataset.categories, rows)
    writing.output.write("toy.json", msgspec.json.encode(page, order="sorted"))


def read_toy(path: Path, _options: Any) -> Reading:
    try:
        page = msgspec.json.decode((path / "toy.json").read_bytes(), type=Page)
        items = [_item(row, path) for row in page.rows]
    except (
        OSError,
        msgspec.DecodeError,
        KeyError,
        TypeError,
        UnicodeError,
        RecursionError,
    ) as error:
        raise FormatError(str(error), path=path) from error
    if len({item.key for item in items}) != len(items):
        raise FormatError("two items of one id", path=path)
    return Reading(categories=page.categories, items=items)


def _item(row: Row, path: Path) -> Item:
    annotations = tuple(
        msgspec.json.decode(data, type=KINDS[kind]) for kind, data in row.annotations
    )
    content = FileOnDisk(str(path / row.file)) if row.file else None
    media: tuple[Media, ...] = ()
    if row.image is not None:
        name = row.file or row.image["path"]
        media = (Media(**{**row.image, "path": name, "content": content}),)
    return Item(
        id=row.id,
        subset=row.subset,
        attributes=row.attributes,
        annotations=annotations,
        media=media,
    )


def sniff_toy(probe: Probe) -> Verdict:
    return Verdict(LIKELY if probe.files("toy.json") else 0, "toy.json")


TOY = Format(
    name="toy",
    title="A toy",
    link="https://example.org/toy",
    notes="Keeps everything.",
    keeps=frozenset(KINDS),
    read=read_toy,
    write=write_toy,
    sniff=sniff_toy,
    keeps_ids=True,
    keeps_groups=True,
    keeps_z_order=True,
    keeps_scores=True,
    keeps_attributes=True,
    keeps_item_attributes=True,
)


class TestToy(FormatSuite):
    format = TOY


def changed(change: Any, **card: Any) -> FormatSuite:
    """The suite of a toy whose writer sees other items than it was given."""

    class Changed:
        def __init__(self, dataset: Any) -> None:
            self.dataset = dataset
            self.categories = dataset.categories
            self.infos = dataset.infos

        def __iter__(self) -> Any:
            return (one for item in self.dataset if (one := change(item)) is not None)

    def write(writing: Writing) -> None:
        write_toy(msgspec.structs.replace(writing, dataset=Changed(writing.dataset)))

    class Suite(FormatSuite):
        format = replace(TOY, write=write, **card)

    return Suite()


def with_annotations(change: Any) -> Any:
    def changed_item(item: Item) -> Item:
        kept = (change(one) for one in item.annotations)
        return replace(item, annotations=tuple(one for one in kept if one is not None))

    return changed_item


def without_polygons(one: Annotation) -> Annotation | None:
    return None if one.kind == "polygon" else one


def test_a_kind_that_is_dropped_in_silence_fails():
    """A toy that drops polygons and neither says so on the card nor reports it fails twice."""
    suite = changed(with_annotations(without_polygons))
    with pytest.raises(AssertionError, match="is not x"):
        suite.test_what_is_claimed_survives_with_media()
    with pytest.raises(AssertionError, match="without a report"):
        suite.test_nothing_is_lost_in_silence()


def test_a_kind_that_is_not_claimed_must_be_reported():
    """A toy whose card is honest, but that reports nothing, fails."""
    suite = changed(with_annotations(without_polygons), keeps=frozenset(KINDS) - {"polygon"})
    suite.test_what_is_claimed_survives_with_media()
    with pytest.raises(AssertionError, match="polygon not in"):
        suite.test_a_kind_that_is_not_kept_is_reported("polygon")
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        suite.test_strict_refuses_before_anything_is_written()


@pytest.mark.parametrize(
    ("field", "value"),
    [("score", None), ("z_order", 0), ("group", 0), ("attributes", {})],
)
def test_a_field_that_is_dropped_in_silence_fails(field: str, value: Any):
    """A toy that forgets one common field fails."""
    suite = changed(with_annotations(lambda one: replace(one, **{field: value})))
    with pytest.raises(AssertionError, match="not in"):
        suite.test_a_field_that_is_not_kept_is_reported(field.rstrip("s"))


def test_rounding_fails():
    """A toy that rounds coordinates fails, unless the tolerance allows for it."""

    def rounded(one: Annotation) -> Annotation:
        return replace(one, x=round(one.x, 1)) if one.kind == "box" else one

    suite = changed(with_annotations(rounded))
    with pytest.raises(AssertionError, match="is not x"):
        suite.test_what_is_claimed_survives_with_media()
    type(suite).tolerance = 0.06
    suite.test_what_is_claimed_survives_with_media()


def test_an_id_that_becomes_another_fails():
    """A toy that replaces slashes in ids fails on the odd ids."""
    suite = changed(lambda item: replace(item, id=item.id.replace("/", "_")))
    suite.test_an_odd_id_survives_or_is_refused("with space")
    with pytest.raises(AssertionError, match="is gone"):
        suite.test_an_odd_id_survives_or_is_refused("a/b/c")


def test_items_that_vanish_fail():
    """A toy that leaves out items without annotations fails, if its card does not say so."""
    suite = changed(lambda item: item if item.annotations else None)
    with pytest.raises(AssertionError, match="is gone"):
        suite.test_items_without_annotations()


def test_output_that_differs_each_time_fails():
    """A toy that writes what no run repeats fails."""
    count = iter(range(10**6))

    def write(writing: Writing) -> None:
        write_toy(writing)
        writing.output.write("count", str(next(count)).encode())

    class Suite(FormatSuite):
        format = replace(TOY, write=write)

    with pytest.raises(AssertionError):
        Suite().test_two_writes_give_the_same_bytes()


def test_a_reader_that_crashes_on_damage_fails():
    """A toy that lets errors of a library out fails, and the damage is named."""

    def read(path: Path, _options: Any) -> Reading:
        page = msgspec.json.decode((path / "toy.json").read_bytes(), type=Page)
        return Reading(categories=page.categories, items=[_item(row, path) for row in page.rows])

    class Suite(FormatSuite):
        format = replace(TOY, read=read)

    with pytest.raises(AssertionError, match=r"toy\.json .*: ValidationError"):
        Suite().test_damaged_files_raise_datum_errors_only()


def test_a_card_that_says_too_little_fails():
    """A card without a link fails."""

    class Suite(FormatSuite):
        format = replace(TOY, link="")

    with pytest.raises(AssertionError, match="link"):
        Suite().test_the_card_is_complete()
