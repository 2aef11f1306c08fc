"""The files in ``ImageSets``, as items go by."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from datum.errors import FormatError
from datum.model import Label, LabelCategory
from datum.plugins import Output
from datum_formats._common.listed import quoted
from datum_formats.voc.labels import actions_of
from datum_formats.voc.lists import class_list_stems, subset_stem
from datum_formats.voc.plan import Plan
from datum_formats.voc.tasks import Task, list_folders

__all__ = ["DIFFICULT", "ListFiles"]

DIFFICULT = {"difficult": True}
"""Attributes of a label that stands as 0 in the list of its class."""
_LONGEST = 150
"""Bytes that the name of a subset may have in the name of a file."""


class ListFiles:
    """Collects the lines of one subset after the other."""

    def __init__(
        self,
        output: Output,
        subsets: Sequence[str],
        labels: Sequence[LabelCategory],
        tasks: Collection[Task],
        *,
        keep_empty: bool,
    ) -> None:
        """Choose the names of the files.

        Args:
            output: Where they are written.
            subsets: All that will come.
            labels: Of the dataset.
            tasks: What is written.
            keep_empty: Whether lists without a line are written.

        Raises:
            FormatError: The name of a subset is too long for a file.
        """
        self._output = output
        self._tasks = tasks
        self._keep_empty = keep_empty
        self._folders = list_folders(tasks)
        self._stems = {subset: _stem(subset) for subset in subsets}
        self._labels = labels
        stems = class_list_stems([label.name for label in labels], self._stems.values())
        self._class_stems = {place: stem for stem, place in stems.items()}
        self._acting = [frozenset(actions_of(label)) for label in labels]
        self._actions = sorted({action for names in self._acting for action in names})
        stems = class_list_stems(self._actions, self._stems.values())
        self._action_stems = {place: stem for stem, place in stems.items()}
        self._clear()

    def _clear(self) -> None:
        self._lines: defaultdict[str, list[str]] = defaultdict(list)
        self._names: list[str] = []
        self._signs: defaultdict[int, dict[str, int]] = defaultdict(dict)
        self._acts: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, name: str, plan: Plan, labels: Iterable[Label], *, has_masks: bool) -> None:
        """Add an item of the current subset.

        Args:
            name: Of its files.
            plan: What is written of it.
            labels: Those that stand in the lists of classes.
            has_masks: Whether it has masks.
        """
        text = quoted(name)
        self._names.append(text)
        for label in labels:
            if label.label is not None:
                self._signs[label.label][text] = 0 if label.attributes == DIFFICULT else 1
        numbered = {
            "Main": [],
            "Segmentation": [text] if has_masks else [],
            "Layout": [
                f"{text} {number}" for number, thing in enumerate(plan.things, 1) if thing.parts
            ],
            "Action": list(self._add_actions(text, plan)),
        }
        for folder in self._folders:
            lines = numbered[folder]
            first = folder == self._folders[0]
            self._lines[folder] += lines or ([text] if first else [])

    def _add_actions(self, text: str, plan: Plan) -> Iterable[str]:
        if Task.ACTION not in self._tasks or not self._actions:
            return
        for number, thing in enumerate(plan.things, 1):
            label, attributes = thing.main.label, thing.main.attributes
            is_known = label is not None and label in range(len(self._acting))
            known = self._acting[label] if is_known and label is not None else frozenset()
            acts = {name for name in known if isinstance(attributes.get(name), bool)}
            if acts:
                yield f"{text} {number}"
            for name in sorted(acts):
                self._acts[name].append(f"{text} {number} {1 if attributes[name] else -1:2d}")

    def finish(self, subset: str) -> None:
        """Write the lists of *subset*, and begin with the next one."""
        stem = self._stems[subset]
        for number, folder in enumerate(self._folders):
            lines = self._lines[folder]
            if lines or number == 0 or self._keep_empty:
                self._write(folder, stem, lines)
        for label, signs in sorted(self._signs.items()):
            lines = [f"{name} {signs.get(name, -1):2d}" for name in self._names]
            self._write("Main", self._class_stems[label, stem], lines)
        for index, action in enumerate(self._actions):
            if self._acts[action]:
                self._write("Action", self._action_stems[index, stem], self._acts[action])
        self._clear()

    def _write(self, folder: str, stem: str, lines: Iterable[str]) -> None:
        text = "".join(f"{line}\n" for line in lines)
        self._output.write(f"ImageSets/{folder}/{stem}.txt", text.encode())


def _stem(subset: str) -> str:
    stem = subset_stem(subset)
    if not stem or len(stem.encode(errors="replace")) > _LONGEST:
        raise FormatError(f"subset '{subset}' cannot be the name of a list")
    return stem
