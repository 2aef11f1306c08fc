"""A suite that every format passes, ours and those of plugins.

Subclass it in a test module, name the card, and run pytest::

    from datum.testing.formats import FormatSuite


    class TestMine(FormatSuite):
        format = MY_CARD

It draws datasets, cuts them down to what the card claims (kinds, ids, groups, …), writes them,
reads them back and compares; and it checks that what the card does not claim is counted as lost,
that nothing is written where loss is refused, that output is the same every time, and that damaged
files raise nothing but :class:`datum.errors.DatumError`.

Needs pytest and Hypothesis.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from datum.detection import FolderProbe
from datum.errors import DatumError, FormatError, LossError, MediaError
from datum.losses import LossReport
from datum.model import KINDS, Annotation, Categories, InMemory, Item, Media
from datum.model.pairing import give_ids
from datum.outputs import FolderOutput, MemoryOutput, write_dataset
from datum.plugins import LIKELY, Format, parse_options
from datum.testing.claims import claimed, without_fields
from datum.testing.compare import item_differences, label_differences
from datum.testing.damage import damaged
from datum.testing.datasets import (
    ListDataset,
    detection_dataset,
    empty_dataset,
    image_item,
    many_labels_dataset,
    same_ids_dataset,
)
from datum.testing.samples import FIELDS, all_kinds_dataset, sample, sample_categories
from datum.testing.strategies import ODD_IDS, ODD_LABELS, datasets

__all__ = ["FormatSuite"]

_drawn = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # the differences are said in words; shrinking takes minutes
    suppress_health_check=[
        HealthCheck.differing_executors,  # one test runs for each subclass
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)

_NEARLY = 1e-8
"""Pixels: 1e-9 of the size of the images that are drawn."""


class FormatSuite:
    """What a format owes its users. Set :attr:`format`; the other attributes have defaults."""

    format: ClassVar[Format]
    """The card under test."""
    tolerance: ClassVar[float] = 0.0
    """How far coordinates may be off after writing and reading, in pixels.

    0 is exact, or to 1e-9 where the card says that coordinates are not.
    """
    read_options: ClassVar[Mapping[str, Any]] = {}
    write_options: ClassVar[Mapping[str, Any]] = {}
    without_media: ClassVar[bool] = True
    """Whether annotations and sizes survive where image files are not written."""
    instance_groups: ClassVar[bool] = False
    """Whether only such groups survive as are one object; see datum.testing.claims.is_instance."""
    unreported: ClassVar[frozenset[str]] = frozenset({"id"})
    """Fields that may be lost without a line in the loss report."""
    least_score: ClassVar[int] = LIKELY
    """What the sniffer must say of the format's own output."""
    damages: ClassVar[int] = 100
    """How many damaged copies of an export are read."""

    def restrict(self, dataset: ListDataset) -> ListDataset:
        """The part of a claimed dataset that survives; to be overridden where cards cannot say it.

        Gets what the card claims already. For rules such as "masks that do not overlap".
        """
        return dataset

    # ------------------------------------------------------------------ the card

    def test_the_card_is_complete(self) -> None:
        """The card has title, link, notes, known kinds, and a reader or a writer."""
        card = self.format
        assert card.name, "a format has a name"
        assert card.name == card.name.lower().replace("-", "_"), card.name
        assert card.title, "a format has a title"
        assert card.link.startswith("https://"), f"no link to a specification: {card.link!r}"
        assert card.notes, "notes say what a user should know"
        assert card.keeps <= set(KINDS), f"unknown kinds {card.keeps - set(KINDS)}"
        assert card.read or card.write, "a format is read or written"
        for option in (*card.read_options, *card.write_options):
            assert option.help, f"option {option.name} has no help"
            assert option.name == option.name.lower().replace("-", "_"), option.name

    # ------------------------------------------------------------------ what is kept

    @_drawn
    @given(st.data())
    def test_what_is_claimed_survives_with_media(self, data: st.DataObject) -> None:
        """read(write(x)) is x, images and their bytes included, and no loss is reported."""
        drawn = data.draw(datasets(plain=True, kinds=self.format.keeps))
        self._assert_survives(self._claimed(drawn, media=True), media=True)

    @_drawn
    @given(st.data())
    def test_what_is_claimed_survives_without_media(self, data: st.DataObject) -> None:
        """read(write(x)) is x but for the images' bytes, and no loss is reported."""
        if self.format.needs_media or not self.without_media:
            pytest.skip("the format does not go without images")
        drawn = data.draw(datasets(plain=True, media=False, kinds=self.format.keeps))
        self._assert_survives(self._claimed(drawn, media=False), media=False)

    @_drawn
    @given(st.data())
    def test_nothing_is_lost_in_silence(self, data: st.DataObject) -> None:
        """Of any dataset: it is refused, or what cannot be kept is reported, or all of it is kept."""
        wild = data.draw(datasets())
        with self._folder() as folder:
            try:
                losses = self._write(wild, folder / "out", save_media=True)
            except (FormatError, MediaError):
                return
            found = self._read(folder / "out")
            lost = self._differences(without_fields(wild, self.unreported), found, media=True)
        assert losses or not lost, f"lost without a report: {_listed(lost)}\nof {wild!r}"

    @pytest.mark.parametrize("kind", sorted(KINDS))
    def test_a_kind_that_is_not_kept_is_reported(self, kind: str) -> None:
        """Each kind survives as the card says, or shows up in the loss report."""
        dataset = ListDataset([image_item("a", sample(kind))], sample_categories())
        with self._folder() as folder:
            losses = self._write(dataset, folder / "out", save_media=True)
            if kind in self.format.keeps:
                self._read(folder / "out")
                return
        reported = [what for what, _, _, _ in losses.rows()]
        assert any(what.split(" ")[0] == kind for what in reported), f"{kind} not in {reported}"

    @pytest.mark.parametrize("field", sorted(FIELDS))
    def test_a_field_that_is_not_kept_is_reported(self, field: str) -> None:
        """Score, z-order, group, attributes survive, or show up in the loss report."""
        if field in self.unreported or not self.format.keeps:
            pytest.skip("says nothing of it")
        kind = min(self.format.keeps, key=lambda one: (one != "box", one == "caption", one))
        item = image_item("a", *FIELDS[field](sample(kind)))
        dataset = ListDataset([item], sample_categories())
        with self._folder() as folder:
            losses = self._write(dataset, folder / "out", save_media=True)
            lost = self._differences(
                without_fields(dataset, frozenset({"id"})), self._read(folder / "out")
            )
        reported = [what for what, _, _, _ in losses.rows()]
        named = any(what.startswith(field) for what in reported)
        assert named or not lost, f"{field} not in {reported}: {_listed(lost)}"

    # ------------------------------------------------------------------ names

    @pytest.mark.parametrize("name", ODD_IDS, ids=ascii)
    def test_an_odd_id_survives_or_is_refused(self, name: str) -> None:
        """An id is kept as it is, or a FormatError names it; it never ends up as another."""
        item = image_item("plain", self._any_annotation(), seed=1)
        odd = replace(image_item(name, self._any_annotation()), subset="train")
        self._assert_kept_or_refused(ListDataset([odd, item], sample_categories()), name)

    @pytest.mark.parametrize("name", ODD_LABELS, ids=ascii)
    def test_an_odd_label_survives_or_is_refused(self, name: str) -> None:
        """A label's name is kept as it is, or a FormatError names it, or it is reported."""
        known = Categories.of(["plain", name, "other"])
        dataset = ListDataset([image_item("a", self._any_annotation())], known)
        self._assert_kept_or_refused(dataset, name)

    def test_one_id_in_several_subsets(self) -> None:
        """Items of one id in several subsets do not overwrite each other in silence."""
        dataset = same_ids_dataset()
        if self.format.keeps_subsets:
            self._assert_survives(self._claimed(dataset, media=True), media=True)
            return
        with self._folder() as folder:
            try:
                losses = self._write(dataset, folder / "out", save_media=True)
            except FormatError:
                return
            assert losses or len(self._read(folder / "out")) == len(dataset)

    # ------------------------------------------------------------------ edges

    @pytest.mark.parametrize("count", [0, 1, 300])
    def test_any_number_of_labels(self, count: int) -> None:
        """No label, one, and three hundred are kept in their order."""
        self._assert_survives(self._claimed(many_labels_dataset(count), media=True), media=True)

    def test_an_empty_dataset(self) -> None:
        """A dataset without items is written, and read back as one."""
        self._assert_survives(empty_dataset(), media=True, labels=False)

    def test_items_without_annotations(self) -> None:
        """Items with an image alone survive."""
        items = [image_item("a"), image_item("b", seed=1)]
        dataset = self._claimed(ListDataset(items, sample_categories()), media=True)
        self._assert_survives(dataset, media=True)

    def test_items_without_media(self) -> None:
        """Items without image or size are kept, or refused, or reported."""
        items = [
            Item(id="bare", subset="train"),
            Item(id="noted", subset="train", annotations=(self._any_annotation(),)),
            Item(id="named", subset="train", media=(Media(path="named.jpg"),)),
        ]
        dataset = ListDataset(items, sample_categories())
        for save_media in (False, True):
            self._assert_kept_or_refused(dataset, "", save_media=save_media)

    def test_media_that_is_no_image(self) -> None:
        """Bytes that do not decode are written as they are, or refused with the item's path."""
        broken = Media(path="a.jpg", content=InMemory(b"no image"))
        item = Item(id="a", subset="train", media=(broken,), annotations=(self._any_annotation(),))
        dataset = ListDataset([item, image_item("b", seed=1)], sample_categories())
        with self._folder() as folder:
            try:
                self._write(dataset, folder / "out", save_media=True)
            except (FormatError, MediaError) as error:
                assert "a" in str(error), error  # noqa: PT017 (that it is raised is not demanded)
                return
            self._read_or_refuse(folder / "out")

    # ------------------------------------------------------------------ output

    @_drawn
    @given(st.data())
    def test_two_writes_give_the_same_bytes(self, data: st.DataObject) -> None:
        """The same dataset gives the same files, byte for byte."""
        drawn = self._claimed(data.draw(datasets(plain=True)), media=True)
        assert self._files(drawn) == self._files(drawn)

    def test_strict_refuses_before_anything_is_written(self) -> None:
        """Where loss is refused, nothing has been written when the error comes."""
        missing = sorted(set(KINDS) - self.format.keeps)
        if not missing or self.format.write is None:
            pytest.skip("the format keeps every kind, or is not written")
        item = image_item("a", *(sample(kind) for kind in missing))
        output = MemoryOutput()
        dataset = ListDataset([item], sample_categories())
        with pytest.raises(LossError):
            write_dataset(self.format, dataset, output, self.write_options, strict=True)
        assert not output.files, f"written before the refusal: {sorted(output.files)}"

    def test_images_are_converted(self) -> None:
        """With another extension asked for, every image is one of that type."""
        dataset = self._claimed(detection_dataset(), media=True)
        with self._folder() as folder:
            self._write(dataset, folder / "out", save_media=True, image_ext=".png")
            found = self._read(folder / "out")
            for item in found:
                assert item.image is not None, f"{item.id} lost its image"
                assert item.image.path.endswith(".png"), f"{item.id} is {item.image.path}"
        assert [item.key for item in found] == [item.key for item in dataset]

    # ------------------------------------------------------------------ files

    def test_its_own_output_is_recognised(self) -> None:
        """The sniffer knows the format's own output."""
        if self.format.sniff is None:
            pytest.skip("the format is not recognised")
        dataset = self._claimed(detection_dataset(), media=True)
        with self._folder() as folder:
            self._write(dataset, folder / "out", save_media=True)
            verdict = self.format.sniff(FolderProbe(folder / "out"))
        assert verdict.score >= self.least_score, verdict

    def test_damaged_files_raise_datum_errors_only(self) -> None:
        """Deleted, truncated and altered files are read, or refused with an error of datum."""
        files = self._files(self._claimed(all_kinds_dataset(), media=True))
        for what, hurt in damaged(files, self.damages):
            with self._folder() as folder:
                for path, data in hurt.items():
                    file = folder / "out" / path
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(data)
                (folder / "out").mkdir(exist_ok=True)
                try:
                    self._read_or_refuse(folder / "out")
                except Exception as error:
                    raise AssertionError(f"{what}: {type(error).__name__}: {error}") from error

    def test_a_path_without_a_dataset_is_refused(self) -> None:
        """A missing path, and one that is no dataset, raise errors of datum or give no items."""
        with self._folder() as folder:
            self._read_or_refuse(folder / "missing")
            (folder / "junk").write_bytes(b"\0junk")
            self._read_or_refuse(folder / "junk")

    # ------------------------------------------------------------------ how it is done

    def _claimed(self, dataset: ListDataset, *, media: bool) -> ListDataset:
        return self.restrict(
            claimed(dataset, self.format, media=media, instance_groups=self.instance_groups)
        )

    def _any_annotation(self) -> Annotation:
        kinds = self.format.keeps or {"label"}
        return sample(min(kinds, key=lambda kind: (kind != "box", kind == "caption", kind)))

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        if self.format.read is None or self.format.write is None:
            pytest.skip("the format is not both read and written")
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)

    def _write(
        self, dataset: ListDataset, path: Path, *, save_media: bool, image_ext: str = ""
    ) -> LossReport:
        with FolderOutput(path) as output:
            return write_dataset(
                self.format,
                dataset,
                output,
                self.write_options,
                save_media=save_media,
                image_ext=image_ext,
            )

    def _read(self, path: Path) -> ListDataset:
        assert self.format.read is not None, "checked before"
        options = parse_options(self.format.read_options, self.read_options, self.format.name)
        reading = self.format.read(path, options)
        return ListDataset(reading.items, reading.categories, reading.infos)

    def _read_or_refuse(self, path: Path) -> None:
        try:
            self._read(path)
        except DatumError:
            return

    def _files(self, dataset: ListDataset) -> dict[str, bytes]:
        if self.format.write is None:
            pytest.skip("the format is not written")
        output = MemoryOutput()
        write_dataset(self.format, dataset, output, self.write_options, save_media=True)
        return output.files

    def _differences(
        self, expected: ListDataset, found: ListDataset, *, media: bool = False, labels: bool = True
    ) -> list[str]:
        said = label_differences(expected.categories, found.categories) if labels else []
        tolerance = self.tolerance or (0.0 if self.format.exact_coordinates else _NEARLY)
        # what is read gets ids where it has none, as it does on its way into a project
        numbered = [replace(item, annotations=give_ids(item.annotations)) for item in found]
        return said + item_differences(
            expected, numbered, tolerance=tolerance, ids=self.format.keeps_ids, media=media
        )

    def _assert_survives(self, dataset: ListDataset, *, media: bool, labels: bool = True) -> None:
        with self._folder() as folder:
            losses = self._write(dataset, folder / "out", save_media=media)
            found = self._read(folder / "out")
            lost = self._differences(dataset, found, media=media, labels=labels)
        assert not lost, f"read(write(x)) is not x: {_listed(lost)}\nof {dataset!r}"
        assert not losses, f"a loss is reported of what is claimed: {losses.lines()}"

    def _assert_kept_or_refused(
        self, dataset: ListDataset, name: str, *, save_media: bool = True
    ) -> None:
        with self._folder() as folder:
            try:
                losses = self._write(dataset, folder / "out", save_media=save_media)
            except (FormatError, MediaError) as error:
                message = str(error)
                assert name in message or repr(name)[1:-1] in message, error  # noqa: PT017 (see above)
                return
            expected = self._claimed(dataset, media=save_media)
            lost = self._differences(expected, self._read(folder / "out"), media=save_media)
        assert losses or not lost, f"lost without a report: {_listed(lost)}"


def _listed(lines: list[str]) -> str:
    return "".join(f"\n  {line}" for line in lines[:10])
