"""What plugins are, and how they are found: formats and transforms, by entry point.

A format is a value: a card and up to three functions. Built-in ones and those of third parties take
the same road, the entry point groups ``datum.formats`` and ``datum.transforms``.

``read`` gets a path and a checked mapping of options and hands back a :class:`Reading`, whose items
may be a generator; ``write`` gets a :class:`Writing`, which holds the dataset, the output that it
writes into, and the report of what is lost; ``sniff`` gets a :class:`Probe` and answers with a
:class:`Verdict`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec

from datum.errors import DatumError, UnknownNameError, UsageError
from datum.losses import LossReport
from datum.model import Categories, Item, Media, Reading, Statement
from datum.options import Option, parse_options

__all__ = [
    "EXACT",
    "LIKELY",
    "POSSIBLE",
    "Dataset",
    "Format",
    "Memo",
    "Option",
    "Output",
    "Plan",
    "Probe",
    "Reading",
    "Transform",
    "TransformContext",
    "Verdict",
    "Writing",
    "find_format",
    "find_transform",
    "format_names",
    "load_plugin",
    "parse_options",
    "plugin_names",
    "transform_names",
]

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

T = TypeVar("T")

EXACT = 90
"""Score of a verdict that rests on content which only this format has."""
LIKELY = 60
"""Score of a verdict that rests on names of files and folders."""
POSSIBLE = 10
"""Score of a format that takes nearly anything, such as a folder of images."""


class Dataset(Protocol):
    """What a writer may ask of the dataset it writes. Iterating again starts anew."""

    @property
    def categories(self) -> Categories:
        """What annotations may say."""
        ...

    @property
    def infos(self) -> Mapping[str, Any]:
        """What is known of the dataset as a whole."""
        ...

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Item]: ...
    def subsets(self) -> Sequence[str]:
        """Names of the subsets, sorted."""
        ...

    def items(self, subset: str) -> Iterator[Item]:
        """The items of one subset, in the order of their ids."""
        ...

    def item_keys(self) -> Iterator[tuple[str, str]]:
        """Subset and id of every item, in order; reads no item."""
        ...

    def bare_items(self, subset: str | None = None) -> Iterator[Item]:
        """All items, or a subset's, without their annotations, which are not read."""
        ...

    def statements(
        self, subset: str | None = None
    ) -> Iterator[tuple[tuple[str, str], list[Statement]]]:
        """Subset and id of every item, and what its annotations say; no geometry is decoded.

        The items are those of :meth:`bare_items`, in their order.
        """
        ...


class Output(Protocol):
    """Where a writer writes. Paths are relative, with ``/``; one that leaves the folder is refused.

    Nothing shows at the final place until the whole export is done. Writing the same path twice
    is an error, so two items can never overwrite each other.
    """

    def write(self, path: str, data: bytes) -> None:
        """Make a file of *data*."""
        ...

    def stream(self, path: str, chunks: Iterable[bytes]) -> None:
        """Make a file of the chunks, one after the other."""
        ...

    def media(self, path: str, media: Media) -> None:
        """Make a file of the media's bytes, re-encoded where the path's extension differs."""
        ...


class Writing(msgspec.Struct, frozen=True, kw_only=True):
    """All that a writer needs."""

    dataset: Dataset
    output: Output
    losses: LossReport
    options: Mapping[str, Any] = msgspec.field(default_factory=dict)
    save_media: bool = False
    image_ext: str = ""
    """Extension, with the dot, that images are to get; empty to keep each one's own."""
    load: Callable[[Media], bytes | None] = lambda _: None
    """The bytes of media; None where they are not to be had."""


class Probe(Protocol):
    """What a sniffer may look at: names, and the heads of files."""

    @property
    def path(self) -> Path:
        """The file or folder that was named."""
        ...

    def files(self, pattern: str) -> Sequence[str]:
        """Relative names of files that match a glob such as ``annotations/*.json``, sorted.

        For a path that is a file, its own name alone.
        """
        ...

    def head(self, name: str, size: int = 4096) -> bytes:
        """The first bytes of a file named by :meth:`files`."""
        ...


class Verdict(msgspec.Struct, frozen=True):
    """What a sniffer says: a score from 0 (it is not mine) to 100, and why."""

    score: int
    reason: str


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """A format: its card, and the functions that read, write and recognise it."""

    name: str
    title: str
    link: str
    """Where the specification is."""
    keeps: frozenset[str]
    """Names of the kinds of annotations that survive writing and reading."""
    notes: str = ""
    """What a user should know: layout, coordinates, what is refused. Markdown."""
    read_options: tuple[Option, ...] = ()
    write_options: tuple[Option, ...] = ()
    read: Callable[[Path, Mapping[str, Any]], Reading] | None = None
    write: Callable[[Writing], None] | None = None
    sniff: Callable[[Probe], Verdict] | None = None
    keeps_ids: bool = False
    """Whether annotation ids survive writing and reading."""
    keeps_groups: bool = False
    keeps_z_order: bool = False
    keeps_scores: bool = False
    keeps_attributes: bool = False
    """Whether attributes of annotations survive (of any name, any scalar type)."""
    keeps_item_attributes: bool = False
    keeps_subsets: bool = True
    keeps_unlabeled: bool = True
    """Whether annotations without a label survive."""
    keeps_empty_items: bool = True
    """Whether items without annotations and without media bytes survive."""
    exact_coordinates: bool = True
    """Whether coordinates come back to the last bit; False where they do so to 1e-9 of their size."""
    needs_media: bool = False
    """Whether items exist only through their image files, so that media is always written."""


class Transform(msgspec.Struct, frozen=True, kw_only=True):
    """A transform: a function from dataset to dataset."""

    name: str
    title: str
    help: str
    """Semantics, rounding, ties, seed, and an example."""
    options: tuple[Option, ...] = ()
    version: int = 1
    """Raised when the same input gives other output, so that remembered results are not reused."""
    categories: Callable[[Categories, Mapping[str, Any]], Categories] | None = None
    """The categories of the result; None where they stay, or a plan says them."""
    item: Callable[[Item, "TransformContext"], Item | None] | None = None
    """For an item-local transform: the new item, or None to leave it out."""
    expand: Callable[[Item, "TransformContext"], Iterable[Item]] | None = None
    """For an item-local transform that makes any number of items of one."""
    plan: Callable[[Dataset, "TransformContext"], "Plan"] | None = None
    """For a global transform: looks at the dataset, then says what each item becomes."""


class TransformContext(msgspec.Struct, frozen=True, kw_only=True):
    """What a transform may use beside the item, or the dataset."""

    categories: Categories
    """Of the input."""
    options: Mapping[str, Any]
    load: Callable[[Media], bytes | None]
    losses: LossReport
    memo: "Memo | None" = None
    """What was found out before; None where nothing is remembered."""


class Memo(Protocol):
    """Tables of bytes by bytes, for what costs something to find out. All may vanish at any time."""

    def get_many(self, table: str, keys: Sequence[bytes]) -> list[bytes | None]:
        """What was put under each key, None where it is not (or no longer) known."""
        ...

    def put_many(self, table: str, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        """Remember values by key, replacing older ones."""
        ...


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a global transform decided."""

    item: Callable[[Item], Item | None] | None = None
    """What each item becomes, None to leave it out; without it all stay as they are."""
    keys: Callable[[tuple[str, str]], tuple[str, str] | None] | None = None
    """In place of ``item``, where nothing but subsets and ids change: the new subset and id of those
    that an item has, None to leave it out. No item is read then."""
    made: Callable[[], Iterable[Item]] | None = None
    """Items that are made of several; asked for after every item of the dataset went by."""
    categories: Categories | None = None
    """The new ones; None to keep those that there are."""
    infos: Mapping[str, Any] | None = None
    """What is known of the result as a whole; None to keep what there is."""
    files: Mapping[str, bytes] = msgspec.field(default_factory=dict)
    """Reports that options ask for, by the path that was given; whoever runs the plan writes them."""


@cache
def _entries(group: str) -> "dict[str, EntryPoint]":
    from importlib.metadata import entry_points  # slow to import, and not every command asks

    return {entry.name: entry for entry in entry_points(group=group)}


def format_names() -> tuple[str, ...]:
    """Every format that is installed, sorted; loads none of them."""
    return plugin_names("datum.formats")


def transform_names() -> tuple[str, ...]:
    """Every transform that is installed, sorted; loads none of them."""
    return plugin_names("datum.transforms")


def plugin_names(group: str) -> tuple[str, ...]:
    """Every plugin of a group of entry points that is installed, sorted; loads none of them."""
    return tuple(sorted(_entries(group)))


def find_format(name: str) -> Format:
    """The format called *name*; dashes and underscores are one.

    Raises:
        UnknownNameError: There is none of that name.
        UsageError: The plugin does not load.
    """
    return load_plugin("datum.formats", "format", name, Format, shown="datum format list")


def find_transform(name: str) -> Transform:
    """The transform called *name*; dashes and underscores are one.

    Raises:
        UnknownNameError: There is none of that name.
        UsageError: The plugin does not load.
    """
    return load_plugin("datum.transforms", "transform", name, Transform, shown="datum transform -l")


def load_plugin(group: str, kind: str, name: str, contract: type[T], *, shown: str) -> T:
    """The plugin called *name*; dashes and underscores are one.

    Args:
        group: Of entry points.
        kind: What it is, for messages.
        name: As people type it.
        contract: The class that it must be a value of.
        shown: The command that lists all of the group.

    Raises:
        UnknownNameError: There is none of that name.
        UsageError: It does not load, or is no such value.
    """
    entries = _entries(group)
    entry = entries.get(name) or entries.get(name.replace("-", "_"))
    if entry is None:
        raise UnknownNameError(kind, name, entries, hint=f"`{shown}` shows them")
    try:
        plugin = entry.load()
    except DatumError:
        raise
    except Exception as error:
        raise UsageError(f"{kind} '{name}' does not load: {error}") from error
    if not isinstance(plugin, contract):
        raise UsageError(f"{kind} '{name}' is no {contract.__name__}: {entry.value}")
    return plugin
