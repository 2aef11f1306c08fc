"""Labels of two datasets as one list: matched by name, whatever their order."""

from datum.model import Categories

__all__ = ["NO_LABEL", "Labels"]

NO_LABEL = "(no label)"
"""What annotations without a label are listed under."""


class Labels:
    """The names that either of two datasets has; a label is its place among them.

    Labels that annotations have and categories do not declare are called ``#n``, n being the index,
    and join the list when they are met.
    """

    def __init__(self, first: Categories, second: Categories) -> None:
        self.names: list[str] = []
        self._places: dict[str, int] = {}
        self._sides = (first, second)
        self._known: tuple[dict[int | None, int], dict[int | None, int]] = ({}, {})
        for side in self._sides:
            for name in side.names():
                self._place(name)

    @property
    def alike(self) -> bool:
        """Whether an index means the same on both sides."""
        return self._sides[0].names() == self._sides[1].names()

    def place(self, side: int, label: int | None) -> int:
        """The place of a label of the first (0) or the second (1) dataset."""
        known = self._known[side]
        if label not in known:
            name = NO_LABEL if label is None else self._sides[side].name_of(label)
            known[label] = self._place(name)
        return known[label]

    def _place(self, name: str) -> int:
        place = self._places.setdefault(name, len(self.names))
        if place == len(self.names):
            self.names.append(name)
        return place
