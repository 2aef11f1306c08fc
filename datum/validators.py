"""What validators are, and how they are found: by entry point, in the group ``datum.validators``.

A validator is a value: a card, and a function that looks at each item, or one that looks at the whole
dataset. Both yield anomalies; who runs them chooses which types matter, and how much.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from datum.model import Batch, Categories, Item
from datum.plugins import Option, load_plugin, plugin_names

__all__ = [
    "ERROR",
    "INFO",
    "SEVERITIES",
    "WARNING",
    "Anomaly",
    "AnomalyType",
    "Findings",
    "ImageFact",
    "ValidationContext",
    "Validator",
    "find_validator",
    "validator_names",
]

ERROR = "error"
"""A model cannot be trained on it, or learns what is wrong."""
WARNING = "warning"
"""Somebody should look at it."""
INFO = "info"
"""Worth knowing."""
SEVERITIES = (ERROR, WARNING, INFO)
"""From the worst on."""


class Anomaly(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that looks wrong."""

    type: str
    """One of the validator's types."""
    description: str
    """A sentence for people; whatever a program needs is in the fields."""
    item_id: str | None = None
    """None where it is no matter of one item."""
    subset: str | None = None
    severity: str = ""
    """Where it is not that of its type."""
    fields: Mapping[str, Any] = msgspec.field(default_factory=dict)
    """Label, annotation_id, property, value, threshold, and so on: JSON values, by name."""


class AnomalyType(msgspec.Struct, frozen=True):
    """A kind of thing that looks wrong."""

    name: str
    """In CamelCase, as reports have it."""
    severity: str
    about: str
    """What it says, in one line."""


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What a validator found in a dataset."""

    anomalies: Iterable[Anomaly] = ()
    statistics: Mapping[str, Any] = msgspec.field(default_factory=dict)
    """What was counted on the way, as a JSON value."""


class ImageFact(msgspec.Struct, frozen=True):
    """What is known of an image file."""

    height: int
    width: int
    fault: str = ""
    """Why it cannot be read; empty where it can."""


class ValidationContext(msgspec.Struct, frozen=True, kw_only=True):
    """What a validator may use."""

    categories: Categories
    options: Mapping[str, Any]
    items: Callable[[], Iterable[Item]]
    """All items that are to be looked at, in order; asking again starts anew."""
    batches: Callable[[], Iterator[Batch]]
    """The same items with their annotations as arrays, which is faster."""
    look: Callable[[Iterable[bytes]], Iterator[tuple[bytes, ImageFact]]]
    """Decodes images by their object ids, once and for all: what was found is remembered."""


class Validator(msgspec.Struct, frozen=True, kw_only=True):
    """A validator: it finds what looks wrong in a dataset."""

    name: str
    title: str
    help: str
    """What it looks at and what it does not, and an example."""
    anomalies: tuple[AnomalyType, ...]
    """Every type of anomaly that it may find."""
    options: tuple[Option, ...] = ()
    item: Callable[[Item, ValidationContext], Iterable[Anomaly]] | None = None
    """Looks at one item; its id and subset are filled in where an anomaly has none."""
    dataset: Callable[[ValidationContext], Findings] | None = None
    """Looks at the dataset as a whole."""


_GROUP = "datum.validators"


def validator_names() -> tuple[str, ...]:
    """Every validator that is installed, sorted; loads none of them."""
    return plugin_names(_GROUP)


def find_validator(name: str) -> Validator:
    """The validator called *name*; dashes and underscores are one.

    Raises:
        UnknownNameError: There is none of that name.
        UsageError: The plugin does not load.
    """
    return load_plugin(_GROUP, "validator", name, Validator, shown="datum validate -l")
