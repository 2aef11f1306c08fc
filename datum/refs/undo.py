"""Undo and redo: pure questions to the operation log.

Nothing is ever removed from the log. An undo is a record like any other, with the opposite moves
and the number of what it undoes; a redo has the same moves again. So an undo can be seen in the
log, and fails as every operation does if somebody moved a ref meanwhile.
"""

from collections.abc import Iterator

import msgspec

from datum.refs.fold import Fold
from datum.refs.names import namespace
from datum.refs.oplog import OperationLog, Record, RefMove

__all__ = ["Step", "next_redo", "next_undo"]

_ON_DISK = "working"


class Step(msgspec.Struct, frozen=True):
    """What to append to undo an operation, or to do it again."""

    target: Record
    """The operation; its number is for ``undoes`` or ``redoes``."""
    moves: tuple[RefMove, ...]


def next_undo(log: OperationLog, *, who: str | None = None) -> Step | None:
    """What undoes the last operation that is not undone; None where there is nothing to undo.

    Undone again and again, this goes further and further back, past what was undone before.
    Records that move no refs are no operations, nor are those that say what a working copy holds:
    its files are on disk, and stay as they are.

    Args:
        log: The log.
        who: Only what this person did; in a shared store the last operation may be another's.

    Raises:
        RefMovedError: A ref that the operation moved was moved on by another one since.
    """
    state = log.state()
    settled: set[int] = set()
    undone: set[int] = set()
    for record in _operations(log, state, who):
        other = record.redoes if record.undoes is None else record.undoes
        if other is None:
            if record.number not in undone:
                return _step(log, state, record, backward=True)
        elif other not in settled:
            settled.add(other)
            if record.undoes is not None:
                undone.add(other)
    return None


def next_redo(log: OperationLog, *, who: str | None = None) -> Step | None:
    """What does again the operation that was undone last; None where there is nothing to redo.

    As in an editor, an operation that is neither undo nor redo ends what could be done again.

    Args:
        log: The log.
        who: Only what this person did and undid.

    Raises:
        RefMovedError: A ref that the operation moved was moved by another one since.
    """
    state = log.state()
    done_again = 0  # redos seen that an earlier undo is the counterpart of
    for record in _operations(log, state, who):
        if record.undoes is not None:
            if not done_again:
                return _step(log, state, log.record(record.undoes), backward=False)
            done_again -= 1
        elif record.redoes is not None:
            done_again += 1
        else:
            return None
    return None


def _operations(log: OperationLog, state: Fold, who: str | None) -> Iterator[Record]:
    """The records that moved refs, newest first."""
    for record in log.backward(state):
        moved = any(namespace(move.ref) != _ON_DISK for move in record.moves)
        if moved and who in (None, record.who):
            yield record


def _step(log: OperationLog, state: Fold, target: Record, *, backward: bool) -> Step:
    """The moves of an operation, or their opposite, if every ref is where they begin."""
    moves = target.moves
    if backward:
        moves = tuple(RefMove(move.ref, old=move.new, new=move.old) for move in moves)
    for move in moves:
        if state.refs.get(move.ref) != move.old:
            raise log.moved(move.ref, state, "only what came last can be undone or done again")
    return Step(target, moves)
