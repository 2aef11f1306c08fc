"""The masks of an item as two pictures: which index each gets, and what is lost on the way."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from datum.errors import FormatError
from datum.losses import LossReport
from datum.model import LabelCategory
from datum_formats.voc.labels import VOID_INDEX
from datum_formats.voc.plan import Outline, Plan

__all__ = ["MaskFiles"]


class MaskFiles:
    """Paints the masks of items."""

    def __init__(
        self,
        labels: Sequence[LabelCategory],
        target: Sequence[int | None],
        losses: LossReport,
        *,
        colored: bool,
    ) -> None:
        """Remember the colours.

        Args:
            labels: Those of the label map.
            target: For each label of the dataset its index among them; None where there is none.
            losses: Where losses are counted.
            colored: Whether with colours, else as greys.
        """
        self._labels = labels
        self._target = target
        self._losses = losses
        self._is_colored = colored
        self._palette: Any = None

    def paint(
        self, plan: Plan, where: str
    ) -> tuple[dict[int, Outline], tuple[bytes, bytes] | None]:
        """The masks by index, and the pictures of classes and of objects; None without masks."""
        indices = self._indices(plan, where)
        if not indices:
            return ({}, None)
        from datum_formats.voc.masks import Palette, Segment, paint

        if self._palette is None:
            self._palette = Palette.of(self._labels)
        segments = [
            Segment(index=index, label=self._label(outline, where), mask=outline.mask)
            for index, outline in indices.items()
            if outline.mask is not None
        ]
        segments.sort(key=lambda one: indices[one.index].first.z_order)
        try:
            classes, objects, kept = paint(segments, self._palette, colored=self._is_colored)
        except FormatError as error:
            raise FormatError(f"item '{where}': a mask is broken: {error}") from error
        self._count_covered(kept, where)
        for segment, (pixels, _) in zip(segments, kept, strict=True):
            if not pixels:
                del indices[segment.index]
        return (indices, (classes, objects))

    def _indices(self, plan: Plan, where: str) -> dict[int, Outline]:
        """An index for each mask: the number of its object, or one that no object has."""
        indices: dict[int, Outline] = {}
        loose = list(plan.outlines)
        for number, thing in enumerate(plan.things, start=1):
            if thing.outline is not None and number != VOID_INDEX:
                indices[number] = thing.outline
            elif thing.outline is not None:
                loose.append(thing.outline)
                reason = f"object {VOID_INDEX} cannot have a mask; its mask stands alone"
                self._losses.add("group", reason, where=where)
        free = (number for number in count(len(plan.things) + 1) if number != VOID_INDEX)
        indices.update(zip(free, loose, strict=False))
        for index, outline in list(indices.items()):
            if not self._has_color(outline):
                self._losses.add("mask", "its label is not in the label map", where=where)
                del indices[index]
        return indices

    def _has_color(self, outline: Outline) -> bool:
        label = outline.first.label
        return label not in range(len(self._target)) or self._target[label or 0] is not None

    def _label(self, outline: Outline, where: str) -> int | None:
        label = outline.first.label
        if label is None:
            return None
        if not 0 <= label < len(self._target):
            reason = f"#{label} is not among the labels of the dataset"
            self._losses.add("label", reason, where=where)
            return None
        return self._target[label]

    def _count_covered(self, kept: Sequence[tuple[int, int]], where: str) -> None:
        for pixels, total in kept:
            if pixels < total:
                reason = "another mask covers it" if pixels else "other masks cover all of it"
                self._losses.add("mask", reason, where=where)
