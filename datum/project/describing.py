"""What a project and a dataset hold, in a few numbers."""

from collections import Counter
from pathlib import Path

import msgspec

from datum.dataset.dataset import Dataset
from datum.objects.ids import ObjectId
from datum.project.config import relative_path
from datum.project.session import Session
from datum.project.sources import source_of

__all__ = [
    "Contents",
    "Place",
    "SubsetSize",
    "Summary",
    "count_contents",
    "places_of_sources",
    "places_of_working",
    "summarize",
]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset outside that a project knows: a source, or a working copy."""

    name: str
    format: str
    path: Path
    media: str = ""
    """``store``, ``reference`` or ``none``, of a source."""
    ref: str = ""
    """The branch, of a working copy."""
    commit: ObjectId | None = None
    """What was read or written last."""


class SubsetSize(msgspec.Struct, frozen=True):
    """A subset and the number of its items."""

    name: str
    length: int


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The size of a dataset, from its trees' counts alone."""

    snapshot: ObjectId
    length: int
    annotations: int
    labels: tuple[str, ...]
    subsets: tuple[SubsetSize, ...]


class Contents(msgspec.Struct, frozen=True):
    """What the items of a dataset have, counted by reading all of them."""

    media: Counter[str]
    """Media by role."""
    annotations: Counter[str]
    """Annotations by kind."""


def summarize(dataset: Dataset) -> Summary:
    """The size of a dataset."""
    return Summary(
        snapshot=dataset.oid,
        length=len(dataset),
        annotations=dataset.annotation_count,
        labels=dataset.categories.names(),
        subsets=tuple(SubsetSize(name, dataset.count(name)) for name in dataset.subsets()),
    )


def count_contents(dataset: Dataset) -> Contents:
    """Media and annotations by kind; reads every item."""
    found = Contents(Counter(), Counter())
    for item in dataset:
        found.media.update(media.role for media in item.media)
        found.annotations.update(one.kind for one in item.annotations)
    return found


def places_of_sources(session: Session) -> list[Place]:
    """The sources of a project."""
    refs = session.refs.all("sources/")
    return [
        Place(
            name=name,
            format=config.format,
            path=source_of(session, name).path,
            media=config.media,
            commit=refs.get(f"sources/{name}"),
        )
        for name, config in session.config.sources.items()
    ]


def places_of_working(session: Session) -> list[Place]:
    """The working copies of a project."""
    refs = session.refs.all("working/")
    return [
        Place(
            name=name,
            format=config.format,
            path=Path(relative_path(session.layout, session.layout.root / config.path)),
            ref=config.ref,
            commit=refs.get(f"working/{name}"),
        )
        for name, config in session.config.working.items()
    ]
