"""A history as a graph of text: one column for each line of commits."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

__all__ = ["Graph"]

K = TypeVar("K", bound=Hashable)


class Graph(Generic[K]):
    """Columns of lines between commits, drawn from the newest commit on.

    Each column waits for one commit. A commit stands in the column that waits for it, and leaves
    its first parent waiting there, its other parents in columns beside.
    """

    def __init__(self) -> None:
        self._waiting: list[K] = []

    def draw(self, one: K, parents: Sequence[K], text: Iterable[str]) -> Iterator[str]:
        """The lines of a commit, and of the edges to those after it.

        Args:
            one: The commit.
            parents: Its parents.
            text: What to print beside it, one string a line.
        """
        if one not in self._waiting:
            self._waiting.append(one)
        place = self._waiting.index(one)
        before = list(self._waiting)
        news = [parent for parent in dict.fromkeys(parents) if parent not in before]
        self._waiting[place : place + 1] = news
        edges = self._edges(before, place, parents)
        lines = iter(text)
        yield _beside(["*" if n == place else "|" for n in range(len(before))], next(lines, ""))
        rows = list(_rows(edges)) or [_straight(len(self._waiting))]
        for number, line in enumerate(lines):
            if number == 0 and edges:
                yield from rows[:-1]
                yield f"{rows[-1]}  {line}".rstrip()
                rows = []
            else:
                yield f"{_straight(len(self._waiting))}  {line}".rstrip()
        if rows and any(start != end for start, end in edges):
            yield from rows

    def _edges(self, before: list[K], place: int, parents: Sequence[K]) -> list[tuple[int, int]]:
        """From which column to which each line goes on."""
        edges = [(n, self._waiting.index(other)) for n, other in enumerate(before) if n != place]
        edges += [(place, self._waiting.index(parent)) for parent in dict.fromkeys(parents)]
        return sorted(edges)


def _straight(count: int) -> str:
    return " ".join("|" * count)


def _beside(cells: list[str], text: str) -> str:
    return f"{' '.join(cells)}  {text}".rstrip()


def _rows(edges: list[tuple[int, int]]) -> Iterator[str]:
    """Lines in which every edge goes one column at a time to where it ends."""
    at = list(edges)
    while any(start != end for start, end in at):
        cells: dict[int, str] = {}
        for start, end in at:
            step = (end > start) - (end < start)
            cells[2 * start + step] = {-1: "/", 0: "|", 1: "\\"}[step]
        yield "".join(cells.get(n, " ") for n in range(max(cells) + 1))
        at = [(start + (end > start) - (end < start), end) for start, end in at]
