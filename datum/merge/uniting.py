"""Datasets united: all items of all, and of an item that several have, all annotations, equal ones once."""

from collections.abc import Sequence

import msgspec

from datum.dataset.dataset import Dataset
from datum.dataset.write import empty_snapshot
from datum.errors import ConflictError
from datum.merge.consensus.declared import unite_many
from datum.merge.consensus.findings import ConflictingCategories, ConflictingField, Finding
from datum.merge.datasets import merge_datasets
from datum.merge.values import Prefer
from datum.objects.ids import ObjectId
from datum.objects.store import ObjectWriter

__all__ = ["check_exact", "unite_datasets"]


def unite_datasets(
    writer: ObjectWriter, inputs: Sequence[tuple[str, Dataset]], prefer: Prefer = "ours"
) -> tuple[ObjectId, list[Finding]]:
    """The union of datasets, and what they do not agree about.

    Labels are united by name. Where two inputs say different things of one item, such as its media, the
    preferred one stands: ``ours`` is the first.
    """
    declared = [(name, one.categories) for name, one in inputs]
    findings: list[Finding] = list(unite_many(declared).conflicts)
    empty = Dataset(writer, empty_snapshot(writer))
    united = Dataset(writer, inputs[0][1].oid)
    for name, dataset in inputs[1:]:
        merged = merge_datasets(writer, empty, united, Dataset(writer, dataset.oid), prefer)
        findings += [
            ConflictingField(
                item=one.item,
                sources=(name,),
                what=one.what,
                first=msgspec.to_builtins(one.ours),
                other=msgspec.to_builtins(one.theirs),
            )
            for one in merged.conflicts
            if one.item
        ]
        united = Dataset(writer, merged.snapshot)
    return united.oid, findings


def check_exact(inputs: Sequence[tuple[str, Dataset]], findings: Sequence[Finding]) -> None:
    """Refuse inputs whose labels are not the same list, or that do not agree about an item.

    Raises:
        ConflictError: They do not.
    """
    known = [(name, one.categories) for name, one in inputs if one.categories.labels]
    lines = [
        f"labels of {known[0][0]} and of {name} are not the same list"
        for name, categories in known[1:]
        if categories != known[0][1]
    ]
    lines += [
        f"{one.item or 'categories'}: {one.what}: {one.first} and {one.other}"
        for one in findings
        if isinstance(one, ConflictingField | ConflictingCategories)
    ]
    if lines:
        more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
        raise ConflictError(
            f"they are not exactly alike: {lines[0]}{more}",
            lines,
            hint="-m union takes the first where they differ, and reports it",
        )
