"""Attributes of annotations that a format has columns for: their values, checked."""

import math
from collections.abc import Mapping

import msgspec

from datum.losses import LossReport
from datum.model import Annotation, Item

__all__ = ["OwnFields"]


class OwnFields(msgspec.Struct, frozen=True):
    """Reads such attributes of the annotations of an item; what does not fit is counted as lost."""

    item: Item
    losses: LossReport

    def number(self, one: Annotation, name: str) -> float | None:
        """A finite number; true is 1. None where there is none."""
        if name not in one.attributes:
            return None
        value = one.attributes[name]
        if isinstance(value, (bool, int, float)) and math.isfinite(value):
            return int(value) if isinstance(value, bool) else value
        self._lose(name, "it is no number")
        return None

    def whole(self, one: Annotation, name: str, least: int, most: int) -> int | None:
        """A whole number of that range; true is 1. None where there is none."""
        value = self.number(one, name)
        if value is None or (value == int(value) and least <= value <= most):
            return None if value is None else int(value)
        self._lose(name, f"it is no whole number from {least} to {most}")
        return None

    def flag(self, one: Annotation, name: str) -> bool:
        """True or false; false where there is none."""
        value = one.attributes.get(name, False)
        if isinstance(value, (bool, int)) and value in {0, 1}:
            return bool(value)
        self._lose(name, "it is neither true nor false")
        return False

    def numbers(self, one: Annotation, name: str, count: int) -> list[float] | None:
        """A list of so many finite numbers. None where there is none."""
        if name not in one.attributes:
            return None
        value = one.attributes[name]
        fits = isinstance(value, (list, tuple)) and len(value) == count
        if fits and all(isinstance(part, (int, float)) and math.isfinite(part) for part in value):
            return [float(part) for part in value]
        self._lose(name, f"it is no list of {count} numbers")
        return None

    def text(self, one: Annotation, name: str, values: Mapping[str, object]) -> str | None:
        """One of some words. None where there is none."""
        if name not in one.attributes:
            return None
        value = one.attributes[name]
        if isinstance(value, str) and value in values:
            return value
        self._lose(name, f"it is none of {', '.join(values)}")
        return None

    def _lose(self, name: str, reason: str) -> None:
        where = f"{self.item.subset}/{self.item.id}"
        self.losses.add(f"attribute {name}", reason, where=where)
