"""What a writer or a transform could not keep: counted, never dropped in silence."""

from collections import Counter

__all__ = ["LossReport"]


class LossReport:
    """Counts of what was lost, by what and why, with a few examples of where."""

    examples_kept = 3

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._examples: dict[tuple[str, str], list[str]] = {}

    def add(self, what: str, reason: str, *, where: str = "", count: int = 1) -> None:
        """Count a loss.

        Args:
            what: What is lost: a kind of annotation, ``attribute NAME``, ``group``, ``score``, …
            reason: Why, in a few words.
            where: The item, for the first examples.
            count: How many.
        """
        key = (what, reason)
        self._counts[key] += count
        examples = self._examples.setdefault(key, [])
        if where and where not in examples and len(examples) < self.examples_kept:
            examples.append(where)

    def include(self, other: "LossReport") -> None:
        """Add what another report says, after what is said here."""
        for what, reason, count, examples in other.rows():
            for where in examples:
                self.add(what, reason, where=where, count=0)
            self.add(what, reason, count=count)

    def __bool__(self) -> bool:
        return bool(self._counts)

    def rows(self) -> list[tuple[str, str, int, tuple[str, ...]]]:
        """What, why, how many, and where the first were; sorted by what and why."""
        return [
            (what, reason, count, tuple(self._examples[what, reason]))
            for (what, reason), count in sorted(self._counts.items())
        ]

    def lines(self) -> list[str]:
        """One line for each row."""
        return [f"{count} × {what}: {reason}" for what, reason, count, _ in self.rows()]

    def to_json(self) -> list[dict[str, object]]:
        """The rows as JSON values."""
        return [
            {"what": what, "reason": reason, "count": count, "examples": list(examples)}
            for what, reason, count, examples in self.rows()
        ]
