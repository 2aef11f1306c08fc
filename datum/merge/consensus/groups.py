"""Groups of a merge: which clusters belong together, and whether a group is complete."""

from collections.abc import Iterable, Sequence

import msgspec

from datum.errors import UnknownNameError, UsageError

__all__ = ["GroupSpec", "join_groups", "parse_groups"]


class GroupSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Labels that a group must have, and those that it may have."""

    text: str
    required: tuple[str, ...]
    optional: tuple[str, ...]

    def faults(self, labels: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """Missing and unexpected labels of a group; None where it is right or another kind of group."""
        found = set(labels)
        known = {*self.required, *self.optional}
        if not found & known:
            return None
        missing = tuple(name for name in self.required if name not in found)
        unexpected = tuple(sorted(found - known))
        return (missing, unexpected) if missing or unexpected else None


def parse_groups(texts: Sequence[str], labels: Sequence[str]) -> tuple[GroupSpec, ...]:
    """Groups as they are typed: ``person,hand?,head,foot?``, where ``?`` stands behind optional labels.

    Raises:
        UnknownNameError: There is no label of such a name.
        UsageError: A name is empty.
    """
    specs = []
    for text in texts:
        names = [name.strip() for name in text.split(",")]
        plain = [name.removesuffix("?").strip() for name in names]
        if not all(plain):
            raise UsageError(
                f"'{text}' is no list of labels", hint="--groups 'person,hand?,head,foot?'"
            )
        for name in plain:
            if name not in labels:
                raise UnknownNameError("label", name, labels, hint="`datum info --all` lists them")
        pairs = list(zip(names, plain, strict=True))
        specs.append(
            GroupSpec(
                text=",".join(names),
                required=tuple(one for name, one in pairs if not name.endswith("?")),
                optional=tuple(one for name, one in pairs if name.endswith("?")),
            )
        )
    return tuple(specs)


def join_groups(members: Sequence[Sequence[tuple[int, int]]]) -> list[int]:
    """The number of the group of each cluster; 0 for none.

    Clusters of which some annotator put members in one group are in one group, and so on. It keeps the
    number that the first annotator gave it, unless that is taken.

    Args:
        members: For each cluster, (annotator, group) of each member, in the order of annotators.
    """
    roots = _connected(members)
    numbers: dict[int, int] = {}
    taken: set[int] = set()
    named = [[group for _, group in cluster if group] for cluster in members]
    for root, groups in zip(roots, named, strict=True):
        if groups and root not in numbers:
            number = groups[0] if groups[0] not in taken else max(taken) + 1
            numbers[root] = number
            taken.add(number)
    return [numbers[root] if groups else 0 for root, groups in zip(roots, named, strict=True)]


def _connected(members: Sequence[Sequence[tuple[int, int]]]) -> list[int]:
    """For each cluster, the same number as for all that it shares groups with."""
    owner: dict[tuple[int, int], int] = {}
    parent = list(range(len(members)))

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    for n, cluster in enumerate(members):
        for key in cluster:
            if key[1]:
                parent[root(n)] = root(owner.setdefault(key, n))
    return [root(n) for n in range(len(members))]
