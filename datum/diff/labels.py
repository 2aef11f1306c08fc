"""Labels of two datasets: which were renamed, and whether indices still mean the same."""

from datum.model import Categories

__all__ = ["labels_moved", "renamed_labels"]


def renamed_labels(old: Categories, new: Categories) -> dict[str, str]:
    """Labels that have another name in the same place, old name to new.

    A name that the other side has too, in whatever place, is no new name of a label.
    """
    before, after = old.names(), new.names()
    known_before, known_after = set(before), set(after)
    pairs = zip(before, after, strict=False)
    return {a: b for a, b in pairs if a not in known_after and b not in known_before}


def labels_moved(old: Categories, new: Categories, *, by_name: bool = False) -> bool:
    """Whether the index of a label of *old* is that of another label in *new*.

    Args:
        old: The earlier categories.
        new: The later ones.
        by_name: Whether a renamed label is another label.
    """
    renamed = {} if by_name else renamed_labels(old, new)
    pairs = zip(old.names(), new.names(), strict=False)
    return any(a != b and renamed.get(a) != b for a, b in pairs)
