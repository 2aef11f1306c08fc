"""Ids of images and annotations: kept where they are unique in their subset, else new ones."""

from collections.abc import Iterable

__all__ = ["Numbering", "Seen"]

_HIGHEST = 2**62
"""Ids above are not kept, so that there is always room for new ones."""


class Seen:
    """Gathers the ids that are asked for, to tell which can be kept."""

    def __init__(self) -> None:
        self._once: set[int | str] = set()
        self._more: set[int | str] = set()
        self._missing = False

    def add(self, wanted: int | str | None) -> None:
        """Note an id; None is none."""
        if wanted is None:
            self._missing = True
            return
        if wanted in self._once:
            self._more.add(wanted)
        self._once.add(wanted)

    def numbering(self, *, reindex: bool) -> "Numbering":
        """The ids to give; all new ones where *reindex* is set."""
        if reindex:
            return Numbering((), 1, keep=False, makes=False)
        refused = self._more | {
            one for one in self._once if isinstance(one, int) and abs(one) > _HIGHEST
        }
        kept = [one for one in self._once.difference(refused) if isinstance(one, int)]
        makes = self._missing or bool(refused)
        return Numbering(refused, max([0, *kept]) + 1, keep=True, makes=makes)


class Numbering:
    """Gives ids in one pass over a subset; a further pass begins with :meth:`again`."""

    def __init__(
        self, refused: Iterable[int | str], first_new: int, *, keep: bool, makes: bool
    ) -> None:
        """Begin.

        Args:
            refused: Ids that are not kept.
            first_new: Larger than all that are.
            keep: Whether any is.
            makes: Whether ids will be made that reading should forget.
        """
        self._refused = frozenset(refused)
        self.first_new = first_new
        self._next = first_new
        self._keep = keep
        self.makes = makes

    def again(self) -> "Numbering":
        """The same ids once more, from the beginning."""
        return Numbering(self._refused, self.first_new, keep=self._keep, makes=self.makes)

    def give(self, wanted: int | str | None) -> tuple[int | str, bool]:
        """The id for one that wants to have *wanted*, and whether reading should forget it."""
        if self._keep and wanted is not None and wanted not in self._refused:
            return wanted, False
        number = self._next
        self._next += 1
        return number, self._keep
