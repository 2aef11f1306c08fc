"""Refs: what the operation log says that names stand for, now and at any time before."""

from collections.abc import Callable, Iterator

from datum.errors import RefError
from datum.objects.ids import ObjectId
from datum.refs.fold import Fold
from datum.refs.oplog import OperationLog, Record

__all__ = ["Refs"]


class Refs:
    """Names and the commits, or annotated tags, that they stand for. Every call reads the log on."""

    def __init__(self, log: OperationLog, *, arrived: Callable[[int], object] = int) -> None:
        """Names over a log.

        Args:
            log: The operation log.
            arrived: Called with the number of the last record whenever a state was read, before
                anything is said of it: what refs stand for has to be found by then.
        """
        self._log = log
        self._arrived = arrived

    def get(self, ref: str) -> ObjectId | None:
        """What a full name stands for now, None if there is no such ref."""
        return self._state().refs.get(ref)

    def all(self, prefix: str = "") -> dict[str, ObjectId]:
        """The refs whose full names start with *prefix* (``heads/``), by name."""
        refs = self._state().refs
        return {ref: refs[ref] for ref in sorted(refs) if ref.startswith(prefix)}

    def at(self, number: int) -> dict[str, ObjectId]:
        """The refs after record *number*, by name; none after -1.

        Raises:
            RefError: The log has no such record.
        """
        if not -1 <= number <= self._state().number:
            raise RefError(f"the operation log has no record {number}")
        return self._back_to(lambda record: record.number <= number)

    def at_time(self, time: int) -> dict[str, ObjectId]:
        """The refs at a time (Unix seconds): after the last record that is not younger.

        Records have the times of the clocks of those who wrote them. Where these run backwards,
        the order of the log decides.
        """
        return self._back_to(lambda record: record.time <= time)

    def history(self, ref: str) -> Iterator[tuple[Record, ObjectId | None, ObjectId | None]]:
        """What happened to a ref, newest first: the record, the value before and after."""
        for record in self._log.backward(self._state()):
            for move in record.moves:
                if move.ref == ref:
                    yield record, move.old, move.new

    def _state(self) -> Fold:
        state = self._log.state()
        self._arrived(state.number)
        return state

    def _back_to(self, reached: Callable[[Record], bool]) -> dict[str, ObjectId]:
        """The refs of now with moves taken back, newest first, until a record says stop."""
        state = self._state()
        refs = dict(state.refs)
        for record in self._log.backward(state):
            if reached(record):
                break
            for move in record.moves:
                if move.old is None:
                    del refs[move.ref]
                else:
                    refs[move.ref] = move.old
        return dict(sorted(refs.items()))
